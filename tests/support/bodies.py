"""Landmarks of a body of about 350 pixels, that faces the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Person, Pose
from mirror.core.skeleton import LANDMARKS

_MIDDLE = 200.0
_HEIGHTS = {  # name -> pixels from the middle to the person's left, and down
    "nose": (0, 60), "eye_inner": (4, 54), "eye": (7, 54), "eye_outer": (10, 54), "ear": (14, 58),
    "mouth": (5, 68), "shoulder": (35, 100), "elbow": (60, 150), "wrist": (80, 200),
    "pinky": (86, 212), "index": (84, 214), "thumb": (80, 208), "hip": (20, 210),
    "knee": (22, 300), "ankle": (22, 385), "heel": (20, 392), "foot_index": (30, 396),
}  # fmt: skip


def standing(right: float = 0.0, down: float = 0.0) -> NDArray[np.float32]:
    """Return (33, 3) landmarks, all of them seen, moved by so many pixels."""
    joints = np.ones((len(LANDMARKS), 3), np.float32)
    for place, name in enumerate(LANDMARKS):
        side = -1 if "right" in name else 1
        base = name.replace("left_", "").replace("right_", "")
        base = base.replace("_left", "").replace("_right", "")
        out, height = _HEIGHTS[base]
        joints[place, :2] = _MIDDLE + side * out + right, height + down
    return joints


def bent_elbow() -> NDArray[np.float32]:
    """Return the same body with the left forearm raised."""
    joints = standing()
    elbow = joints[LANDMARKS.index("left_elbow"), :2].copy()
    for name in ("wrist", "pinky", "index", "thumb"):
        place = LANDMARKS.index(f"left_{name}")
        along, down = joints[place, :2] - elbow
        joints[place, :2] = elbow[0] + down, elbow[1] - along
    return joints


def somebody(
    joints: NDArray[np.float32], box: tuple[float, float, float, float], id: int = 1
) -> Person:
    """Return a person with these landmarks."""
    return Person(id, 1.0, box, Pose(LANDMARKS, joints, None, {}))
