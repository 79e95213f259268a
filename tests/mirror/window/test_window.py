from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from broadcast import Broadcast, download
from doubles import FakeClock, HandFed, grey
from media import level, write_video

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QSettings, QTimer, QUrl
from PyQt5.QtGui import QCloseEvent, QGuiApplication
from PyQt5.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, click, drop, middle, no_parser, wait_level

from mirror.core.settings import ParserConfig, load
from mirror.live.display.display_options import DisplayOptions
from mirror.live.sources.source_choice import AddressChoice, CameraChoice, FileChoice
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.custom import ParserNotUsable
from mirror.parsers.nothing import Nothing
from mirror.window.app import dress, report_errors_in, run
from mirror.window.main_window import MirrorWindow
from mirror.window.settings.settings_store import SettingsStore
from pipeline.errors import CameraNotFound, SinkError, SourceError
from pipeline.frame import Frame


def test_what_is_painted_is_what_was_sent(qtbot: QtBot, opened: Open, clock: FakeClock) -> None:
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    for number in (40, 80, 120):
        source.feed(grey(number, clock.now))
        wait_level(qtbot, window, number)


def test_without_a_camera_a_page_says_so_and_offers_the_clip(qtbot: QtBot, opened: Open) -> None:
    clip = HandFed()
    window = opened(CameraNotFound(0), clip)
    window.watch(CAMERA)
    qtbot.waitUntil(window.pages.welcome.isVisible)
    assert window.pages.welcome.title.text() == "Nothing to see at camera 0"
    assert "Camera 0 did not open" in window.pages.welcome.problem.text()
    click(window.pages.welcome.copy)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert "CameraNotFound: camera 0 did not open" in clipboard.text()
    click(window.pages.welcome.buttons[0])
    clip.feed(grey(99, 0.0))
    wait_level(qtbot, window, 99)
    assert window.windowTitle() == "demo.mp4 - Smart Mirror"


def test_a_lost_camera_leaves_its_last_picture_and_comes_back(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    first, second = HandFed(), HandFed()
    window = opened(first, second)
    window.watch(CAMERA)
    first.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    first.unplug(SourceError("source.broke", "camera 0 delivers no pictures"))
    qtbot.waitUntil(window.pages.banner.isVisible)
    assert "camera 0 delivers no pictures. Trying again in" in window.pages.banner.words.text()
    assert middle(window) == 60
    second.feed(grey(200, clock.now))
    wait_level(qtbot, window, 200)
    qtbot.waitUntil(lambda: not window.pages.banner.isVisible())


def test_a_lost_camera_is_waited_for_although_the_parser_is_changed(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    first, second = HandFed(), HandFed()
    window = opened(first, CameraNotFound(0), second)
    window.watch(CAMERA)
    first.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    first.unplug(SourceError("source.broke", "camera 0 delivers no pictures"))
    qtbot.waitUntil(window.pages.banner.isVisible)
    window.set_parser(no_parser().changed(workers=2))
    qtbot.waitUntil(lambda: "did not open" in window.pages.banner.words.text())
    assert "Trying again in" in window.pages.banner.words.text()
    assert middle(window) == 60
    second.feed(grey(200, clock.now))
    wait_level(qtbot, window, 200)


def test_a_source_that_does_not_answer_is_named_and_can_be_left_at_once(
    qtbot: QtBot, clock: FakeClock, opened: Open
) -> None:
    over, first, last = threading.Event(), HandFed(), HandFed()

    def hang() -> HandFed:
        over.wait()
        return HandFed()

    window = opened(first, hang, last)
    window.watch(CAMERA)
    first.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    assert not window.pages.notice.isVisible()
    window.watch(AddressChoice("rtsp://me:secret@host/a"))
    window.refresh()
    assert not window.pages.notice.isVisible()
    clock.now += 0.6
    qtbot.waitUntil(window.pages.notice.isVisible)
    assert window.pages.notice.text() == "Opening rtsp://host/a…"
    window.watch(CameraChoice(1))
    last.feed(grey(140, clock.now))
    wait_level(qtbot, window, 140)
    assert not window.pages.notice.isVisible()
    over.set()


def test_a_parser_that_is_not_there_leaves_the_film_and_a_way_back(
    qtbot: QtBot,
    opened: Open,
    clock: FakeClock,
    memory: SettingsStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def find(name: str, config: ParserConfig) -> AnyKind:
        if name == "none":
            return Nothing()
        needs = "{parser} needs {package}, which is not installed: pip install 'smart-mirror[m2fp]'"
        raise ParserNotUsable("parser.package_missing", needs, parser=name, package="torch")

    monkeypatch.setattr("mirror.live.session.session_parser.find_parser", find)
    sources = [HandFed(), HandFed(), HandFed()]
    window = opened(*sources, memory=memory)
    window.watch(CAMERA)
    before = window.look
    window.set_parser(no_parser().changed(name="m2fp"))
    for grey_level in (60, 120):
        sources[1].feed(grey(grey_level, clock.now))
        wait_level(qtbot, window, grey_level)
    qtbot.waitUntil(window.pages.banner.isVisible)
    said = window.pages.banner.words.text()
    assert said.startswith("There are no masks. m2fp needs torch, which is not installed")
    assert window.look.mode == "exact"  # masks of a slow parser are carried to each picture
    assert window.pages.banner.back.text() == "Back to none"
    click(window.pages.banner.back)
    sources[2].feed(grey(200, clock.now))
    wait_level(qtbot, window, 200)
    assert window.source.parser.currentData() == "none"
    assert window.look == before
    assert not window.pages.banner.isVisible()
    window.close()
    assert memory.look(DisplayOptions()).mode == "exact"


def test_the_same_parser_chosen_again_changes_nothing(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    window = opened(HandFed())
    window.watch(CAMERA)
    session = window.session
    window.source.parser.activated.emit(window.source.parser.currentIndex())
    assert window.session is session


def test_a_film_that_vanishes_leaves_its_last_picture(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path
) -> None:
    film = write_video(tmp_path / "film.mp4", 10, rate=10, size=(640, 480))
    window = opened()
    window.watch(FileChoice(film, paused=True))
    wait_level(qtbot, window, level(0), tolerance=6)
    clock.now += 10.0  # it is held for so long that no frame came of late
    window.refresh()
    film.unlink()
    window.bar.slider.setValue(700)
    qtbot.waitUntil(window.pages.banner.isVisible)
    assert "does not exist" in window.pages.banner.words.text()
    assert window.player is None  # nothing is left to be played
    clock.now += 1.0
    window.refresh()
    assert not window.bar.buttons["play"].isVisible()
    assert not window.pages.welcome.isVisible()
    assert abs(middle(window) - level(0)) <= 6


def test_what_never_showed_a_picture_does_not_borrow_the_last_ones(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    first = HandFed()
    window = opened(first, SourceError("source.broke", "http://host/ cannot be opened"))
    window.watch(CAMERA)
    for _ in range(3):
        clock.now += 0.3
        first.feed(grey(60, clock.now))
        wait_level(qtbot, window, 60)
    window.watch(AddressChoice("http://host/"))
    qtbot.waitUntil(window.pages.welcome.isVisible)
    assert window.pages.welcome.title.text() == "Nothing to see at http://host/"
    assert not window.pages.banner.isVisible()


def test_the_strip_can_be_dismissed_while_the_camera_is_away_and_hides_no_other_error(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    first = HandFed()
    window = opened(first, *(SourceError("source.broke", "it did not open") for _ in range(99)))
    window.watch(CAMERA)
    first.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    first.unplug(SourceError("source.broke", "camera 0 delivers no pictures"))
    banner = window.pages.banner
    qtbot.waitUntil(banner.isVisible)
    assert banner.again.isVisible()
    window.report(SinkError("sink.broke", "the disk is full"))
    window.refresh()
    assert banner.words.text() == "the disk is full"
    assert not banner.again.isVisible()
    click(banner.dismiss)
    assert "Trying again in" in banner.words.text()
    click(banner.dismiss)
    window.refresh()
    assert not banner.isVisible()


def test_sources_are_switched_in_mid_run(qtbot: QtBot, opened: Open, clock: FakeClock) -> None:
    first, second = HandFed(), HandFed()
    window = opened(first, second)
    window.watch(CAMERA)
    first.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    window.watch(CameraChoice(1))
    second.feed(grey(140, clock.now))
    wait_level(qtbot, window, 140)


def test_a_file_is_dropped_on_the_window(qtbot: QtBot, opened: Open, tmp_path: Path) -> None:
    window = opened()
    film = write_video(tmp_path / "film.mp4", 1, size=(640, 480))
    drop(window, QUrl.fromLocalFile(str(film)))
    wait_level(qtbot, window, level(0), tolerance=6)


def test_of_several_files_that_are_dropped_the_first_is_shown_and_that_is_said(
    qtbot: QtBot, opened: Open
) -> None:
    window = opened(HandFed())
    drop(window, QUrl.fromLocalFile("/films/one.mp4"), QUrl.fromLocalFile("/films/two.mp4"))
    assert window.windowTitle() == "one.mp4 - Smart Mirror"
    window.refresh()
    assert window.pages.banner.words.text().startswith("Only the first of the 2 is shown")
    click(window.pages.banner.dismiss)
    assert not window.pages.banner.isVisible()


def test_an_address_that_is_dragged_as_plain_text_is_looked_at(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    drop(window, text="a sentence, see https://host/a")
    assert window.session is None
    drop(window, text=" rtsp://host/stream\n")
    assert window.windowTitle() == "rtsp://host/stream - Smart Mirror"


def test_an_address_that_is_dropped_keeps_what_is_escaped_in_it(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    address = "http://host/my%20film%E4%B8%AD.mp4"
    drop(window, QUrl(address))
    assert window.session is not None
    assert window.session.choice == AddressChoice(address)


def test_a_folder_of_pictures_dropped_on_the_window_plays(
    qtbot: QtBot, opened: Open, tmp_path: Path
) -> None:
    window = opened()
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(4):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((48, 64, 3), 50 * number + 40, np.uint8))
    drop(window, QUrl.fromLocalFile(str(folder)))
    qtbot.waitUntil(lambda: window.player is not None)
    player = window.player
    assert player is not None
    player.pause()
    player.seek(2 / 30)
    wait_level(qtbot, window, 140)
    assert window.windowTitle() == "pictures - Smart Mirror"


def test_a_folder_without_pictures_says_so_in_words_for_a_window(
    qtbot: QtBot, opened: Open, tmp_path: Path
) -> None:
    window = opened()
    drop(window, QUrl.fromLocalFile(str(tmp_path)))
    qtbot.waitUntil(window.pages.welcome.isVisible)
    said = window.pages.welcome.problem.text()
    assert said == f"There is no picture in the folder {tmp_path.name}. Choose another"


@pytest.mark.parametrize("size", [(400, 300), (900, 700), (1200, 500)])
def test_a_resized_window_shows_all_of_the_picture_without_a_seam(
    qtbot: QtBot, opened: Open, clock: FakeClock, size: tuple[int, int]
) -> None:
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(100, clock.now))
    wait_level(qtbot, window, 100)
    window.resize(*size)

    def fills() -> bool:
        picture = window.view.picture
        height, width = window.view.pixels
        scale = min(height / 48, width / 64)
        wanted = (round(48 * scale), round(64 * scale))
        return picture is not None and picture.image.shape[:2] == wanted

    qtbot.waitUntil(fills)
    assert middle(window) == 100


def test_an_error_in_a_slot_is_shown_and_can_be_copied(
    qtbot: QtBot, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opened(HandFed())
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back after the test
    report_errors_in(window)
    try:
        raise RuntimeError("a slot broke")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    assert window.pages.banner.isVisible()
    assert window.pages.banner.words.text().startswith("Something went wrong within")
    click(window.pages.banner.copy)
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert "Traceback" in clipboard.text()
    assert "RuntimeError: a slot broke" in clipboard.text()


def test_closing_takes_less_than_a_second_although_the_camera_hangs(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    class Hanging(HandFed):
        def close(self) -> None:
            pass  # a driver that does not answer

    source = Hanging()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    began_at = time.monotonic()
    window.close()
    assert time.monotonic() - began_at < 1.0
    HandFed.close(source)


@pytest.mark.parametrize("ends", ["window", "loop"])
def test_a_window_is_closed_once_whatever_ends_the_program(
    qtbot: QtBot, dressed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    closed: list[QWidget] = []

    class Watched(MirrorWindow):
        def closeEvent(self, event: QCloseEvent | None) -> None:
            closed.append(self)
            super().closeEvent(event)

    def end() -> None:
        if ends == "loop":
            return QApplication.exit()
        for window in QApplication.topLevelWidgets():
            window.close()

    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    monkeypatch.setattr("mirror.window.app.QSettings", lambda: settings)
    monkeypatch.setattr("mirror.window.app.MirrorWindow", Watched)
    monkeypatch.setattr("sys.excepthook", sys.excepthook)  # a run has one of its own
    QTimer.singleShot(100, end)
    config = load(flags={"parser.name": "none"})
    assert run(config, FileChoice(write_video(tmp_path / "film.mp4", 2))) == 0
    assert len(closed) == 1


def test_the_look_of_the_product_can_be_put_on(qtbot: QtBot, opened: Open) -> None:
    app = QGuiApplication.instance()
    assert app is not None
    dress(app)  # type: ignore[arg-type]
    window = opened(HandFed())
    assert window.font().families()[0] == "Inter"


def test_frames_are_never_written_into(qtbot: QtBot, opened: Open, clock: FakeClock) -> None:
    source, frame = HandFed(), grey(50, clock.now)
    window = opened(source)
    window.watch(CAMERA)
    source.feed(frame)
    wait_level(qtbot, window, 50)
    assert isinstance(frame, Frame)
    assert (frame.bgr == 50).all()


def test_a_network_camera_that_is_restarted_comes_back(qtbot: QtBot, opened: Open) -> None:
    first = Broadcast(60)
    window = opened()
    try:
        window.watch(AddressChoice(first.url))
        qtbot.waitUntil(lambda: abs(middle(window) - 60) <= 3, timeout=20000)
    finally:
        first.stop()
    qtbot.waitUntil(window.pages.banner.isVisible, timeout=20000)
    assert "Trying again in" in window.pages.banner.words.text()
    assert abs(middle(window) - 60) <= 3
    second = Broadcast(200, first.port)
    try:
        qtbot.waitUntil(lambda: abs(middle(window) - 200) <= 3, timeout=20000)
        assert not window.pages.banner.isVisible()
    finally:
        window.close()
        second.stop()


def test_a_film_at_an_address_is_offered_again_at_its_end(
    qtbot: QtBot, opened: Open, tmp_path: Path
) -> None:
    window = opened()
    film = write_video(tmp_path / "film.mp4", 2, rate=10, size=(640, 480))
    with download(film) as address:
        window.watch(AddressChoice(address))
        qtbot.waitUntil(window.pages.banner.isVisible)
        assert window.pages.banner.words.text() == "The video has ended"
        assert window.pages.banner.again.text() == "Play again"
        assert not window.pages.banner.copy.isVisible()
        wait_level(qtbot, window, level(1), tolerance=6)
        click(window.pages.banner.again)
        wait_level(qtbot, window, level(0), tolerance=6)
        window.close()
