from __future__ import annotations

from pathlib import Path

import pytest
from doubles import FakeClock, HandFed, grey
from media import level, write_video

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QEvent, QSize, Qt
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, click, press, wait_level

from mirror.live.sources.media_player import Player
from mirror.live.sources.source_choice import FileChoice
from mirror.window.main_window import MirrorWindow
from mirror.window.menus.key_list import KeysDialog


@pytest.fixture
def window(qtbot: QtBot, opened: Open, tmp_path: Path) -> MirrorWindow:
    """A window with its panel, over a film that is held at its third picture."""
    film = write_video(tmp_path / "film.mp4", 10, rate=10, size=(64, 48))
    window = opened()
    window.resize(1100, 800)
    window.toggle_panel()
    window.watch(FileChoice(film, start_s=0.3, paused=True))
    wait_level(qtbot, window, level(3), tolerance=6)
    window.bar.show_state("", window.player, False)
    return window


def hold(control: QWidget, *keys: Qt.Key) -> None:
    """Give a control the focus and press keys, as a keyboard does it."""
    QApplication.setActiveWindow(control.window())
    control.setFocus(Qt.FocusReason.TabFocusReason)
    assert control.hasFocus()
    for key in keys:
        QTest.keyClick(control, key)  # type: ignore[call-overload]  # its stub


def player_of(window: MirrorWindow) -> Player:
    assert window.player is not None
    return window.player


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_focused_checkbox_is_ticked_with_a_key_and_the_film_stays_held(
    window: MirrorWindow, key: Qt.Key
) -> None:
    hold(window.panel.legend.parts["head"], key)
    assert window.look.hidden == {"head"}
    assert player_of(window).paused


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_focused_button_is_pressed_with_a_key(window: MirrorWindow, key: Qt.Key) -> None:
    hold(window.bar.loop, key)
    assert not player_of(window).loops
    window.report(RuntimeError("it broke"))
    hold(window.pages.banner.dismiss, key)
    assert not window.pages.banner.isVisible()
    (none,) = (b for b in window.panel.legend.findChildren(QPushButton) if b.text() == "None")
    hold(none, key)
    assert len(window.look.hidden) == 15
    assert player_of(window).paused


def test_keys_move_a_focused_slider_and_not_the_film(window: MirrorWindow) -> None:
    opacity = window.panel.legend.opacity
    hold(opacity, Qt.Key.Key_Right)
    assert window.look.opacity == pytest.approx(0.61)
    hold(opacity, Qt.Key.Key_Home)
    assert window.look.opacity == 0.0
    hold(opacity, Qt.Key.Key_End, Qt.Key.Key_Left)
    assert window.look.opacity == pytest.approx(0.99)
    assert player_of(window).position_s == pytest.approx(0.3)


def test_keys_turn_a_focused_tab(window: MirrorWindow) -> None:
    bar = window.panel.tabBar()
    assert bar is not None
    hold(bar, Qt.Key.Key_Right)
    assert window.panel.currentIndex() == 1
    hold(bar, Qt.Key.Key_Left)
    assert window.panel.currentIndex() == 0
    hold(bar, Qt.Key.Key_End)
    assert window.panel.currentIndex() == window.panel.count() - 1
    hold(bar, Qt.Key.Key_Home)
    assert window.panel.currentIndex() == 0
    assert player_of(window).position_s == pytest.approx(0.3)


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_a_key_opens_a_focused_list(qtbot: QtBot, window: MirrorWindow, key: Qt.Key) -> None:
    palettes = window.panel.legend.palette_box
    hold(palettes, key)
    view = palettes.view()
    assert view is not None
    qtbot.waitUntil(view.isVisible)
    QTest.keyClick(view, Qt.Key.Key_Down)  # type: ignore[call-overload]  # its stub
    QTest.keyClick(view, Qt.Key.Key_Return)  # type: ignore[call-overload]  # its stub
    assert window.look.palette == "colour-blind"
    assert player_of(window).paused


def test_a_letter_searches_a_focused_list(window: MirrorWindow) -> None:
    hold(window.panel.legend.palette_box, Qt.Key.Key_C)
    assert window.look.palette == "colour-blind"


def test_shortcuts_that_a_focused_control_has_no_use_for_still_work(window: MirrorWindow) -> None:
    hold(window.panel.legend.parts["head"], Qt.Key.Key_M)
    assert window.look.mirrored


def test_a_click_leaves_the_keys_to_the_picture(window: MirrorWindow) -> None:
    QApplication.setActiveWindow(window)
    click(window.panel.legend.parts["head"])
    click(window.bar.loop)
    assert window.view.hasFocus()
    press(window, " ")
    assert not player_of(window).paused


def test_every_control_is_reached_with_tab(qtbot: QtBot, opened: Open, clock: FakeClock) -> None:
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    clock.now += 1.0
    window.refresh()  # the parts are the parser's from now on
    window.toggle_panel()
    QApplication.setActiveWindow(window)
    reached: list[QWidget | None] = []
    while (focused := QApplication.focusWidget()) not in reached:
        reached.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)  # type: ignore[call-overload]  # its stub
    legend = window.panel.legend
    controls = [
        *legend.parts.values(),
        *legend.switches.values(),
        *legend.choices.values(),
        legend.opacity,
        legend.palette_box,
        window.panel.tabBar(),
        window.bar.buttons["camera"],
        window.bar.buttons["full"],
    ]
    assert set(controls) <= set(reached)
    first = reached.index(next(iter(legend.parts.values())))
    assert reached[first : first + len(legend.parts)] == list(legend.parts.values())
    after = reached[first + len(legend.parts)]
    assert isinstance(after, QPushButton)
    assert after.text() == "All"


def test_escape_gives_the_keys_back_to_the_picture(window: MirrorWindow) -> None:
    hold(window.panel.legend.parts["head"], Qt.Key.Key_Escape)
    assert window.view.hasFocus()


def test_the_welcome_page_is_worked_with_keys(qtbot: QtBot, opened: Open) -> None:
    window = opened(OSError("nothing there"), HandFed())
    window.watch(FileChoice(Path("nothing")))
    qtbot.waitUntil(window.pages.welcome.isVisible)
    hold(window.pages.welcome.buttons[0], Qt.Key.Key_Return)
    assert window.windowTitle() == "demo.mp4 - Smart Mirror"


def test_only_what_goes_step_by_step_goes_on_while_its_key_is_held(
    qtbot: QtBot, opened: Open
) -> None:
    window = opened(HandFed())
    assert {command.text for command in window.commands if command.repeats} == {
        *("Frame on", "Frame back", "5 seconds on", "5 seconds back"),
        *("Faster", "Slower", "More opaque", "Less opaque"),
    }
    repeats = {command.text: command.repeats for command in window.commands}
    for action in window.actions():
        assert action.autoRepeat() == repeats[action.text()]


@pytest.mark.parametrize(("key", "times"), [(Qt.Key.Key_M, 1), (Qt.Key.Key_BracketRight, 3)])
def test_a_held_key_that_comes_as_many_is_known_by_its_time(
    qtbot: QtBot, opened: Open, key: Qt.Key, times: int
) -> None:
    window = opened(HandFed())
    accepted = []
    for at in (100, 200, 300):
        pressed = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifiers())
        pressed.setTimestamp(at)
        pressed.ignore()
        QApplication.sendEvent(window.view, pressed)
        accepted.append(not pressed.isAccepted())  # a shortcut then
        released = QKeyEvent(QEvent.Type.KeyRelease, key, Qt.KeyboardModifiers())
        released.setTimestamp(at + 100)
        QApplication.sendEvent(window.view, released)
    assert sum(accepted) == times


def test_there_is_one_page_of_keys_and_a_click_closes_it(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    for _ in range(3):
        window.show_keys()
    (dialog,) = window.findChildren(KeysDialog)
    click(dialog)
    qtbot.waitUntil(lambda: not window.findChildren(KeysDialog))
    window.show_keys()
    assert [dialog.isVisible() for dialog in window.findChildren(KeysDialog)] == [True]


def test_a_screen_that_is_too_small_for_all_keys_scrolls_them(
    qtbot: QtBot, window: MirrorWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeysDialog, "_room", lambda _: QSize(600, 300))
    window.show_keys()
    (dialog,) = window.findChildren(KeysDialog)
    assert dialog.width() <= 600
    assert dialog.height() <= 300
    down, across = dialog.scrolled.verticalScrollBar(), dialog.scrolled.horizontalScrollBar()
    assert down is not None
    assert across is not None
    assert across.maximum() == 0  # one column below the other
    before = down.value()
    QTest.keyClick(dialog.scrolled, Qt.Key.Key_PageDown)  # type: ignore[call-overload]  # its stub
    assert down.value() > before
    page = dialog.scrolled.widget()
    assert page is not None
    click(page)
    assert not dialog.isVisible()
