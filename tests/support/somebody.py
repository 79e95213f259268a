"""People by their landmarks alone, and how the picture moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirror.tracking.body_geometry import Joints
from mirror.tracking.crop import Crop
from mirror.tracking.motion import Motion


@dataclass
class Somebody:
    joints: Joints
    score: float = 0.9
    moved: float = 0.0
    crop: Crop | None = None


def standing(x: float, y: float = 100.0, tall: float = 200.0, score: float = 0.9) -> Somebody:
    """Somebody whose left is on our right, as of who faces us; COCO's order."""
    places = [
        (0, 0), (0.02, -0.02), (-0.02, -0.02), (0.04, 0), (-0.04, 0),
        (0.1, 0.15), (-0.1, 0.15), (0.13, 0.3), (-0.13, 0.3), (0.14, 0.45), (-0.14, 0.45),
        (0.07, 0.5), (-0.07, 0.5), (0.07, 0.75), (-0.07, 0.75), (0.07, 1), (-0.07, 1),
    ]  # fmt: skip
    joints = np.array([(x + tall * dx, y + tall * dy, score) for dx, dy in places], np.float32)
    return Somebody(joints, score)


def moving(right: float, down: float) -> Motion:
    field = np.zeros((48, 64, 2), np.float32)
    field[:] = (right / 10, down / 10)
    return Motion(field, 10.0)
