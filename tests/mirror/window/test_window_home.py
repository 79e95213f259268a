"""The first page: what it offers, and where it leads."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from doubles import FakeClock, HandFed, grey
from media import write_video

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QSettings
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, act, click, wait_level

from mirror.live.coaching.coach_options import CoachOptions
from mirror.live.sources.source_choice import FileChoice
from mirror.outputs.coach_history import KeptSet
from mirror.version import __version__
from mirror.window.main_window import MirrorWindow
from mirror.window.pages.about_dialog import AboutDialog
from mirror.window.settings.settings_store import SettingsStore


@pytest.fixture
def memory(tmp_path: Path) -> SettingsStore:
    return SettingsStore(QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat))


def test_the_first_page_leads_to_a_camera_and_back(
    qtbot: QtBot, opened: Open, clock: FakeClock, memory: SettingsStore
) -> None:
    source = HandFed()
    window = opened(source, memory=memory)
    window.go_home()
    assert window.pages.home.isVisible()
    assert window.windowTitle() == "Smart Mirror"
    click(window.pages.home.tiles[0])
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    assert memory.camera == CAMERA
    act(window, "Start page")
    assert window.pages.home.isVisible()
    assert window.session is None
    window.refresh()
    assert not window.shown.can_save


def test_a_demo_workout_is_coached_and_leaves_what_was_chosen_before(
    opened: Open, memory: SettingsStore
) -> None:
    window = opened(HandFed(), memory=memory)
    window.trainer.set_options(CoachOptions("squat"))
    window.go_home()
    click(window.pages.home.tiles[2])
    assert window.trainer.options.exercise == "lateral-leg-raise"
    assert window.session is not None
    assert window.session.choice.title == "demo.mp4"
    assert memory.coach(CoachOptions()).exercise == "squat"
    assert memory.recent == []


def test_files_that_were_looked_at_are_offered_again_the_newest_first(
    opened: Open, memory: SettingsStore, tmp_path: Path
) -> None:
    files = [write_video(tmp_path / f"{name}.mp4", 2, size=(64, 48)) for name in "abcdef"]
    window = opened(*(HandFed() for _ in range(9)), memory=memory)
    for file in (*files, files[2]):
        window.watch(FileChoice(file))
    files[4].unlink()
    window.go_home()
    offered = [button.text() for button in window.pages.home.recent]
    assert offered == ["c.mp4", "f.mp4", "d.mp4", "b.mp4"]
    click(window.pages.home.recent[1])
    assert window.session is not None
    assert window.session.choice == FileChoice(files[5])


def test_about_says_version_and_licences(opened: Open) -> None:
    window = opened(HandFed())
    window.go_home()
    click(window.pages.home.about)
    (dialog,) = window.findChildren(AboutDialog)
    for words in (__version__, "Apache-2.0", "PyQt5"):
        assert words in dialog.words.text()
    dialog.close()


def test_the_first_page_stays_in_another_language(opened: Open) -> None:
    window = opened(HandFed())
    window.go_home()
    window.set_language("zh_CN")
    assert window.pages.is_home
    assert window.pages.home.about.text() == "关于"


@pytest.mark.parametrize("size", [(480, 480), (1280, 720), (1920, 1080)])
@pytest.mark.usefixtures("dressed")
def test_the_first_page_fits_every_window(
    qtbot: QtBot, opened: Open, size: tuple[int, int]
) -> None:
    window: MirrorWindow = opened(HandFed())
    window.go_home()
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    home = window.pages.home
    for tile in home.tiles:
        assert tile.mapTo(home, tile.rect().topLeft()).x() >= 0
        assert tile.mapTo(home, tile.rect().topRight()).x() <= home.width()
    beside = size[0] >= 600
    tops = {tile.mapTo(home, tile.rect().topLeft()).y() for tile in home.tiles}
    assert len(tops) == (1 if beside else 3)


def test_the_history_is_told_at_a_glance(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptSet(time.time(), "camera 0", 1, "squat", 12, 12, 0.0)
    monkeypatch.setattr("mirror.window.pages.beginnings.kept_sets", lambda: [kept])
    window = opened(HandFed())
    window.go_home()
    assert window.pages.home.history.isVisible()
    assert "Squat 12" in window.pages.home.history.text()
    monkeypatch.setattr("mirror.window.pages.beginnings.kept_sets", list)
    window.go_home()
    assert not window.pages.home.history.isVisible()
