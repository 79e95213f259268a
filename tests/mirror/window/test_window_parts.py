from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from doubles import FakeClock, HandFed, grey

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, no_parser, press, wait_level, wait_said

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.live.display.display_options import DisplayOptions
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.nothing import Nothing
from mirror.rendering.overlay import draw
from pipeline.frame import BGR, Frame
from pipeline.sources.video import VideoFile

CLOTHES = label_set("cihp")
LAST = len(CLOTHES.names) - 1  # a part that the built-in parser has no name for
OTHER = no_parser().changed(name="built-in")


class Clothes(Nothing):
    """Sees one part everywhere."""

    def __init__(self) -> None:
        self.parts = CLOTHES

    def make_settle(self) -> Callable[[Frame, None, None], Parsing]:
        return lambda frame, _plan, _raw: parsing_of(frame)


def parsing_of(frame: Frame) -> Parsing:
    return Parsing.undivided(np.full((frame.height, frame.width), LAST, np.uint8))


def drawn(frame: Frame) -> BGR:
    return draw(frame.bgr, parsing_of(frame), DisplayOptions(mirrored=False).style(CLOTHES))


def test_a_recording_that_begins_while_the_parser_loads_has_that_parsers_colours(
    qtbot: QtBot,
    opened: Open,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_loaded = threading.Event()

    def find(name: str, config: ParserConfig) -> AnyKind:
        assert is_loaded.wait(5.0)
        return Clothes()

    monkeypatch.setattr("mirror.live.session.session_parser.find_parser", find)
    source, frame = HandFed(), grey(90, clock.now)
    window = opened(source)
    window.watch(CAMERA)
    source.feed(frame)
    qtbot.waitUntil(lambda: window.session is not None and window.session.status.phase == "loading")
    qtbot.waitUntil(lambda: window.shown.can_record)
    press(window, "r")
    is_loaded.set()
    qtbot.waitUntil(lambda: window.session is not None and window.session.status.phase == "running")
    press(window, "r")
    wait_said(qtbot, window, clock, "Saved mirror-")
    (path,) = tmp_path.glob("mirror-*.mp4")
    (recorded,) = VideoFile(path)
    away = recorded.bgr[24, 32].astype(int) - drawn(frame)[24, 32]
    assert np.abs(away).max() < 16


def test_a_picture_that_stands_while_another_parser_begins_is_kept_in_its_own_colours(
    qtbot: QtBot,
    opened: Open,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def find(name: str, config: ParserConfig) -> AnyKind:
        return Clothes() if name == "none" else Nothing()

    monkeypatch.setattr("mirror.live.session.session_parser.find_parser", find)
    source, frame = HandFed(), grey(90, clock.now)
    window = opened(source, HandFed())
    window.watch(CAMERA)
    source.feed(frame)
    qtbot.waitUntil(lambda: window.session is not None and window.session.status.phase == "running")
    wait_level(qtbot, window, int(drawn(frame)[24, 32, 2]), tolerance=4)  # its mask is there
    window.set_parser(OTHER)
    press(window, "s")
    wait_said(qtbot, window, clock, "Saved mirror-")
    (path,) = tmp_path.glob("mirror-*-parts.png")
    written = cv2.imread(str(path))
    assert written is not None
    assert np.array_equal(written, drawn(frame))
