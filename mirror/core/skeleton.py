"""The joints that the networks know, and what hangs on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The model card of MediaPipe BlazePose GHUM 3D, "Landmarks": 33 points in this order
LANDMARKS = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer",
    "right_eye_inner", "right_eye", "right_eye_outer", "left_ear", "right_ear",
    "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow", "right_elbow",
    "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index",
    "left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee",
    "left_ankle", "right_ankle", "left_heel", "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip

# COCO's 17 joints, in MoveNet's order, as places in the list above
FROM_COCO = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
# https://cocodataset.org/#format-data, "keypoints" of the category person
COCO_JOINTS = tuple(LANDMARKS[place] for place in FROM_COCO)
COCO_OTHER_SIDE = [0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]  # the same joint there

MIN_JOINT_SCORE = 0.2  # of a detected joint: below it, its place is a guess

_ANGLES = {
    "elbow": ("shoulder", "elbow", "wrist"),
    "shoulder": ("hip", "shoulder", "elbow"),
    "hip": ("shoulder", "hip", "knee"),
    "knee": ("hip", "knee", "ankle"),
    "ankle": ("knee", "ankle", "foot_index"),
}
ANGLES = {
    f"{side}_{joint}": tuple(LANDMARKS.index(f"{side}_{point}") for point in points)
    for joint, points in _ANGLES.items()
    for side in ("left", "right")
}
_ANGLE_PLACES = np.array(list(ANGLES.values())).T  # (3, joints)
_VISIBLE = 0.5


def joint_angles(world: NDArray[np.float32], visibility: NDArray[np.float32]) -> dict[str, float]:
    """Return each joint's angle in degrees, 180 is straight, where its three points are visible.

    Args:
        world: (33, 3) metres.
        visibility: (33,) 0-1.
    """
    one, middle, other = world[_ANGLE_PLACES]
    first, second = one - middle, other - middle
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    cosines = (first * second).sum(axis=1) / np.maximum(lengths, 1e-9)
    degrees = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    known = (visibility[_ANGLE_PLACES].min(axis=0) >= _VISIBLE) & (lengths > 0)
    return {
        name: float(angle)
        for name, angle, is_known in zip(ANGLES, degrees, known, strict=True)
        if is_known
    }
