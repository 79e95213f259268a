"""A parser's landmarks as COCO's 17 joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Pose

# https://cocodataset.org/#format-data, "keypoints" of the category person
COCO_JOINTS = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip",
    "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip


def coco_joints(pose: Pose) -> NDArray[np.float64]:
    """Return (17, 3) float64: x, y in pixels, score; NaN and 0 where the pose has no such joint."""
    joints = np.full((len(COCO_JOINTS), 3), (np.nan, np.nan, 0.0))
    for place, name in enumerate(COCO_JOINTS):
        if name in pose.names:
            joints[place] = pose.image[pose.names.index(name)]
    return joints
