"""Two arms or two legs, told apart from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import FROM_COCO, LANDMARKS

# Evidence is a log-likelihood ratio: 1 makes something e times as likely as it was
_NETWORK_SAYS = 3.0  # in a second, by the landmark network, which repeats itself
_FIND_SAYS = 3.5  # in a find at most, by the detector: every find looks anew
_SURE = 4.0  # no belief is firmer: one slip changes none of these, and a few finds each
_FLIPS = -3.0  # before looking: that the network changes its mind from one frame to the next
_MOST = 6.0  # that places can say for it: people do turn

_STRAYS = 0.04  # body lengths that a joint lies off where it was going
_TURNS_S = 0.5  # body lengths a second that this grows by
_FAR = 14.0  # squared deviations from which what a joint lies off further counts ever less
_LINGERS_S = 0.3  # where a limb was of late counts too: it may have been seen in the middle since
_LINGERS = 0.12  # body lengths that a joint lies off where it was of late
_ONE, _SHRUNK = 0.1, 0.4  # body lengths, and of the usual distance, at which a pair is one
_STEADY = 0.6  # what of the change between two frames goes on in the next

Joints = NDArray[np.float32]
Places = NDArray[np.intp]
Points = NDArray[np.float64]  # (2, N, 2): the left side's and the right side's, in body lengths


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Arms or legs, among landmarks and among COCO's joints.

    Attributes:
        all: (2, N) places of the left side's landmarks, and of the right side's.
        judged: (2, 3) places of those that the detector knows too, hip or shoulder first.
        found: (2, 3) their places among COCO's joints.
    """

    all: Places
    judged: Places
    found: Places


class LimbPair:
    """Follows two limbs under the names of left and right. Frames in order; told the time.

    What the network names left may be the right one. Whether it is so is a belief: it goes over
    into its contrary where the limbs have changed places since the last frame, and every witness
    moves it a little, the network itself too. So no mistake lasts, whatever it came from.

    Attributes:
        exchanged: evidence that the network has them the wrong way round.
    """

    def __init__(self) -> None:
        self._last: Points | None = None
        self._change: Points
        self._lately: Points
        self.exchanged = 0.0

    def flipped(self, seen: Points, weights: NDArray[np.float32], elapsed_s: float) -> float:
        """Return the evidence that the network names them otherwise than a frame ago.

        Args:
            seen: where the network has the left ones and the right ones.
            weights: (N,) how well each pair of joints is seen, 0-1.
            elapsed_s: since the last call.
        """
        if self._last is None:
            return 0.0
        strays = _STRAYS + _TURNS_S * elapsed_s
        expected = self._last + _STEADY * self._change
        lingers = _LINGERS + _TURNS_S * elapsed_s
        evidence = _for_crossing(seen, expected, strays)
        evidence += _for_crossing(seen, self._lately, lingers)
        evidence[self._are_one(seen)] = 0.0  # the middle between both says nothing of either
        crossed = float((evidence * weights).sum())
        return -crossed if self.exchanged > 0 else crossed

    def are_exchanged(
        self, seen: Points, flipped: float, detector: float, elapsed_s: float
    ) -> bool:
        """Whether the limbs seen now bear one another's names.

        Args:
            seen: where the network has the left ones and the right ones.
            flipped: the evidence that it names them otherwise than a frame ago.
            detector: the evidence of a find for it.
            elapsed_s: since the last call.
        """
        if self._last is None:
            self.exchanged = detector
            self._last = self._lately = seen[::-1] if detector > 0 else seen
            self._change = np.zeros_like(seen)
            return detector > 0
        before = _renamed(self.exchanged, min(flipped, _MOST) + _FLIPS)
        says = min(max(detector, -_FIND_SAYS), _FIND_SAYS)
        now = before + says - _NETWORK_SAYS * elapsed_s
        if (now > 0) != (before > 0):
            self._last, self._lately = self._last[::-1], self._lately[::-1]
            self._change = self._change[::-1]
        self.exchanged = float(np.clip(now, -_SURE, _SURE))
        self._follow(seen[::-1] if now > 0 else seen, elapsed_s)
        return now > 0

    def _follow(self, named: Points, elapsed_s: float) -> None:
        """Take the present places for the last ones.

        Not those of a pair that was seen in one place, between both: they came from where they were
        lately, and go back there.
        """
        assert self._last is not None
        last = np.where(self._are_one(named)[:, None], self._last, named)
        self._change, self._last = last - self._last, last
        self._lately = self._lately + (named - self._lately) * (1 - np.exp(-elapsed_s / _LINGERS_S))

    def _are_one(self, pairs: Points) -> NDArray[np.bool_]:
        """Which pairs of joints are seen in one place, as where the network cannot tell them."""
        are: NDArray[np.bool_] = _gap(pairs) < np.minimum(_ONE, _SHRUNK * _gap(self._lately))
        return are


def _gap(pairs: Points) -> NDArray[np.float64]:
    """How far each left joint is from the right one."""
    gap: NDArray[np.float64] = np.linalg.norm(pairs[0] - pairs[1], axis=-1)
    return gap


def _renamed(belief: float, flipped: float) -> float:
    """A belief about the frame before, for this one, with evidence that names have changed."""
    was, changed = (1 / (1 + np.exp(-min(max(one, -30.0), 30.0))) for one in (belief, flipped))
    now = was * (1 - changed) + (1 - was) * changed
    return float(np.log(now / (1 - now)))


def _for_crossing(seen: Points, expected: Points, strays: float) -> NDArray[np.float64]:
    """For each pair of joints: evidence that they have changed places.

    Deviations count as Cauchy's distribution has it. With a limit, a joint that is far off either
    way would say nothing, though it is much farther off the one way than the other.
    """
    crossed, straight = (
        (_FAR * np.log1p(np.square(one - expected).sum(axis=-1) / (_FAR * strays**2))).sum(axis=0)
        for one in (seen[::-1], seen)
    )
    evidence: NDArray[np.float64] = (straight - crossed) / 2
    return evidence


def _places(*names: str) -> Places:
    return np.array(
        [[_place(side, name) for name in names] for side in ("left", "right")], np.intp
    ).reshape(2, -1)


def _place(side: str, name: str) -> int:
    # the corners of the mouth are the only ones whose side comes last
    return LANDMARKS.index(f"mouth_{side}" if name == "mouth" else f"{side}_{name}")


def _group(judged: tuple[str, ...], others: tuple[str, ...]) -> Group:
    places = _places(*judged)
    found = np.array([[FROM_COCO.index(place) for place in side] for side in places.tolist()])
    return Group(_places(*judged, *others), places, found)


ARMS = _group(
    ("shoulder", "elbow", "wrist"),
    ("eye_inner", "eye", "eye_outer", "ear", "mouth", "pinky", "index", "thumb"),
)
LEGS = _group(("hip", "knee", "ankle"), ("heel", "foot_index"))
TRUNK = [*_places("shoulder").ravel(), *_places("hip").ravel()]
