"""The first page: three ways to begin, what was looked at last, and who made this."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from mirror.live.readout import Say
from mirror.live.sources.source_choice import Choice, FileChoice
from mirror.window.layout.emblem import emblem
from mirror.window.layout.icons import icon
from mirror.window.layout.responsive_layout import is_narrow
from mirror.window.plain_text import plain, tip

_EMBLEM, _ICON = 72, 40  # pixels
_WIDEST = 900
_EDGE = 28

Act = Callable[[], None]


class Tile(QPushButton):
    """A large button with a sign, a name and what it does.

    Args:
        sign: the name of its icon.
        title: what it is called.
        about: what it does.
        act: does it.
    """

    def __init__(self, sign: str, title: str, about: str, act: Act) -> None:
        super().__init__()
        self.setObjectName("tile")
        self.setAccessibleName(title)
        self.setAccessibleDescription(about)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.clicked.connect(lambda _checked: act())
        picture, name, words = QLabel(), QLabel(title), QLabel(about)
        picture.setPixmap(icon(sign).pixmap(QSize(_ICON, _ICON)))
        name.setObjectName("tile-title")
        words.setObjectName("dim")
        words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(6)
        for label in (picture, name, words):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        column.addStretch()

    def sizeHint(self) -> QSize:
        """Return what is inside of it: a button asks for its text alone."""
        layout = self.layout()
        return super().sizeHint() if layout is None else layout.sizeHint()

    def hasHeightForWidth(self) -> bool:
        """Say yes: words wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how high its words are at a width."""
        layout = self.layout()
        return -1 if layout is None else layout.heightForWidth(width)


class HomePage(QScrollArea):
    """Offers a camera, a video and a demo workout; below, recent files, history, and About.

    Args:
        say: the user's language.
        camera, video, demo: what the three tiles do.
        watch: starts looking at a choice.
        about: says what this is, and under which licences.
    """

    def __init__(
        self,
        say: Say,
        camera: Act,
        video: Act,
        demo: Act,
        watch: Callable[[Choice], None],
        about: Act,
    ) -> None:
        super().__init__()
        self._say, self._watch = say, watch
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("home")
        self.tiles = (
            Tile("webcam", say("Camera"), say("Stand before it, as before a mirror"), camera),
            Tile("film", say("Video"), say("Open a recording of yours"), video),
            Tile("workout", say("Demo workout"), say("See the coach count leg raises"), demo),
        )
        self.recent: list[QPushButton] = []
        self.history = plain(QLabel())
        self.about = QPushButton(say("About"))
        self.about.setObjectName("link")
        self.about.clicked.connect(lambda _checked: about())
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(14)
        for tile in self.tiles:
            self._row.addWidget(tile, 1)
        self._recent_title = _section(say("RECENT"))
        self._history_title = _section(say("HISTORY"))
        self._lay_out()
        self.show_recent(())
        self.show_history("")

    def show_recent(self, files: Sequence[Path]) -> None:
        """Offer these files, the newest first."""
        for button in self.recent:
            self._recent.removeWidget(button)
            button.deleteLater()
        self.recent = []
        for file in files:
            button = QPushButton(file.name)
            button.setObjectName("link")
            button.setToolTip(tip(str(file)))
            button.clicked.connect(functools.partial(self._open, file))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.recent.append(button)
        self._recent_title.setVisible(bool(files))

    def show_history(self, words: str) -> None:
        """Say what was done of late; empty for nothing."""
        self.history.setText(words)
        for part in (self._history_title, self.history):
            part.setVisible(bool(words))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Put tiles below one another where there is no room beside."""
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.TopToBottom if is_narrow(self.width()) else ways.LeftToRight)
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:
        """Return little: what has no room is scrolled to."""
        return QSize(240, 110)

    def _open(self, file: Path, _checked: bool = False) -> None:
        self._watch(FileChoice(file))

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setObjectName("home")
        inside.setMaximumWidth(_WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        column.setSpacing(12)
        column.addStretch(2)
        column.addLayout(self._head())
        column.addSpacing(10)
        column.addLayout(self._row)
        column.addSpacing(6)
        column.addWidget(self._history_title)
        column.addWidget(self.history)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)
        column.addStretch(3)
        column.addWidget(self.about, 0, Qt.AlignmentFlag.AlignLeft)
        whole = QWidget()
        whole.setObjectName("home")
        across = QHBoxLayout(whole)
        across.setContentsMargins(0, 0, 0, 0)
        across.addStretch(1)
        across.addWidget(inside, 1000)
        across.addStretch(1)
        self.setWidget(whole)

    def _head(self) -> QHBoxLayout:
        sign, title, words = QLabel(), QLabel("Smart Mirror"), QLabel()
        sign.setPixmap(emblem(_EMBLEM))
        title.setObjectName("title")
        words.setObjectName("dim")
        words.setWordWrap(True)
        words.setText(self._say("Every move counted and corrected. Nothing leaves this computer."))
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(title)
        texts.addWidget(words)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(sign)
        head.addLayout(texts, 1)
        return head


def _section(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("section")
    return label
