from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from doubles import FakeClock, HandFed, grey, number_of
from media import level, numbers_in, pts_of, write_video

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QEvent, QPointF, QSettings, Qt, QUrl
from PyQt5.QtGui import QMouseEvent
from PyQt5.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, act, click, no_parser, press, wait_level, wait_said, wait_told

from mirror.core.settings import load
from mirror.live.sources.source_choice import FileChoice
from mirror.window.app import setup_of
from mirror.window.main_window import MirrorWindow
from mirror.window.settings.settings_store import SettingsStore
from pipeline.errors import SourceError
from pipeline.sinks.container import Container, complete
from pipeline.sinks.stream_copy.remux import RemuxChanges
from pipeline.targets.claims import OutputFile


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_video(tmp_path / "film.mp4", 10, rate=10, size=(640, 480))


def recording(
    qtbot: QtBot, opened: Open, clock: FakeClock, *later: HandFed
) -> tuple[MirrorWindow, HandFed]:
    """A window that has begun to record what a source is fed; the first picture came before."""
    source = HandFed()
    window = opened(source, *later)
    window.watch(CAMERA)
    source.feed(grey(5, clock.now))
    wait_level(qtbot, window, 5)
    qtbot.waitUntil(lambda: window.session is not None and window.session.status.phase == "running")
    press(window, "r")
    return window, source


def test_a_held_film_is_stepped_and_searched_with_keys(
    qtbot: QtBot, opened: Open, film: Path
) -> None:
    window = opened()
    window.watch(FileChoice(film, paused=True))
    wait_level(qtbot, window, level(0), tolerance=6)
    for _ in range(3):
        press(window, ".")
    wait_level(qtbot, window, level(3), tolerance=6)
    press(window, ",")
    wait_level(qtbot, window, level(2), tolerance=6)
    window.bar.slider.setValue(700)
    wait_level(qtbot, window, level(7), tolerance=6)


def test_the_bar_shows_how_the_film_stands(
    qtbot: QtBot, opened: Open, film: Path, clock: FakeClock
) -> None:
    window = opened()
    window.watch(FileChoice(film, start_s=0.5, paused=True))
    wait_level(qtbot, window, level(5), tolerance=6)
    clock.now += 1.0
    window.refresh()
    assert window.bar.title.text() == "film.mp4"
    assert window.bar.time.text() == "0:00 / 0:01"
    assert window.bar.slider.value() == 500
    player = window.player
    assert player is not None
    click(window.bar.loop)
    assert not player.loops
    window.bar.speed.setCurrentIndex(0)
    window.bar.speed.activated.emit(0)
    assert player.speed == 0.25
    press(window, "+")
    assert player.speed == 0.5
    click(window.bar.buttons["play"])
    assert not player.paused


def test_where_no_length_is_known_there_is_no_way_to_search(
    qtbot: QtBot, opened: Open, tmp_path: Path, clock: FakeClock
) -> None:
    path = tmp_path / "film.mjpeg"
    write_video(path, 10, rate=25, size=(640, 480), codec="mjpeg", pixel_format="yuvj420p")
    window = opened()
    window.watch(FileChoice(path, paused=True))
    wait_level(qtbot, window, level(0), tolerance=6)
    for number in range(1, 6):
        press(window, ".")
        wait_level(qtbot, window, level(number), tolerance=6)
    clock.now += 1.0
    window.refresh()
    assert not window.bar.slider.isEnabled()
    assert window.bar.time.text() == "0:00"


def test_a_camera_has_no_controls_of_a_film(qtbot: QtBot, opened: Open, clock: FakeClock) -> None:
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    clock.now += 1.0
    window.refresh()
    assert not window.bar.slider.isVisible()
    press(window, ".")  # means nothing here
    assert window.bar.buttons["camera"].isVisible()


def test_a_film_is_no_mirror_and_a_camera_is_one(qtbot: QtBot, opened: Open, film: Path) -> None:
    window = opened(HandFed(), HandFed())
    window.watch(FileChoice(film))
    assert not window.look.mirrored
    window.watch(CAMERA)
    assert window.look.mirrored


def test_a_snapshot_is_the_frame_as_it_came(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path
) -> None:
    source, frame = HandFed(), grey(90, clock.now)
    window = opened(source)
    window.watch(CAMERA)
    source.feed(frame)
    wait_level(qtbot, window, 90)
    press(window, "s")
    wait_said(qtbot, window, clock, "Saved mirror-")
    plain = next(path for path in tmp_path.glob("mirror-*.png") if "parts" not in path.name)
    written = cv2.imread(str(plain))
    assert written is not None
    assert np.array_equal(written, frame.bgr)


def test_no_picture_of_another_source_is_kept_where_none_is_shown(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path
) -> None:
    source = HandFed()
    window = opened(source, SourceError("source.broke", "it is not there"), HandFed())
    window.watch(CAMERA)
    source.feed(grey(90, clock.now))
    wait_level(qtbot, window, 90)
    window.watch(FileChoice(tmp_path / "film.mp4"))
    qtbot.waitUntil(window.pages.welcome.isVisible)
    press(window, "s")
    window.capture.close(5.0)
    assert list(tmp_path.iterdir()) == []


def test_a_recording_has_every_frame_at_its_own_time(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path
) -> None:
    window, source = recording(qtbot, opened, clock)
    assert window.capture.is_recording
    for number in range(5):
        frame = grey(level(number), clock.now)
        source.feed(frame)
        wait_level(qtbot, window, number_of(frame))
        clock.now += 0.25
    window.refresh()
    assert window.view.accessibleDescription().endswith("0:01")
    click(window.bar.buttons["record"])
    assert not window.capture.is_recording
    wait_said(qtbot, window, clock, "Saved mirror-")
    (path,) = tmp_path.glob("mirror-*.mp4")
    assert numbers_in(path) == [0, 1, 2, 3, 4]
    assert [float(pts * base) for pts, base in pts_of(path)] == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_recording_that_cannot_be_written_is_told_and_the_window_goes_on(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path
) -> None:
    (tmp_path / "folder").write_text("in the way")
    source = HandFed()
    window = opened(source, folder=tmp_path / "folder")
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    press(window, "r")
    said = wait_told(qtbot, window, clock)
    assert said.startswith("folder cannot be saved: a file is in the way. Choose another folder")
    assert not window.capture.is_recording
    source.feed(grey(90, clock.now))
    wait_level(qtbot, window, 90)


def test_a_picture_for_which_the_disk_has_no_room_leaves_no_file(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("pipeline.targets.claims.os.fsync", full)
    source = HandFed()
    window = opened(source, folder=tmp_path / "folder")
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    press(window, "s")
    assert "the disk is full" in wait_told(qtbot, window, clock)
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_recording_goes_on_while_the_language_changes(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path
) -> None:
    window, source = recording(qtbot, opened, clock)
    for number in range(4):
        source.feed(grey(level(number), clock.now))
        wait_level(qtbot, window, level(number))
        clock.now += 0.25
        if number == 1:
            window.set_language("zh_CN")
            assert window.capture.is_recording
    press(window, "r")
    window.set_language("en")
    wait_said(qtbot, window, clock, "Saved mirror-")
    (path,) = tmp_path.glob("mirror-*.mp4")
    assert numbers_in(path) == [0, 1, 2, 3]


@pytest.mark.parametrize("reason", ["source", "parser"])
def test_a_recording_that_the_user_did_not_end_says_why_it_ended(
    qtbot: QtBot, opened: Open, clock: FakeClock, reason: str
) -> None:
    window, source = recording(qtbot, opened, clock, HandFed())
    source.feed(grey(40, clock.now))
    wait_level(qtbot, window, 40)
    if reason == "source":
        window.watch(CAMERA)
        wait_said(qtbot, window, clock, "because the source was opened anew")
    else:
        window.set_parser(no_parser().changed(workers=2))
        wait_said(qtbot, window, clock, "because another parser draws other parts")


def test_files_go_to_the_folder_that_the_user_chose_from_then_on(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, shown = tmp_path / "chosen", list[QUrl]()
    chosen.mkdir()
    memory = SettingsStore(QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(chosen))
    source = HandFed()
    window = opened(source, memory=memory)

    def open_url(url: QUrl) -> bool:
        shown.append(url)
        return True

    monkeypatch.setattr(window.place, "_open_url", open_url)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    act(window, "Folder for pictures and recordings…")
    press(window, "s")
    wait_said(qtbot, window, clock, "Saved mirror-")
    assert list(chosen.glob("mirror-*.png"))
    assert window.source.folder.toolTip() == str(chosen)
    click(window.pages.toast)
    assert shown == [QUrl.fromLocalFile(str(chosen))]
    assert setup_of(load(), memory).folder == chosen


def test_where_no_program_shows_folders_their_place_is_said(
    qtbot: QtBot, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(HandFed(), folder=tmp_path / "not" / "there" / "yet")
    monkeypatch.setattr(window.place, "_open_url", lambda _: False)
    act(window, "Show the folder")
    assert window.pages.banner.words.text().endswith(f"Files are in {tmp_path}")


def test_closing_waits_for_all_files_together_no_longer_than_it_may(
    qtbot: QtBot, opened: Open, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = threading.Event()
    monkeypatch.setattr("pipeline.targets.claims.os.fsync", lambda _: hung.wait(10.0))
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    for _ in range(4):
        press(window, "s")
    began_at = time.monotonic()
    window.close()
    took_s = time.monotonic() - began_at
    hung.set()
    assert took_s < 1.2


def test_closing_completes_a_recording(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path
) -> None:
    window, source = recording(qtbot, opened, clock)
    source.feed(grey(level(3), clock.now))
    wait_level(qtbot, window, level(3))
    window.close()
    (path,) = tmp_path.glob("mirror-*.mp4")
    assert numbers_in(path) == [3]


def test_closing_waits_for_a_recording_that_takes_long_to_complete(
    qtbot: QtBot,
    opened: Open,
    clock: FakeClock,
    tmp_path: Path,
    in_thread: Callable[[Callable[[], None]], threading.Thread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    completing, may_complete, never = threading.Event(), threading.Event(), threading.Event()

    def slowly(
        file: OutputFile, container: Container, time_base: Fraction, beside: RemuxChanges
    ) -> None:
        completing.set()
        assert may_complete.wait(10.0)
        complete(file, container, time_base, beside)

    def let_complete() -> None:
        assert completing.wait(10.0)
        never.wait(0.3)  # longer than all else may take
        may_complete.set()

    monkeypatch.setattr("pipeline.sinks.video.complete", slowly)
    monkeypatch.setattr("mirror.window.main_window._CLOSES_WITHIN_S", 0.1)
    window, source = recording(qtbot, opened, clock)
    source.feed(grey(level(3), clock.now))
    wait_level(qtbot, window, level(3))
    in_thread(let_complete)
    window.close()
    assert may_complete.is_set()
    (path,) = tmp_path.glob("mirror-*.mp4")
    assert ".part" not in path.name
    assert numbers_in(path) == [3]


def test_the_slider_shows_small_pictures(qtbot: QtBot, opened: Open, film: Path) -> None:
    window = opened()
    window.watch(FileChoice(film, paused=True))
    wait_level(qtbot, window, level(0), tolerance=6)
    window.refresh()
    window.bar.show_state("", window.player, False)
    slider = window.bar.slider
    place, button = QPointF(slider.width() * 0.47, 5), Qt.MouseButton.NoButton
    moved = QMouseEvent(QEvent.Type.MouseMove, place, button, button, Qt.KeyboardModifiers())
    slider.mouseMoveEvent(moved)
    qtbot.waitUntil(window.bar.popup.isVisible)
    small = window.bar.popup.picture.pixmap()
    assert small is not None
    assert small.height() == 120
    assert abs(small.toImage().pixelColor(60, 60).red() - level(5)) <= 6
    window.bar.slider.leaveEvent(None)
    assert not window.bar.popup.isVisible()


def test_a_click_on_the_slider_goes_there(qtbot: QtBot, opened: Open, film: Path) -> None:
    window = opened()
    window.watch(FileChoice(film, paused=True))
    wait_level(qtbot, window, level(0), tolerance=6)
    window.bar.show_state("", window.player, False)
    click(window.bar.slider)  # a pixel before its middle
    wait_level(qtbot, window, level(4), tolerance=6)
