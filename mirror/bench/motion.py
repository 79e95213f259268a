"""What it costs to carry masks from the frames they belong to to the newest one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mirror.bench import footage
from mirror.bench.rows import Row
from mirror.bench.stopwatch import costs_in_turns
from mirror.propagation.motion_history import MotionHistory
from pipeline.frame import Frame

FRAMES = 48
BEHIND = 8  # frames that the mask is older than the newest one
GOAL_MS = 5.0


def measure(rounds: int = 3) -> Iterator[Row]:
    """Yield the CPU time a 720p frame of the motion history, and of a label map carried by it."""
    frames = footage.as_frames(footage.at_720p()[:FRAMES])
    labels = np.zeros((720, 1280), np.uint8)
    labels[60:700, 400:880] = 1  # as much as one person who fills the mirror
    costs = costs_in_turns(
        {
            "see": lambda: _seen(frames),
            "moved": lambda: _carried(frames, None),
            "carried": lambda: _carried(frames, labels),
        },
        rounds,
    )
    see_ms, moved_ms, carried_ms = (
        costs[name].cpu_s / FRAMES * 1e3 for name in ("see", "moved", "carried")
    )
    yield Row("a frame remembered", see_ms, "ms CPU a frame", note="as it is captured")
    yield Row("its motion", moved_ms - see_ms, "ms CPU a frame", note="where somebody asks for it")
    yield Row(
        f"a label map carried {BEHIND} frames on",
        carried_ms,
        "ms CPU a frame",
        GOAL_MS,
        "less",
        "all of this together, for every frame",
    )


def _seen(frames: list[Frame]) -> None:
    history = MotionHistory()
    for number, frame in enumerate(frames):
        frame.sequence = number
        history.see(frame)


def _carried(frames: list[Frame], labels: np.ndarray | None) -> None:
    """Carry the same mask on and on, with a new one every so many frames, as a parser gives."""
    history = MotionHistory()
    for number, frame in enumerate(frames):
        frame.sequence = number
        history.see(frame)
        of = max(0, number // BEHIND - 1) * BEHIND
        if labels is None:
            history.displacement(number, of)
        else:
            history.carry_labels(labels, of, number)
