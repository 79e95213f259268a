"""What cannot be done now cannot be asked for either."""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles import FakeClock, HandFed, grey

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, press, wait_level

from mirror.live.sources.source_choice import FileChoice
from mirror.window.main_window import MirrorWindow
from pipeline.errors import CameraNotFound, SourceError


def possible(window: MirrorWindow) -> dict[str, tuple[bool, bool]]:
    """Whether each command can be chosen in its menu, and its button be pressed."""
    actions = {action.text(): action.isEnabled() for action in window.actions()}
    buttons = window.bar.buttons
    return {
        "Save the picture": (actions["Save the picture"], buttons["camera"].isEnabled()),
        "Record": (actions["Record"], buttons["record"].isEnabled()),
    }


NOTHING = {"Save the picture": (False, False), "Record": (False, False)}
BOTH = {"Save the picture": (True, True), "Record": (True, True)}


def test_nothing_is_saved_or_recorded_before_there_is_a_picture(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    source = HandFed()
    window = opened(source)
    assert possible(window) == NOTHING
    window.watch(CAMERA)
    press(window, "r")
    assert not window.capture.is_recording
    assert possible(window) == NOTHING
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    qtbot.waitUntil(lambda: possible(window) == BOTH)
    press(window, "r")
    assert window.capture.is_recording


def test_nothing_is_saved_or_recorded_where_a_page_stands_in_the_pictures_place(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    source = HandFed()
    window = opened(source, CameraNotFound(1))
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    qtbot.waitUntil(lambda: possible(window) == BOTH)
    window.watch(FileChoice(Path("film.mp4")))
    qtbot.waitUntil(window.pages.welcome.isVisible)
    qtbot.waitUntil(lambda: possible(window) == NOTHING)


@pytest.mark.parametrize("is_camera", [True, False])
def test_that_there_is_no_camera_is_said_where_a_camera_was_wanted_only(
    qtbot: QtBot, opened: Open, monkeypatch: pytest.MonkeyPatch, is_camera: bool
) -> None:
    monkeypatch.setattr("mirror.window.pages.page_stack.list_cameras", tuple)
    gone = SourceError("source.not_found", "{path} does not exist", path=Path("film.mp4"))
    window = opened(CameraNotFound(0) if is_camera else gone)
    window.watch(CAMERA if is_camera else FileChoice(Path("film.mp4")))
    qtbot.waitUntil(window.pages.welcome.isVisible)
    said = [label.text() for label in window.pages.welcome.findChildren(QLabel)]
    assert ("No camera was found on this machine." in said) == is_camera
