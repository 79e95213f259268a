"""The strip over the picture that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton

from mirror.live.readout import Say
from mirror.live.session.alerts import Alert
from mirror.window.layout.responsive_layout import is_narrow
from mirror.window.menus.clipboard import copy
from mirror.window.plain_text import plain


class Banner(QFrame):
    """One sentence, a way on, and details to be copied; hidden while there is nothing to say.

    Args:
        say: the user's language.
        try_again: does the same once more.
        go_back: goes on with the parser before.
        dismiss: what is told is not to be told any more.
    """

    def __init__(
        self,
        say: Say,
        try_again: Callable[[], None],
        go_back: Callable[[], None],
        dismiss: Callable[[], None],
    ) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._say, self._details = say, ""
        self.words = plain(QLabel())
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.back = QPushButton()
        self.back.setObjectName("primary")
        self.again = QPushButton(say("Try again"))
        self.copy = QPushButton(say("Copy details"))
        self.dismiss = QPushButton(say("Dismiss"))
        self.back.clicked.connect(lambda _checked: go_back())
        self.again.clicked.connect(lambda _checked: try_again())
        self.copy.clicked.connect(lambda _checked: self._copy())
        self.dismiss.clicked.connect(lambda _checked: dismiss())
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.addWidget(self.words, 1)
        self._buttons = QHBoxLayout()
        for button in (self.back, self.again, self.copy, self.dismiss):
            self._buttons.addWidget(button)
        self._buttons.addStretch()
        self._row.addLayout(self._buttons)
        self.hide()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Put the buttons below the words where there is no room beside them."""
        ways = QBoxLayout.Direction
        way = ways.TopToBottom if is_narrow(self.width()) else ways.LeftToRight
        if way != self._row.direction():
            self._row.setDirection(way)

    def minimumSizeHint(self) -> QSize:
        """Return what the buttons need: the words go above them."""
        edges = self._row.contentsMargins()
        width = self._buttons.minimumSize().width() + edges.left() + edges.right()
        return QSize(width, super().minimumSizeHint().height())

    def tell(self, words: str, alert: Alert) -> None:
        """Say something, until ``hide``."""
        self._details = alert.details
        self.back.setText(self._say("Back to {parser}").format(parser=self._say(alert.back)))
        self.back.setVisible(bool(alert.back))
        self.words.setText(words)
        self.again.setText(self._say(alert.again))
        self.again.setVisible(bool(alert.again))
        self.copy.setVisible(bool(alert.details))
        if self.property("tone") != alert.tone:
            self.setProperty("tone", alert.tone)
            if (style := self.style()) is not None:
                style.polish(self)  # looks at the property again
        self.show()

    def _copy(self) -> None:
        copy(f"{self.words.text()}\n\n{self._details}".strip())
