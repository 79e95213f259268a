"""What became of a file is said over the picture, all of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles import FakeClock, HandFed, grey

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QPoint, QRect, QUrl
from PyQt5.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, press, wait_level, wait_said

from mirror.live.session.session_status import Sentence
from mirror.window.main_window import MirrorWindow
from mirror.window.pages.floating_text import FloatingText, breakable

LONG = "Saved mirror-2026-11-26-010203.mp4. Frames left out: 1234. " + "The recording ended " * 9


@pytest.fixture
def window(qtbot: QtBot, opened: Open, clock: FakeClock) -> MirrorWindow:
    """A window that shows a picture."""
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    return window


def place_of(window: MirrorWindow, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("in_full_screen", [False, True])
def test_a_saved_picture_is_told_over_the_picture_and_not_in_the_bar(
    qtbot: QtBot, window: MirrorWindow, clock: FakeClock, in_full_screen: bool
) -> None:
    if in_full_screen:
        press(window, "f")
        qtbot.waitUntil(window.isFullScreen)
    press(window, "s")
    wait_said(qtbot, window, clock, "Saved mirror-")
    toast = window.pages.toast
    assert toast.isVisible()
    assert place_of(window, window.view).contains(place_of(window, toast))
    assert window.bar.title.text() == "camera 0"
    clock.now += 60.0
    window.refresh()
    assert not toast.isVisible()


@pytest.mark.parametrize("width", [420, 1200])
def test_a_long_message_is_shown_whole_on_as_many_lines_as_it_takes(
    qtbot: QtBot, window: MirrorWindow, width: int
) -> None:
    window.resize(width, 480)
    qtbot.waitUntil(lambda: window.width() == width)
    toast = window.pages.toast
    toast.tell(LONG)
    assert toast.text() == LONG
    assert toast.height() >= toast.heightForWidth(toast.width())
    assert place_of(window, window.view).contains(place_of(window, toast))


def test_a_message_stays_within_a_window_that_gets_smaller(
    qtbot: QtBot, window: MirrorWindow
) -> None:
    window.resize(1000, 600)
    qtbot.waitUntil(lambda: window.view.width() == 1000)
    window.pages.toast.tell(LONG)
    window.resize(420, 480)
    qtbot.waitUntil(lambda: window.view.width() == 420)
    assert place_of(window, window.view).contains(place_of(window, window.pages.toast))


def test_a_message_lies_above_what_is_said_of_the_source(window: MirrorWindow) -> None:
    window.pages.notice.tell("Opening rtsp://host/a…")
    window.pages.toast.tell("Saved mirror-1.png")
    notice, toast = (place_of(window, one) for one in (window.pages.notice, window.pages.toast))
    assert toast.bottom() < notice.top()


def test_a_name_that_no_line_holds_breaks_anywhere_and_stays_whole(qtbot: QtBot) -> None:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(240, 300)
    text = FloatingText(over)
    over.show()
    name = "a" * 200 + ".mp4"
    text.tell(f"Saved {name}")
    assert text.text().replace("\u200b", "") == f"Saved {name}"
    assert text.width() <= 240
    assert breakable("Saved b.mp4", text.fontMetrics(), 240) == "Saved b.mp4"


def test_a_click_leads_to_the_folder(
    window: MirrorWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    def open_url(url: QUrl) -> bool:
        shown.append(url.path())
        return True

    monkeypatch.setattr(window.place, "_open_url", open_url)
    window.told.tell(Sentence("All settings are forgotten"))
    window.pages.toast.mouseReleaseEvent(None)
    assert shown == []  # it is about no file
    window.told.tell(Sentence("Saved mirror-1.png"), is_of_file=True)
    window.pages.toast.mouseReleaseEvent(None)
    assert shown == [str(tmp_path)]
