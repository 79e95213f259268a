"""A line of text that takes what room there is, and is shortened in its middle."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QMouseEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QLabel

from mirror.window.plain_text import plain, tip


class Elided(QLabel):
    """Never widens what it is in; its tool tip says all of it."""

    def __init__(self) -> None:
        super().__init__()
        plain(self)
        self._act: Callable[[], None] | None = None

    def tell(self, text: str) -> None:
        """Show a text."""
        if text != self.text():
            self.setText(text)
            self.setToolTip(tip(text))

    def lead_to(self, act: Callable[[], None] | None) -> None:
        """Do something on a click from now on, and look like it; None does nothing."""
        if (act is None) != (self._act is None):
            self.setProperty("leads", act is not None)
            hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
            self.setCursor(arrow if act is None else hand)
            if (style := self.style()) is not None:
                style.polish(self)  # looks at the property again
        self._act = act

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Do what a click does."""
        if self._act is not None:
            self._act()

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
