"""Tells when two tracks lie on one body."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mirror.pose.landmark_network import PoseEstimate
from mirror.tracking.crop import SIDE

_BEGINS = 0.65  # share of two masks that is both's (IoU) from which they are of one body
_ENDS = 0.40  # and below which they no longer are: nobody comes and goes from frame to frame
_STAYED = 0.6  # of what the other shares with itself a frame ago: less, and it came from elsewhere
_NEAR = 0.3  # sides of the larger square, which is 1.1 times as large as a body or more
_CUT_OFF = 6  # mask pixels at the edge of a square, from which it ends before the body does
_HOLDS_ALL = 0.9  # of the other mask: with less, a square does not hold all of a body again
_STEP = 8  # mask pixels: every eighth in both directions tells as much

Keyed = tuple[int, PoseEstimate]  # a track's key, and what was seen of it


class Duplicates:
    """Finds out who is seen twice. Frames in order; one thread.

    A track that the motion carried from one body onto another looks at the same person as the
    other's does, and both would share the body between them. The one that has just come over from
    elsewhere does not have it; where that tells nothing, the older one has it, unless its square
    ends before the body does and the other's does not.
    """

    def __init__(self) -> None:
        self._last: dict[int, PoseEstimate] = {}  # by keys: the frame before
        self._strays: set[tuple[int, int]] = set()  # of the pairs: whose second came from elsewhere
        self._pairs: set[tuple[int, int]] = set()  # keys of two tracks on one body: whose it is

    def __call__(self, seen: Sequence[Keyed]) -> set[int]:
        """Return the keys of those whose body another track has.

        Args:
            seen: whoever was seen in this frame; keys of older tracks are less.
        """
        pairs: set[tuple[int, int]] = set()
        spare: set[int] = set()
        for one, other in itertools.combinations(sorted(seen, key=_key), 2):
            if spare & {one[0], other[0]} or not self._are_one(one, other):
                continue
            pair = self._in_order(one, other)
            pairs.add(pair)
            spare.add(pair[1])
        self._pairs, self._strays = pairs, self._strays & pairs
        self._last = dict(seen)
        return spare

    def _are_one(self, one: Keyed, other: Keyed) -> bool:
        before = {(one[0], other[0]), (other[0], one[0])} & self._pairs
        least = _ENDS if before else _BEGINS
        return _may_meet(one[1], other[1]) and shared(one[1], other[1]) > least

    def _in_order(self, one: Keyed, other: Keyed) -> tuple[int, int]:
        """Whose the body is, and who is spare."""
        keys = one[0], other[0]
        if self._pairs.isdisjoint({keys, keys[::-1]}) and (stayed := self._stayed(one, other)):
            self._strays.add(keys if stayed == one[0] else keys[::-1])
        for pair in (keys, keys[::-1]):
            if pair in self._strays:
                return pair
        had_it = (other[0], one[0]) in self._pairs
        is_cut_off = _at_the_edge(one[1]) >= (1 if had_it else _CUT_OFF)
        # a mask may fade before the edge is reached: with the legs still missing, nothing changes
        is_cut_off |= had_it and _area(one[1]) < _HOLDS_ALL * _area(other[1])
        if is_cut_off and _at_the_edge(other[1]) < _CUT_OFF:
            return other[0], one[0]
        return one[0], other[0]

    def _stayed(self, one: Keyed, other: Keyed) -> int | None:
        """The key of the one that was on the body a frame ago, if only one of them was."""
        if one[0] not in self._last or other[0] not in self._last:
            return None  # whoever is new was nowhere
        kept = [shared(self._last[key], seen) for key, seen in (one, other)]
        if min(kept) >= _STAYED * max(kept):
            return None
        return one[0] if kept[0] > kept[1] else other[0]


def shared(one: PoseEstimate, other: PoseEstimate) -> float:
    """Return which share of what either mask covers both do (IoU), on a coarse grid."""
    rows, columns = np.nonzero(_thinned(one))
    points = np.stack([columns, rows, np.ones_like(rows)], axis=1).astype(np.float64)
    points[:, :2] = points[:, :2] * _STEP + _STEP // 2
    there = other.crop.from_image @ np.vstack([one.crop.to_image, [0, 0, 1]])
    places = np.rint(points @ there.T).astype(np.intp)
    places = places[((places >= 0) & (places < SIDE)).all(axis=1)]
    both = np.count_nonzero(other.mask[places[:, 1], places[:, 0]] > 0) * one.crop.side**2
    either = _area(one) + _area(other) - both
    return both / either if either else 0.0


def _thinned(estimate: PoseEstimate) -> NDArray[np.bool_]:
    thinned: NDArray[np.bool_] = estimate.mask[_STEP // 2 :: _STEP, _STEP // 2 :: _STEP] > 0
    return thinned


def _area(estimate: PoseEstimate) -> float:
    """How much of the picture a mask covers; comparable among people."""
    return float(np.count_nonzero(_thinned(estimate)) * estimate.crop.side**2)


def _at_the_edge(estimate: PoseEstimate) -> int:
    """How many pixels of a mask lie at the edge of its square."""
    mask = estimate.mask
    edges = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return int(np.count_nonzero(edges > 0))


def _may_meet(one: PoseEstimate, other: PoseEstimate) -> bool:
    apart = np.hypot(one.crop.x - other.crop.x, one.crop.y - other.crop.y)
    return bool(apart < _NEAR * max(one.crop.side, other.crop.side))


def _key(keyed: Keyed) -> int:
    return keyed[0]
