"""A hand that is raised and held up, by landmarks alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mirror.coach.body import Body
from mirror.core.skeleton import LANDMARKS

Sign = Literal["toggle", "end"]

TOGGLES_AFTER_S = 1.0  # longer than a press overhead stands still, shorter than patience
ENDS_AFTER_S = 3.0
_SHOWN_AFTER_S = 0.3  # who scratches their head is not answered
_LAPSE_S = 0.3  # a landmark that is lost for a few frames is no hand let down
_VISIBLE = 0.5
_ABOVE = 0.15  # of the trunk's length: the wrist over the nose, clearly
_UPRIGHT = 0.94  # of the trunk's length is its height: it leans by less than 20 degrees
_STILL = 0.3  # of the trunk's length: who exercises moves further in a second
_BYSTANDER = 0.6  # as tall as this share of the tallest: not who is meant

_POINTS = {name: place for place, name in enumerate(LANDMARKS)}
_SIDES = (("left", "right"), ("right", "left"))


@dataclass(frozen=True, slots=True)
class HandUp:
    """A hand that is up now.

    Attributes:
        person: whose, by track id.
        landmark: which, such as ``left_wrist``.
        held_s: for how long.
    """

    person: int
    landmark: str
    held_s: float


class HandWatch:
    """Says when somebody has held one hand up long enough; times are media time in seconds.

    One hand over the head, the other below the shoulders, upright and still: no exercise that
    ships asks for it. Held for one second it begins, pauses or goes on; held on for three, it ends
    the set. A hand has to come down before another is heeded.

    Attributes:
        hand: the hand that is up, once it is worth showing; None while there is none.
    """

    def __init__(self) -> None:
        self.hand: HandUp | None = None
        self._since: float | None = None
        self._seen_at = 0.0
        self._said: set[Sign] = set()
        self._first: _Raised | None = None

    def update(self, bodies: Iterable[Body], time: float) -> Sign | None:
        """Take in the bodies of one frame; return what a hand says now, once each time."""
        raised = _raised(list(bodies))
        if raised is None:
            self._lapse(time)
            return None
        first = self._first
        if first is None or self._since is None or time < self._since:
            self._since, self._said, self._first = time, set(), raised
        elif not self._said and not raised.is_where(first):
            self._since, self._first = time, raised  # it moves: it begins to be held only now
        self._seen_at = time
        held_s = time - self._since
        is_shown = held_s >= _SHOWN_AFTER_S
        self.hand = HandUp(raised.person, raised.landmark, held_s) if is_shown else None
        due: tuple[tuple[Sign, float], ...] = ("toggle", TOGGLES_AFTER_S), ("end", ENDS_AFTER_S)
        for sign, after_s in due:
            if held_s >= after_s and sign not in self._said:
                self._said.add(sign)
                return sign
        return None

    def _lapse(self, time: float) -> None:
        if self._since is not None and not 0 <= time - self._seen_at <= _LAPSE_S:
            self._since = self._first = self.hand = None


@dataclass(frozen=True, slots=True, eq=False)
class _Raised:
    """A hand over a head: whose and which, and where hand, shoulders and hips are in trunks."""

    person: int
    landmark: str
    places: NDArray[np.float64]

    def is_where(self, other: _Raised) -> bool:
        """Whether it is the same hand, about where it was."""
        return (self.person, self.landmark) == (other.person, other.landmark) and bool(
            np.abs(self.places - other.places).max() <= _STILL
        )


def _raised(bodies: list[Body]) -> _Raised | None:
    """Whose hand is up, and which: of the tallest first, bystanders left out."""
    tall = {id(body): _height(body) for body in bodies}
    tallest = max(tall.values(), default=0.0)
    for body in sorted(bodies, key=lambda one: -tall[id(one)]):
        if tall[id(body)] < _BYSTANDER * tallest:
            break
        for side, other in _SIDES:
            if (places := _held_up(body, side, other)) is not None:
                return _Raised(body.id, f"{side}_wrist", places)
    return None


def _held_up(body: Body, side: str, other: str) -> NDArray[np.float64] | None:
    """Where hand, shoulders and hips are, in trunk lengths, if the hand is up; None if not."""
    needed = [
        *(f"{side}_{joint}" for joint in ("wrist", "elbow", "shoulder", "hip")),
        *(f"{other}_{joint}" for joint in ("shoulder", "hip")),
        "nose",
    ]
    if any(body.visibility[_POINTS[name]] < _VISIBLE for name in needed):
        return None
    wrist, elbow, shoulder, hip = (body.image[_POINTS[name]] for name in needed[:4])
    other_shoulder, other_hip = (body.image[_POINTS[name]] for name in needed[4:6])
    trunk = (shoulder + other_shoulder - hip - other_hip) / 2
    length = float(np.hypot(*trunk))
    is_upright = length > 0 and -trunk[1] >= _UPRIGHT * length
    is_high = wrist[1] < body.image[_POINTS["nose"]][1] - _ABOVE * length and wrist[1] < elbow[1]
    if not (is_upright and is_high and _is_down(body, other, other_shoulder[1])):
        return None
    places: NDArray[np.float64] = np.stack([wrist, shoulder, hip, other_hip]) / length
    return places


def _is_down(body: Body, side: str, shoulder_y: float) -> bool:
    """Whether the other arm hangs; one that is not seen, behind the body, does."""
    for joint in ("wrist", "elbow"):
        place = _POINTS[f"{side}_{joint}"]
        if body.visibility[place] >= _VISIBLE and body.image[place][1] < shoulder_y:
            return False
    return True


def _height(body: Body) -> float:
    seen = body.image[body.visibility >= _VISIBLE, 1]
    return float(np.ptp(seen)) if seen.size else 0.0
