"""Long runs through the window: nothing grows, and the figures add up. By hand, with -m slow."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from doubles import grey, until

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from pytestqt.qtbot import QtBot

from mirror.bench.footage import at_720p
from mirror.core import machine
from mirror.core.settings import load
from mirror.live.display.display_options import DisplayOptions
from mirror.live.sources.source_choice import CameraChoice
from mirror.window.launch_settings import LaunchSettings
from mirror.window.main_window import MirrorWindow
from pipeline.frame import Frame
from pipeline.sources.managed_source import ClosableSource


class Flood(ClosableSource):
    """Delivers so many frames as fast as they are taken, then none until it is closed."""

    is_live = True

    def __init__(self, count: int, make: Callable[[int], Frame], pause_s: float = 0.0) -> None:
        self.count, self._make, self._pause_s = count, make, pause_s
        self._over = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        for number in range(self.count):
            if self._over.wait(self._pause_s) if self._pause_s else self._over.is_set():
                return
            yield self._make(number)
        self._over.wait()

    def close(self) -> None:
        self._over.set()


def held() -> tuple[int, int]:
    """Files, sockets and whatever else the system counts as open, and threads."""
    process = psutil.Process()
    return process.num_fds(), threading.active_count()


def run(qtbot: QtBot, folder: Path, source: Flood, parser: str) -> list[int]:
    """Show every frame of a source; return the memory held after each tenth of them, in MB."""
    config = load(flags={"parser.name": parser}).parser
    window = MirrorWindow(
        LaunchSettings(config, DisplayOptions(), open_source=lambda _: source, folder=folder)
    )
    qtbot.addWidget(window)
    window.show()
    window.watch(CameraChoice(0))
    session = window.session
    assert session is not None
    memory: list[int] = []

    def is_through() -> bool:
        statistics = session.figures().statistics
        if statistics is None:
            return False
        if statistics.captured >= source.count // 10 * (len(memory) + 1):
            memory.append(machine.memory_mb())
        lost = sum(statistics.dropped.values())
        return statistics.captured == source.count == statistics.parsed + lost

    qtbot.waitUntil(is_through, timeout=900_000)
    assert session.figures().shown <= source.count
    assert window.close()
    return memory


def soak(qtbot: QtBot, folder: Path, few: Flood, many: Flood, parser: str) -> None:
    run(qtbot, folder, few, parser)  # what libraries open once, they keep
    before = held()
    memory = run(qtbot, folder, many, parser)
    until(lambda: held() == before)
    assert memory[-1] - memory[0] < 40, memory


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_thousand_frames_at_full_speed(qtbot: QtBot, tmp_path: Path) -> None:
    def make(number: int) -> Frame:
        return grey(number % 256, time.monotonic())

    soak(qtbot, tmp_path, Flood(50, make), Flood(100_000, make), "none")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_thousand_frames_through_the_built_in_parser(qtbot: QtBot, tmp_path: Path) -> None:
    images = itertools.cycle(at_720p())

    def make(number: int) -> Frame:
        return Frame.from_bgr(next(images).copy(), time.monotonic())

    few, many = Flood(50, make, 1 / 40), Flood(5000, make, 1 / 40)
    soak(qtbot, tmp_path, few, many, "built-in")
