"""A line of text that takes what room there is, and is shortened in its middle."""

from __future__ import annotations

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QPainter, QPaintEvent
from PyQt5.QtWidgets import QLabel

from mirror.window.plain_text import plain, tip


class ElidedLabel(QLabel):
    """Never widens what it is in; its tool tip says all of it."""

    def __init__(self) -> None:
        super().__init__()
        plain(self)

    def tell(self, text: str) -> None:
        """Show a text."""
        if text != self.text():
            self.setText(text)
            self.setToolTip(tip(text))

    def minimumSizeHint(self) -> QSize:
        """Return no width: every letter can be left out."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the beginning and the end, or all of it."""
        painter = QPainter(self)
        room = self.contentsRect()
        middle = Qt.TextElideMode.ElideMiddle
        shown = self.fontMetrics().elidedText(self.text(), middle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
