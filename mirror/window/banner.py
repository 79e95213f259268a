"""The strip over the picture that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QGuiApplication, QResizeEvent
from PyQt5.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton

from mirror.readout import Say
from mirror.window.room import is_narrow

Tone = Literal["plain", "caution", "alarm"]


class Banner(QFrame):
    """One sentence, a way on, and details to be copied; hidden while there is nothing to say.

    Args:
        say: the user's language.
        try_again: does the same once more.
        go_back: goes on with the parser before.
    """

    def __init__(
        self, say: Say, try_again: Callable[[], None], go_back: Callable[[], None]
    ) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._say, self._details = say, ""
        self.words = QLabel()
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
        self.dismiss.clicked.connect(lambda _checked: self.hide())
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

    def tell(
        self, words: str, details: str, tone: Tone, again: str = "Try again", back: str = ""
    ) -> None:
        """Say something; nothing hides the strip.

        Args:
            words: what is said.
            details: what is copied with it.
            tone: how bad it is.
            again: what doing it once more is called, in English.
            back: what the way back is called; without, there is none.
        """
        self._details = details
        self.back.setText(back)
        self.back.setVisible(bool(back))
        self.words.setText(words)
        self.again.setText(self._say(again))
        self.copy.setVisible(bool(details))
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            if (style := self.style()) is not None:
                style.polish(self)  # looks at the property again
        self.setVisible(bool(words))

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(f"{self.words.text()}\n\n{self._details}".strip())
