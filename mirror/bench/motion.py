"""What it costs to carry masks from the frames they belong to to the newest one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mirror.bench import footage
from mirror.bench.rows import Row
from mirror.bench.stopwatch import costs_in_turns
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.jobs.composition import open_flow
from mirror.parsers.builtin import BuiltIn
from mirror.propagation.motion_history import MotionHistory
from mirror.propagation.overlay_carrier import OverlayCarrier
from pipeline.frame import Frame
from pipeline.sources.in_memory import InMemory

FRAMES = 48
CARRIER_BEHIND = 2  # frames that the carrier is
BEHIND = 8  # frames that the mask is older than the newest one
GOAL_MS = 5.0


def measure(rounds: int = 3) -> Iterator[Row]:
    """Yield the CPU time a 720p frame of the motion history, and of a label map carried by it."""
    frames = footage.as_frames(footage.at_720p()[:FRAMES])
    labels = np.zeros((720, 1280), np.uint8)
    labels[60:700, 400:880] = 1  # as much as one person who fills the mirror
    parsings = _parsed(frames)
    costs = costs_in_turns(
        {
            "see": lambda: _seen(frames),
            "moved": lambda: _carried(frames, None),
            "carried": lambda: _carried(frames, labels),
            "by body": lambda: _by_body(frames, parsings),
        },
        rounds,
    )
    see_ms, moved_ms, carried_ms, body_ms = (
        costs[name].cpu_s / FRAMES * 1e3 for name in ("see", "moved", "carried", "by body")
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
    people = sum(len(parsing.people) for parsing in parsings) / FRAMES
    yield Row(
        "masks carried by the body",
        body_ms,
        "ms CPU a frame",
        GOAL_MS,
        "less",
        f"all of this, beside the carrier's parse; {people:.1f} people",
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


def _parsed(frames: list[Frame]) -> list[Parsing]:
    """What the carrier says of every frame, which is not measured."""
    with open_flow(InMemory(frames), BuiltIn(), 1, 1, ParserConfig()) as results:
        return [result.parsing for result in results]


def _by_body(frames: list[Frame], parsings: list[Parsing]) -> None:
    """Show the labels of one frame in so many on all of them, with a carrier that is behind."""
    motion = MotionHistory()
    carrier = OverlayCarrier(motion, is_relabelled=True)
    for number, frame in enumerate(frames):
        frame.sequence = number
        motion.see(frame)
        seen = number - CARRIER_BEHIND
        if seen >= 0:
            carrier.followed(frames[seen], parsings[seen])
        if seen >= 0 and seen % BEHIND == 0:
            carrier.parsed(frames[seen], parsings[seen])
        carrier.carry(frame)
