"""Stand-ins that tests share: a clock moved by hand, and frames that know their number."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator

import numpy as np

from pipeline.frame import Frame
from pipeline.sources.managed_source import ClosableSource


class FakeClock:
    now = 100.0  # seconds; they pass only when a test says so

    def __call__(self) -> float:
        return self.now


def frame_at(captured_at: float, number: int = 0) -> Frame:
    """A tiny grey frame whose pixels say its number."""
    return Frame.from_bgr(np.full((4, 6, 3), number % 256, np.uint8), captured_at)


def numbered(count: int) -> list[Frame]:
    return [frame_at(float(number), number) for number in range(count)]


def number_of(frame: Frame) -> int:
    return int(frame.bgr[0, 0, 0])


class HandFed(ClosableSource):
    """A live source that delivers what a test feeds it, and breaks or ends when told to."""

    is_live = True

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Frame | Exception | None] = queue.SimpleQueue()

    def feed(self, frame: Frame) -> None:
        self._waiting.put(frame)

    def unplug(self, error: Exception) -> None:
        self._waiting.put(error)

    def __iter__(self) -> Iterator[Frame]:
        while (item := self._waiting.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self) -> None:
        self._waiting.put(None)


def grey(level: int, captured_at: float, height: int = 48, width: int = 64) -> Frame:
    """A frame of one grey, which is its number."""
    return Frame.from_bgr(np.full((height, width, 3), level, np.uint8), captured_at)


def until(condition: Callable[[], object], within_s: float = 5.0) -> None:
    """Wait for what other threads bring about; looks often, and ends as soon as it is so."""
    give_up_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < give_up_at, "it did not come about in time"
        time.sleep(0.001)
