"""A stick figure with the proportions of a person, over time.

Coordinates of a figure: x to the person's left, y up, z the way the person faces; metres.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import LANDMARKS

Array = NDArray[np.float64]

HEIGHT_M = 1.75
# shares of the height: Winter, Biomechanics and Motor Control, 4th ed., 2009, figure 4.1
THIGH, SHIN, FOOT = 0.245 * HEIGHT_M, 0.246 * HEIGHT_M, 0.152 * HEIGHT_M
UPPER_ARM, FOREARM, HAND = 0.186 * HEIGHT_M, 0.146 * HEIGHT_M, 0.108 * HEIGHT_M
TRUNK, ANKLE = 0.288 * HEIGHT_M, 0.039 * HEIGHT_M
SHOULDERS, HIPS = 0.105 * HEIGHT_M, 0.06 * HEIGHT_M  # half of the widths, joint to joint
ARM, LEG = UPPER_ARM + FOREARM, THIGH + SHIN
SIDES = {"left": 1.0, "right": -1.0}

_HEAD = {  # from the middle of the shoulders: left, up, ahead, as shares of the height
    "nose": (0.0, 0.13, 0.06), "eye_inner": (0.01, 0.15, 0.05), "eye": (0.018, 0.15, 0.05),
    "eye_outer": (0.026, 0.15, 0.045), "ear": (0.043, 0.14, 0.0), "mouth": (0.015, 0.11, 0.05),
}  # fmt: skip


def across(
    count: int, x: float | Array = 0.0, y: float | Array = 0.0, z: float | Array = 0.0
) -> Array:
    """Return (T, 3) points or directions of numbers or (T,) arrays."""
    return np.stack([np.broadcast_to(one, count).astype(float) for one in (x, y, z)], axis=1)


def along(flexion: Array | float, abduction: Array | float, side: float, count: int) -> Array:
    """Return (T, 3) directions of a limb: it hangs at 0, points ahead at 90, up at 180 degrees."""
    flexion, abduction = np.radians(flexion), np.radians(abduction)
    return across(
        count,
        side * np.sin(abduction),
        -np.cos(abduction) * np.cos(flexion),
        np.cos(abduction) * np.sin(flexion),
    )


def between(near: Array, far: Array, first: float, second: float, towards: Array) -> Array:
    """Return (T, 3) the joint between two points, bending some way; a limb reaches as it can."""
    line = far - near
    length = np.linalg.norm(line, axis=1, keepdims=True)
    reach = np.clip(length, abs(first - second) + 1e-6, first + second - 1e-6)
    line = line / np.maximum(length, 1e-9)
    share = (first**2 - second**2 + reach**2) / (2 * reach)
    aside = towards - (towards * line).sum(axis=1, keepdims=True) * line
    aside = aside / np.maximum(np.linalg.norm(aside, axis=1, keepdims=True), 1e-9)
    joint: Array = near + line * share + aside * np.sqrt(np.maximum(first**2 - share**2, 0.0))
    return joint


@dataclass
class Figure:
    """Joints of a figure, each (T, 3); what is not set is worked out by ``landmarks``.

    Attributes:
        hips: the middle of the hips.
        pitch: (T,) degrees that the trunk leans ahead; -90 lies on the back.
        roll: (T,) degrees that the trunk leans to its left.
        joints: name -> place, such as ``left_wrist``.
    """

    hips: Array
    pitch: Array
    roll: Array
    joints: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.hips)
        pitch, roll = np.radians(self.pitch), np.radians(self.roll)
        self.up = across(
            count, np.sin(roll), np.cos(roll) * np.cos(pitch), np.cos(roll) * np.sin(pitch)
        )
        self.left = across(
            count, np.cos(roll), -np.sin(roll) * np.cos(pitch), -np.sin(roll) * np.sin(pitch)
        )
        self.ahead = np.cross(self.left, self.up)
        self.chest = self.hips + TRUNK * self.up
        for side, sign in SIDES.items():
            self.joints[f"{side}_hip"] = self.hips + sign * HIPS * self.left
            self.joints[f"{side}_shoulder"] = self.chest + sign * SHOULDERS * self.left

    def reach(self, side: str, wrist: Array, towards: Array) -> None:
        """Put a wrist somewhere, with the elbow bending some way."""
        shoulder = self.joints[f"{side}_shoulder"]
        elbow = between(shoulder, wrist, UPPER_ARM, FOREARM, towards)
        self._straight(f"{side}_wrist", elbow, wrist, FOREARM)
        self.joints[f"{side}_elbow"] = elbow

    def hang(self, side: str, upper_arm: Array, forearm: Array) -> None:
        """Point an upper arm and a forearm in directions."""
        elbow = self.joints[f"{side}_shoulder"] + UPPER_ARM * upper_arm
        self.joints[f"{side}_elbow"] = elbow
        self.joints[f"{side}_wrist"] = elbow + FOREARM * forearm

    def stand(self, side: str, ankle: Array, towards: Array) -> None:
        """Put an ankle somewhere, with the knee bending some way."""
        hip = self.joints[f"{side}_hip"]
        knee = between(hip, ankle, THIGH, SHIN, towards)
        self._straight(f"{side}_ankle", knee, ankle, SHIN)
        self.joints[f"{side}_knee"] = knee

    def swing(self, side: str, thigh: Array, shin: Array) -> None:
        """Point a thigh and a shin in directions."""
        knee = self.joints[f"{side}_hip"] + THIGH * thigh
        self.joints[f"{side}_knee"] = knee
        self.joints[f"{side}_ankle"] = knee + SHIN * shin

    def landmarks(self, toes: Array | None = None) -> Array:
        """Return (T, 33, 3).

        Args:
            toes: (T, 3) the way the feet point; ahead on the floor where not given.
        """
        count = len(self.hips)
        points = np.empty((count, len(LANDMARKS), 3))
        toes = across(count, z=1.0) if toes is None else toes
        for place, name in enumerate(LANDMARKS):
            points[:, place] = self._landmark(name, toes)
        return points

    def _landmark(self, name: str, toes: Array) -> Array:
        if name in self.joints:
            return self.joints[name]
        side = "left" if "left" in name else "right"
        part = (
            name.replace("left_", "")
            .replace("right_", "")
            .replace("_left", "")
            .replace("_right", "")
        )
        if part in _HEAD:
            x, y, z = (HEIGHT_M * share for share in _HEAD[part])
            aside = 0.0 if part == "nose" else SIDES[side] * x
            feature: Array = self.chest + aside * self.left + y * self.up + z * self.ahead
            return feature
        if part in ("heel", "foot_index"):
            shin = self.joints[f"{side}_ankle"] - self.joints[f"{side}_knee"]
            down = shin / np.maximum(np.linalg.norm(shin, axis=1, keepdims=True), 1e-9)
            sole = self.joints[f"{side}_ankle"] + 0.5 * ANKLE * down
            end: Array = sole + (-0.25 if part == "heel" else 0.6) * FOOT * toes
            return end
        forearm = self.joints[f"{side}_wrist"] - self.joints[f"{side}_elbow"]
        along_hand = forearm / np.maximum(np.linalg.norm(forearm, axis=1, keepdims=True), 1e-9)
        finger: Array = self.joints[f"{side}_wrist"] + 0.6 * HAND * along_hand
        return finger

    def _straight(self, name: str, joint: Array, wanted: Array, length: float) -> None:
        """Keep a limb's length where what it is to reach is too far away."""
        line = wanted - joint
        self.joints[name] = joint + length * line / np.maximum(
            np.linalg.norm(line, axis=1, keepdims=True), 1e-9
        )
