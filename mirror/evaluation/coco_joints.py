"""A parser's landmarks as COCO's 17 joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Pose
from mirror.core.skeleton import COCO_JOINTS as COCO_JOINTS


def coco_joints(pose: Pose) -> NDArray[np.float64]:
    """Return (17, 3) float64: x, y in pixels, score; NaN and 0 where the pose has no such joint."""
    joints = np.full((len(COCO_JOINTS), 3), (np.nan, np.nan, 0.0))
    for place, name in enumerate(COCO_JOINTS):
        if name in pose.names:
            joints[place] = pose.image[pose.names.index(name)]
    return joints
