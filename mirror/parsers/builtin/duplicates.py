"""Tells when two tracks lie on one body."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from mirror.parsers.builtin.crop import SIDE
from mirror.parsers.builtin.landmarks import Sighting

_BEGINS = 0.65  # share of two masks that is both's (IoU) from which they are of one body
_ENDS = 0.40  # and below which they no longer are: nobody comes and goes from frame to frame
_STEP = 8  # mask pixels: every eighth in both directions tells as much

Keyed = tuple[int, Sighting]  # a track's key, and what was seen of it


class Duplicates:
    """Finds out who is seen twice. Frames in order; one thread.

    A track that the motion carried from one body onto another looks at the same person as the
    other's does, and both would share the body between them.
    """

    def __init__(self) -> None:
        self._pairs: set[tuple[int, int]] = set()  # keys of two tracks on one body

    def __call__(self, seen: Sequence[Keyed]) -> set[int]:
        """Return the keys of those whose body an older track has already.

        Args:
            seen: whoever was seen in this frame; keys of older tracks are less.
        """
        pairs, spare = set(), set()
        for (key, one), (other_key, other) in itertools.combinations(sorted(seen, key=_key), 2):
            least = _ENDS if (key, other_key) in self._pairs else _BEGINS
            if key not in spare and _may_meet(one, other) and shared(one, other) > least:
                pairs.add((key, other_key))
                spare.add(other_key)
        self._pairs = pairs
        return spare


def shared(one: Sighting, other: Sighting) -> float:
    """Return which share of what either mask covers both do (IoU), on a coarse grid."""
    rows, columns = np.nonzero(one.mask[_STEP // 2 :: _STEP, _STEP // 2 :: _STEP] > 0)
    points = np.stack([columns, rows, np.ones_like(rows)], axis=1).astype(np.float64)
    points[:, :2] = points[:, :2] * _STEP + _STEP // 2
    there = other.crop.from_image @ np.vstack([one.crop.to_image, [0, 0, 1]])
    places = np.rint(points @ there.T).astype(np.intp)
    places = places[((places >= 0) & (places < SIDE)).all(axis=1)]
    both = np.count_nonzero(other.mask[places[:, 1], places[:, 0]] > 0) * one.crop.side**2
    others = np.count_nonzero(other.mask[_STEP // 2 :: _STEP, _STEP // 2 :: _STEP] > 0)
    either = len(rows) * one.crop.side**2 + others * other.crop.side**2 - both
    return both / either if either else 0.0


def _may_meet(one: Sighting, other: Sighting) -> bool:
    apart = np.hypot(one.crop.x - other.crop.x, one.crop.y - other.crop.y)
    return bool(2 * apart < one.crop.side + other.crop.side)


def _key(keyed: Keyed) -> int:
    return keyed[0]
