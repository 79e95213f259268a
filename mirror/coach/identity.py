"""Who is who, where a tracker gives somebody a new id."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirror.coach.body import Body

_VISIBLE = 0.5
_AT_ONCE_S = 2.0  # lost and found again in one place
_AWAY_S = 60.0  # left the picture and returned: only where nobody else could be meant
_NEAR = 1.0  # body heights that one may have moved while lost
_SAME_SIZE = 1.5  # times as tall


@dataclass(slots=True)
class _Last:
    time: float
    x: float
    y: float
    size: float


class Identities:
    """Gives people numbers that outlast track ids.

    A new track id is somebody known if that person is gone, and was near and as tall a moment ago;
    or if one person alone is gone and one alone comes back.
    """

    def __init__(self) -> None:
        self._person_of: dict[int, int] = {}
        self._last: dict[int, _Last] = {}

    def assign(self, bodies: Sequence[Body]) -> list[int]:
        """Return a person's number for each body of one frame; numbers are the first track ids."""
        present = {self._person_of[body.id] for body in bodies if body.id in self._person_of}
        new = [body for body in bodies if body.id not in self._person_of]
        for body in new:
            person = self._returned(body, present, alone=len(new) == 1)
            if person is None:
                person = self._free_number(body.id)
            self._person_of[body.id] = person
            present.add(person)
        for body in bodies:
            self._last[self._person_of[body.id]] = _seen(body)
        return [self._person_of[body.id] for body in bodies]

    def _free_number(self, wanted: int) -> int:
        return wanted if wanted not in self._last else max(self._last) + 1

    def _returned(self, body: Body, present: set[int], alone: bool) -> int | None:
        here = _seen(body)
        gone = {person: last for person, last in self._last.items() if person not in present}
        near = [
            (math.hypot(last.x - here.x, last.y - here.y) / max(last.size, 1.0), person)
            for person, last in gone.items()
            if here.time - last.time <= _AT_ONCE_S and _as_tall(here, last)
        ]
        if near and min(near)[0] <= _NEAR:
            return min(near)[1]
        away = [p for p, last in gone.items() if here.time - last.time <= _AWAY_S]
        if alone and len(away) == 1 and not present and _as_tall(here, gone[away[0]]):
            return away[0]
        return None


def _seen(body: Body) -> _Last:
    rows = body.visibility >= _VISIBLE
    points = body.image[rows] if rows.any() else body.image
    x, y = np.median(points, axis=0).tolist()
    low, high = points.min(axis=0), points.max(axis=0)
    return _Last(body.time, x, y, float(np.hypot(*(high - low))))


def _as_tall(one: _Last, other: _Last) -> bool:
    low, high = sorted((one.size, other.size))
    return high <= _SAME_SIZE * max(low, 1e-6)
