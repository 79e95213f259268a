"""Which side is left: arms and legs go on where they were, and witnesses say what they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.limb_pairs import ARMS, LEGS, TRUNK, Joints, LimbPair
from mirror.tracking.body_geometry import body_length
from mirror.tracking.crop_planner import PersonCrop

_DETECTOR_SAYS = 3.5  # in a find of one pair of limbs, as a log-likelihood ratio
_CLEAR = 0.6  # the detector's score for joints that it sees clearly
_BORNE_OUT = 0.75  # what is said of arms counts for legs, and the other way round
_STAYS = -3.0  # evidence from which limbs are plainly named as before, whatever the others are
_GROUPS = (ARMS, LEGS)


class LeftRight:
    """Tells left from right for one person. Frames in order; told the time.

    BlazePose sees one square and takes a chest for a back when the face is hidden; MoveNet, which
    sees the whole picture, may slip too. So two questions are kept apart. Which limb is which one
    of the frame before is a matter of where they are. Whether what is followed by the name of left
    is the left one is a belief, to which both networks bear witness: the one in every frame, the
    other in every find.

    Landmarks are always those of the present frame; what is decided is what they are called.
    """

    def __init__(self) -> None:
        self._pairs = (LimbPair(), LimbPair())
        self._finds = 0

    def __call__(
        self, estimate: PoseEstimate, person: PersonCrop, elapsed_s: float
    ) -> tuple[Joints, Joints]:
        """Return (33, 3) landmarks in the picture, and in the world, under their right names.

        Args:
            estimate: what the network saw.
            person: what the detector knows of the person.
            elapsed_s: since the last call.
        """
        joints, world = estimate.joints.copy(), estimate.world.copy()
        size, middle = body_length(person.joints), joints[TRUNK, :2].mean(axis=0)
        seen = [(joints[one.judged][..., :2] - middle) / size for one in _GROUPS]
        flipped = [
            pair.flipped(places, joints[group.judged][..., 2].min(axis=0), elapsed_s)
            for group, pair, places in zip(_GROUPS, self._pairs, seen, strict=True)
        ]
        found = self._found(joints, person)
        for number, (group, pair) in enumerate(zip(_GROUPS, self._pairs, strict=True)):
            # most often the whole body was taken for its back, so that each bears out the other
            moved, says = (one[number] + _BORNE_OUT * one[1 - number] for one in (flipped, found))
            if flipped[number] < _STAYS:
                moved = min(moved, flipped[number])
            if pair.are_exchanged(seen[number], moved, says, elapsed_s):
                joints[group.all] = joints[group.all[::-1]]
                world[group.all] = world[group.all[::-1]]
        return joints, world

    def _found(self, joints: Joints, person: PersonCrop) -> list[float]:
        """What a new find says for exchanged arms and legs."""
        if person.finds == self._finds:
            return [0.0, 0.0]
        self._finds = person.finds
        return [
            _DETECTOR_SAYS
            * person.trust
            * min(1.0, float(person.joints[group.found, 2].mean()) / _CLEAR)
            * _for_exchange(joints[group.judged], person.joints[group.found])
            for group in _GROUPS
        ]


def _for_exchange(own: Joints, witness: Joints) -> float:
    """How much a witness speaks for exchanged sides: 1 for, -1 against, 0 cannot tell."""
    weights = witness[:, :, 2] + np.float32(1e-3)
    straight = float((_apart(own, witness) * weights).sum())
    exchanged = float((_apart(own[::-1], witness) * weights).sum())
    return (straight - exchanged) / max(straight + exchanged, 1e-6)


def _apart(one: Joints, other: Joints) -> NDArray[np.float32]:
    away = one[..., :2] - other[..., :2]
    pixels: NDArray[np.float32] = np.hypot(away[..., 0], away[..., 1])
    return pixels
