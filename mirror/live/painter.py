"""Draws what lies on the easel, at the pace at which it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mirror.live.easel import Easel
from mirror.live.latest import Latest
from mirror.live.look import Picture, compose
from mirror.live.pairing import Pair
from mirror.parts import Vocabulary
from pipeline.errors import Closed
from pipeline.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture ready for the screen.

    Attributes:
        picture: the pixels.
        pair: what it was made from.
        is_new: whether its frame was not shown before.
        begun_at, drawn_at: when it was drawn, on the session's clock.
    """

    picture: Picture
    pair: Pair
    is_new: bool
    begun_at: float
    drawn_at: float


def paint(
    easel: Easel,
    shots: Latest[Shot],
    parts: Callable[[], Vocabulary],
    clock: Callable[[], float],
) -> None:
    """Draw until the easel or the place for pictures is closed. For a thread of its own."""
    last: Frame | None = None
    try:
        while True:
            shots.wait_empty()  # the screen's pace: nothing is drawn that nobody sees
            task = easel.wait_task()
            begun_at, pair = clock(), task.pair
            parsing = None if pair.result is None else pair.result.parsing
            picture = compose(pair.frame, parsing, task.look, parts(), task.view)
            is_new, last = pair.frame is not last, pair.frame
            shots.put(Shot(picture, pair, is_new, begun_at, clock()))
    except Closed:
        pass
