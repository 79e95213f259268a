"""A few words at the foot of the picture while something takes its time."""

from __future__ import annotations

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLabel, QWidget

from mirror.window.plain_text import plain

_MARGIN = 16


class Notice(QLabel):
    """Lies over a widget, so that nothing moves when it comes and goes."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        plain(self)
        self._over = over
        self.setObjectName("notice")
        self.hide()

    def tell(self, words: str) -> None:
        """Say something, shortened to the width that there is; nothing hides it."""
        room = self._over.width() - 4 * _MARGIN
        shown = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room)
        if shown != self.text():
            self.setText(shown)
            self.adjustSize()
        self.move(_MARGIN, self._over.height() - self.height() - _MARGIN)
        self.setVisible(bool(words))
