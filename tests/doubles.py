"""Stand-ins that tests share: a clock moved by hand, and frames that know their number."""

from __future__ import annotations

import numpy as np

from pipeline.frame import Frame


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
