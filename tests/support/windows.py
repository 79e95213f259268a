"""Windows over sources that a test makes, and what can be read off them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from doubles import FakeClock
from PyQt5.QtCore import QMimeData, QPoint, Qt, QUrl
from PyQt5.QtGui import QDragEnterEvent, QDropEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mirror.core.settings import ParserConfig, load
from mirror.live.display.display_options import DisplayOptions
from mirror.live.sources.source_choice import CameraChoice, Choice, open_choice
from mirror.window.launch_settings import LaunchSettings
from mirror.window.main_window import MirrorWindow
from mirror.window.settings.settings_store import SettingsStore
from pipeline.sources import Source

CAMERA = CameraChoice(0)
Open = Callable[..., MirrorWindow]


def no_parser() -> ParserConfig:
    flags = {"parser.name": "none", "parser.workers": 1, "parser.threads": 1}
    return load(flags=flags).parser


def press(window: MirrorWindow, key: str) -> None:
    QApplication.setActiveWindow(window)  # no window manager does it
    QTest.keyClicks(window, key)  # type: ignore[call-arg, arg-type]  # its stub


def act(window: MirrorWindow, text: str) -> None:
    """Choose a command from its menu."""
    next(action for action in window.actions() if action.text() == text).trigger()


class Windows:
    """Opens windows without a parser; ``close`` closes them all."""

    def __init__(self, qtbot: QtBot, clock: FakeClock, folder: Path) -> None:
        self._folder = folder
        self._qtbot, self._clock = qtbot, clock
        self._windows: list[MirrorWindow] = []

    def __call__(
        self,
        *sources: Source | Exception | Callable[[], Source],
        folder: Path | None = None,
        memory: SettingsStore | None = None,
        setup: LaunchSettings | None = None,
    ) -> MirrorWindow:
        """Open one over sources, one after the other; without any, over what is really there.

        An exception is raised where its turn comes, and a function called: it may take its time.
        """
        feeds = iter(sources)

        def open_source(choice: Choice) -> Source:
            source = next(feeds)
            if isinstance(source, Exception):
                raise source
            return source() if callable(source) else source

        opener = open_source if sources else open_choice
        look = DisplayOptions(mirrored=False)
        into = folder or self._folder
        made = setup or LaunchSettings(
            no_parser(), look, folder=into, memory=memory or SettingsStore()
        )
        made = dataclasses.replace(made, open_source=opener, clock=self._clock)
        window = MirrorWindow(made)
        self._windows.append(window)
        window.resize(640, 480)
        window.show()
        self._qtbot.waitExposed(window)
        return window

    def close(self) -> None:
        for window in self._windows:
            window.close()
            window.deleteLater()


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]  # its stub


def drop(window: MirrorWindow, *urls: QUrl, text: str = "") -> None:
    """Drag files and addresses, or a text, onto the window and let them go."""
    dragged = QMimeData()
    if urls:
        dragged.setUrls(urls)
    if text:
        dragged.setText(text)
    actions = Qt.DropActions(Qt.DropAction.CopyAction)
    button, key = Qt.MouseButtons(Qt.MouseButton.LeftButton), Qt.KeyboardModifiers()
    entered = QDragEnterEvent(QPoint(9, 9), actions, dragged, button, key)
    entered.ignore()
    QApplication.sendEvent(window, entered)
    if entered.isAccepted():
        let_go = QDropEvent(QPoint(9, 9), actions, dragged, button, key)
        QApplication.sendEvent(window, let_go)


def middle(window: MirrorWindow) -> int:
    """The grey in the middle of what is painted."""
    painted = window.view.grab().toImage()
    return painted.pixelColor(painted.width() // 2, painted.height() // 2).red()


def wait_level(qtbot: QtBot, window: MirrorWindow, wanted: int, tolerance: int = 0) -> None:
    qtbot.waitUntil(lambda: abs(middle(window) - wanted) <= tolerance, timeout=5000)


def wait_told(qtbot: QtBot, window: MirrorWindow, clock: FakeClock) -> str:
    """Wait for a banner and return its words; a second passes with every look."""

    def is_told() -> bool:
        clock.now += 1.0
        window.refresh()
        return window.pages.banner.isVisible()

    qtbot.waitUntil(is_told)
    return window.pages.banner.words.text()


def wait_said(qtbot: QtBot, window: MirrorWindow, clock: FakeClock, words: str) -> None:
    """Wait until it is said what became of a file; a second passes with every look."""

    def is_said() -> bool:
        clock.now += 1.0
        window.refresh()
        return words in window.pages.toast.text()

    qtbot.waitUntil(is_said)
