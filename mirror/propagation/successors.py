"""Who is whom, where a tracker has lost somebody and found them again under another number."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mirror.propagation.bones import Joints, body_unit

_GAP = 30  # frames that somebody may be lost for
_APART = 1.5  # body units that they may have gone meanwhile
_SIZES = (0.6, 1.7)  # how many times as large they may have become


class Successors:
    """Takes somebody who comes where somebody else has just gone for the same. One thread.

    Frames in order; numbers are a tracker's, which gives each only once.
    """

    def __init__(self) -> None:
        self._last: dict[int, tuple[int, Joints]] = {}  # number -> frame, landmarks
        self._same: dict[int, int] = {}  # number -> the one before

    def see(self, sequence: int, joints: Mapping[int, Joints]) -> None:
        """Take in who is there: number -> (33, 3) landmarks."""
        self._last = {
            number: (at, body) for number, (at, body) in self._last.items() if sequence - at <= _GAP
        }
        gone = {number: body for number, (_, body) in self._last.items() if number not in joints}
        for number, body in joints.items():
            if number not in self._last and number not in self._same and gone:
                nearest = min(gone, key=lambda one: _apart(gone[one], body))
                if _is_same(gone[nearest], body):
                    self._same[number] = nearest
                    del gone[nearest]
        self._last |= {number: (sequence, body) for number, body in joints.items()}

    def chain(self, number: int) -> tuple[int, ...]:
        """Return a number, and those that the same person had before, the last one first."""
        chain = [number]
        while (before := self._same.get(chain[-1])) is not None:
            chain.append(before)
        return tuple(chain)


def _apart(one: Joints, other: Joints) -> float:
    """How far two bodies lie apart on average, in body units of the larger."""
    unit = max(body_unit(one[:, :2]), body_unit(other[:, :2]))
    return float(np.hypot(*(one[:, :2] - other[:, :2]).T).mean()) / unit


def _is_same(one: Joints, other: Joints) -> bool:
    ratio = body_unit(other[:, :2]) / body_unit(one[:, :2])
    return _SIZES[0] <= ratio <= _SIZES[1] and _apart(one, other) <= _APART
