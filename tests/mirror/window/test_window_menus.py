from __future__ import annotations

from pathlib import Path

import pytest
from doubles import FakeClock, HandFed, grey
from media import level, write_video

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QObject, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAction, QApplication, QMenu
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, press, wait_level

from mirror.live.sources.source_choice import FileChoice
from mirror.window.main_window import MirrorWindow
from mirror.window.menus.actions import with_mnemonic


def menus_of(window: MirrorWindow) -> dict[str, QMenu]:
    bar = window.menuBar()
    assert bar is not None
    found = [action.menu() for action in bar.actions()]
    return {menu.title(): menu for menu in found if menu is not None}


def action_of(window: MirrorWindow, text: str) -> QAction:
    (found,) = (action for action in window.actions() if action.text() == text)
    return found


@pytest.mark.parametrize(
    ("title", "letter", "marked"),
    [("File", "F", "&File"), ("Play", "L", "P&lay"), ("文件", "F", "文件(&F)")],
)
def test_a_menu_has_a_letter_in_every_language(title: str, letter: str, marked: str) -> None:
    assert with_mnemonic(title, letter) == marked


def test_no_two_menus_have_the_same_letter(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    for language in ("en", "zh_CN"):
        window.set_language(language)
        letters = [title[title.index("&") + 1].lower() for title in menus_of(window)]
        assert len(set(letters)) == len(letters) == 6


def test_f10_opens_the_menus(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    QApplication.setActiveWindow(window)
    QTest.keyClick(window.view, Qt.Key.Key_F10)  # type: ignore[call-overload]  # its stub
    file = menus_of(window)["&File"]
    qtbot.waitUntil(file.isVisible)
    file.close()


def test_menus_are_divided_into_groups(qtbot: QtBot, opened: Open) -> None:
    for menu in menus_of(opened(HandFed())).values():
        assert any(action.isSeparator() for action in menu.actions())


def test_the_language_in_use_is_ticked(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    assert action_of(window, "English").isChecked()
    action_of(window, "简体中文").trigger()
    assert action_of(window, "简体中文").isChecked()
    assert not action_of(window, "English").isChecked()


def test_a_camera_cannot_be_paused(qtbot: QtBot, opened: Open, clock: FakeClock) -> None:
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    inside = [action for action in menus_of(window)["P&lay"].actions() if action.text()]
    assert not any(action.isEnabled() for action in inside)
    assert action_of(window, "Record").isEnabled()


def test_a_film_s_menu_says_how_it_is_played(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", 10, rate=10, size=(64, 48))
    window = opened()
    window.watch(FileChoice(film, paused=True))
    wait_level(qtbot, window, level(0), tolerance=6)
    loop = action_of(window, "Loop")
    qtbot.waitUntil(loop.isEnabled)
    assert loop.isChecked()
    press(window, "y")
    assert window.player is not None
    assert not window.player.loops
    assert not loop.isChecked()


@pytest.mark.parametrize(("key", "page"), [("1", 0), ("2", 1), ("3", 2), ("4", 3)])
def test_a_page_of_the_panel_is_reached_with_a_key(
    qtbot: QtBot, opened: Open, key: str, page: int
) -> None:
    window = opened(HandFed())
    QApplication.setActiveWindow(window)
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window.view, key, control)  # type: ignore[call-overload]  # its stub
    assert window.panel.isVisible()
    assert window.panel.currentIndex() == page
    names = window.panel.tabBar()
    assert names is not None
    assert names.hasFocus()


def test_another_language_leaves_nothing_of_the_last_one_behind(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    before = len(window.findChildren(QObject))
    for language in ("zh_CN", "en", "zh_CN", "en"):
        window.set_language(language)
    qtbot.waitUntil(lambda: len(window.findChildren(QObject)) <= before)
