"""Learning how somebody stands and looks when nothing of an avatar is to be turned."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mirror.outputs.vmc.bone_rotations import (
    LIMBS,
    Neutral,
    bone_rotations,
    head_of,
    neutral_of,
)
from mirror.outputs.vmc.rotations import IDENTITY, Array, turned

Calibration = Literal["auto", "t-pose"]

_ENOUGH_S = 1.0  # of looking ahead, or of a T-pose
_FACING = 0.8  # cosine between where the hips face and the camera
_NEAR_T = np.cos(np.radians(30))  # of an arm's direction and straight out
WAITING, DONE = 1, 3  # VMC's calibration states


class Calibrator:
    """Learns one person's neutral pose; one of a run.

    ``auto`` starts at once, and takes how the head is held in the first second in which somebody
    faces the camera for looking ahead: a nose is lower than the ears in one face, higher in
    another. ``t-pose`` waits until somebody holds one for a second, and takes all of it.
    """

    def __init__(self, calibration: Calibration) -> None:
        self._waits_for_t = calibration == "t-pose"
        self.neutral = Neutral()
        self._began_at: float | None = None
        self._seen: list[NDArray[np.float32]] = []
        self._heads: list[Array] = []
        self._done = False

    @property
    def state(self) -> int:
        """``WAITING`` for a T-pose, or ``DONE``: bones mean something."""
        return WAITING if self._waits_for_t and not self._done else DONE

    def watch(self, world: NDArray[np.float32], seen: NDArray[np.bool_], now: float) -> None:
        """Take in a frame's landmarks at its time in seconds."""
        if self._done:
            return
        found = bone_rotations(world, seen)
        if found is None or not self._is_neutral(found):
            self._began_at = None
            return
        if self._began_at is None:
            self._began_at, self._seen, self._heads = now, [], []
        self._seen.append(world)
        self._heads.append(head_of(found))
        if now - self._began_at >= _ENOUGH_S:
            self._learn(seen)

    def _is_neutral(self, found: dict[str, Array]) -> bool:
        faces = turned(found["Hips"], np.array([0.0, 0.0, 1.0]))[2] >= _FACING
        if "Head" not in found or not faces:
            return False
        if not self._waits_for_t:
            return True
        if any(limb not in found for limb in LIMBS):
            return False
        arms = (("LeftUpperArm", "LeftLowerArm", -1.0), ("RightUpperArm", "RightLowerArm", 1.0))
        for upper, lower, across in arms:
            out = np.array([across, 0.0, 0.0])
            if turned(found[upper], out)[0] * across < _NEAR_T:
                return False
            if turned(found[lower], out)[0] * across < _NEAR_T:
                return False
        return True

    def _learn(self, seen: NDArray[np.bool_]) -> None:
        if self._waits_for_t:
            neutral = neutral_of(np.mean(self._seen, axis=0, dtype=np.float32), seen)
            if neutral is None:
                return
            self.neutral = neutral
        else:
            near = [head if head @ IDENTITY >= 0 else -head for head in self._heads]
            total = np.sum(near, axis=0)
            self.neutral = Neutral(head=total / np.linalg.norm(total))
        self._done, self._seen, self._heads = True, [], []
