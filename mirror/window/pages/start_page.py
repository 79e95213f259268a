"""The page that stands where there is no picture: what went wrong, and every way on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mirror.live.readout import Say
from mirror.live.sources.source_choice import CameraChoice, Choice
from mirror.window.menus.clipboard import copy
from mirror.window.plain_text import plain
from pipeline.sources.camera import CameraListing


class StartPage(QWidget):
    """Says what is the matter and offers something else to look at.

    Args:
        say: the user's language.
        watch: starts looking at a choice.
        ways_on: the text of each further button, and what it does.
    """

    def __init__(
        self,
        say: Say,
        watch: Callable[[Choice], None],
        ways_on: Sequence[tuple[str, Callable[[], None]]],
    ) -> None:
        super().__init__()
        self._say, self._watch = say, watch
        self.title, self.problem = plain(QLabel()), plain(QLabel())
        self.title.setObjectName("title")
        self.title.setWordWrap(True)
        self.problem.setObjectName("dim")
        self.problem.setWordWrap(True)
        self.problem.setMaximumWidth(620)
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons = [_button(text, act) for text, act in ways_on]
        self.buttons[0].setObjectName("primary")
        self._details = ""
        self.copy = _button(say("Copy details"), lambda: copy(self._details))
        self.copy.setObjectName("link")
        self._cameras = QVBoxLayout()
        ways = QGridLayout()  # two columns: four buttons in a row would decide the window's width
        for place, button in enumerate(self.buttons):
            ways.addWidget(button, place // 2, place % 2)
        ways.setColumnStretch(2, 1)
        column = QVBoxLayout()
        column.setSpacing(18)
        for part in (self.title, self.problem):
            column.addWidget(part)
        column.addLayout(self._cameras)
        column.addLayout(ways)
        column.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        across = QHBoxLayout(self)
        across.addStretch(1)
        across.addLayout(_centred(column), 6)
        across.addStretch(1)

    def tell(
        self,
        title: str,
        problem: str,
        details: str,
        cameras: Sequence[CameraListing],
        wants_camera: bool,
    ) -> None:
        """Say what is the matter, and offer the cameras that were found.

        Args:
            title: what there is nothing to be seen of.
            problem: why.
            details: for a report.
            cameras: those that there are.
            wants_camera: whether it was one; only then is it of interest that there is none.
        """
        self._details = f"{title}\n{problem}\n\n{details}"
        self.title.setText(title)
        self.problem.setText(problem)
        while (item := self._cameras.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for camera in cameras:
            watch = functools.partial(self._watch, CameraChoice(camera.index))
            left = Qt.AlignmentFlag.AlignLeft
            self._cameras.addWidget(_button(camera.name, watch), alignment=left)
        if wants_camera and not cameras:
            none = QLabel(self._say("No camera was found on this machine."))
            none.setObjectName("dim")
            self._cameras.addWidget(none)


def _button(text: str, act: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.clicked.connect(lambda _checked: act())
    return button


def _centred(column: QVBoxLayout) -> QVBoxLayout:
    outer = QVBoxLayout()
    outer.addStretch(1)
    outer.addLayout(column)
    outer.addStretch(1)
    return outer
