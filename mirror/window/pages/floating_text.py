"""Words that lie over a widget, so that nothing moves when they come and go."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtGui import QFontMetrics, QMouseEvent
from PyQt5.QtWidgets import QLabel, QWidget

from mirror.window.plain_text import plain

_MARGIN, _GAP = 16, 8
_WIDEST = 640
_EDGES = (14, 8, 14, 8)
_ACROSS = _EDGES[0] + _EDGES[2]
_SPARE = 8  # of a line, for its rim and for what rounding takes
_MAY_BREAK = "\u200b"  # a space of no width


class FloatingText(QLabel):
    """All of the words, on as many lines as they take, at the foot of a widget.

    Args:
        over: the widget.
        above: another such text, which keeps its place.
    """

    def __init__(self, over: QWidget, above: FloatingText | None = None) -> None:
        super().__init__(over)
        plain(self)
        self._over, self._above, self._words = over, above, ""
        self.setObjectName("notice")
        self.setWordWrap(True)
        self.setContentsMargins(*_EDGES)
        self.hide()
        over.installEventFilter(self)

    def tell(self, words: str) -> None:
        """Say something until something else is said; nothing hides it."""
        self._words = words
        if words:
            self._place()
            self.raise_()
        self.setVisible(bool(words))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Keep its place when the widget under it gets another size."""
        if self._words and event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        self.ensurePolished()
        metrics, room = self.fontMetrics(), min(_WIDEST, self._over.width() - 2 * _MARGIN)
        shown = breakable(self._words, metrics, room - _ACROSS)
        if shown != self.text():
            self.setText(shown)
        wide = min(room, metrics.horizontalAdvance(shown) + _ACROSS + _SPARE)
        self.resize(wide, self.heightForWidth(wide))
        foot = self._over.height() - _MARGIN
        if self._above is not None and self._above.isVisible():
            foot = self._above.y() - _GAP
        self.move(_MARGIN, foot - self.height())


class Toast(FloatingText):
    """Says what became of something, and leads there on a click.

    Args:
        over: what it lies over.
        above: see ``FloatingText``.
        act: what a click does.
    """

    def __init__(self, over: QWidget, above: FloatingText, act: Callable[[], None]) -> None:
        super().__init__(over, above)
        self._act = act
        self.setObjectName("toast")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Do what a click does."""
        self._act()


def breakable(words: str, metrics: QFontMetrics, room: int) -> str:
    """Return words that fit a width: one that is too long for a line may break anywhere."""
    return " ".join(
        word if metrics.horizontalAdvance(word) <= room else _MAY_BREAK.join(word)
        for word in words.split(" ")
    )
