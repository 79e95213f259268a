"""Which person of one frame is which of the frames before, by where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels of the frame

_SAME = 0.2  # intersection over union from which two boxes may be of one person
_FORGET_S = 2.0  # how long somebody who is not seen keeps their number


@dataclass(slots=True)
class _Track:
    box: Box
    seen_at: float


class BoxTracks:
    """Numbers people from 1; a number is never used again. Frames in order; one thread."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}
        self._next_id = 1

    def meet(self, boxes: Sequence[Box], now: float) -> list[int]:
        """Return one id a box. ``now`` is seconds of frame time."""
        self._tracks = {
            id: track for id, track in self._tracks.items() if abs(now - track.seen_at) <= _FORGET_S
        }
        ids: dict[int, int] = {}
        for _, place, id in self._pairs(boxes):
            if place not in ids and id not in ids.values():
                ids[place] = id
        for place in range(len(boxes)):
            if place not in ids:
                ids[place] = self._next_id
                self._next_id += 1
        for place, box in enumerate(boxes):
            self._tracks[ids[place]] = _Track(box, now)
        return [ids[place] for place in range(len(boxes))]

    def _pairs(self, boxes: Sequence[Box]) -> list[tuple[float, int, int]]:
        """Boxes with tracks that overlap them, those that overlap most first."""
        pairs = [
            (-overlap(box, track.box), place, id)
            for place, box in enumerate(boxes)
            for id, track in self._tracks.items()
        ]
        return sorted(pair for pair in pairs if -pair[0] >= _SAME)


def overlap(one: Box, other: Box) -> float:
    """Return the intersection of two boxes over their union, 0-1."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    common = across * down
    return common / (_area(one) + _area(other) - common)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
