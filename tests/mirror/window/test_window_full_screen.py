from __future__ import annotations

import pytest
from doubles import HandFed

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QEvent, QPointF, Qt
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from windows import Open, press

from mirror.window.main_window import MirrorWindow


def move_mouse(window: MirrorWindow) -> None:
    button, place = Qt.MouseButton.NoButton, QPointF(50, 50)
    moved = QMouseEvent(QEvent.Type.MouseMove, place, button, button, Qt.KeyboardModifiers())
    QApplication.sendEvent(window.view, moved)


def test_a_double_click_on_the_picture_enters_full_screen_and_leaves_it(
    qtbot: QtBot, opened: Open
) -> None:
    window = opened(HandFed())
    button = Qt.MouseButton.LeftButton
    QTest.mouseDClick(window.view, button)  # type: ignore[call-overload]  # its stub
    qtbot.waitUntil(window.isFullScreen)
    assert not window.bar.isVisible()
    QTest.mouseDClick(window.view, button)  # type: ignore[call-overload]  # its stub
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert window.bar.isVisible()


def test_a_maximised_window_is_so_again_after_full_screen(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    window.setWindowState(Qt.WindowState.WindowMaximized)
    press(window, "f")
    qtbot.waitUntil(window.isFullScreen)
    press(window, "f")
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert window.windowState() & Qt.WindowState.WindowMaximized


def test_the_cursor_is_hidden_once_it_has_rested_and_shown_when_it_moves(
    qtbot: QtBot, opened: Open
) -> None:
    window = opened(HandFed())
    rested = window.around.cursor.timer
    press(window, "f")
    assert window.view.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert rested.isActive()
    rested.timeout.emit()
    assert window.view.cursor().shape() == Qt.CursorShape.BlankCursor
    move_mouse(window)
    assert window.view.cursor().shape() == Qt.CursorShape.ArrowCursor
    assert rested.isActive()
    press(window, "f")
    assert not rested.isActive()
    move_mouse(window)
    assert not rested.isActive()


def test_controls_come_with_the_mouse_over_the_picture_and_go_when_it_rests(
    qtbot: QtBot, opened: Open
) -> None:
    window = opened(HandFed())
    press(window, "f")
    qtbot.waitUntil(window.isFullScreen)
    qtbot.waitUntil(lambda: window.view.height() == window.height())
    seen = window.view.size()
    move_mouse(window)
    assert window.bar.isVisible()
    assert window.view.size() == seen
    place = window.bar.mapTo(window, window.bar.rect().bottomLeft())
    assert place.y() == window.height() - 1
    window.around.cursor.timer.timeout.emit()
    assert not window.bar.isVisible()
    press(window, "f")
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert window.bar.isVisible()
    assert window.view.height() < window.height() - window.bar.height() + 1


def test_controls_stay_while_a_key_can_press_them(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    press(window, "f")
    move_mouse(window)
    window.bar.buttons["full"].setFocus()
    window.around.cursor.timer.timeout.emit()
    assert window.bar.isVisible()
    assert window.around.cursor.timer.isActive()


def test_no_cursor_is_waited_for_over_a_window_that_is_closed(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    press(window, "f")
    assert window.around.cursor.timer.isActive()
    window.close()
    assert not window.around.cursor.timer.isActive()


def test_keys_go_to_the_picture_when_what_had_them_is_hidden(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    window.toggle_panel()
    QApplication.setActiveWindow(window)
    window.panel.legend.opacity.setFocus()
    window.toggle_panel()
    assert window.view.hasFocus()
    window.bar.buttons["full"].setFocus()
    window.around.toggle_full_screen()
    assert window.view.hasFocus()
