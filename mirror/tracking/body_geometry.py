"""How large people are and how far apart, by their joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import MIN_JOINT_SCORE
from mirror.tracking.motion import Box, Motion

_LIMB = 0.05  # share of the box round a person

Joints = NDArray[np.float32]  # (17, 3): x, y in pixels of the frame, score 0-1; COCO's order


def body_length(joints: Joints) -> float:
    """Return how large a person is, in pixels: the longer side of the box round sure joints."""
    sure = joints[joints[:, 2] >= MIN_JOINT_SCORE]
    points = sure if len(sure) >= 2 else joints
    return max(1.0, float(np.ptp(points[:, :2], axis=0).max()))


def box_round(joints: Joints) -> Box:
    """Return the box round joints, with room for what reaches beyond them."""
    points, room = joints[:, :2], 0.2 * body_length(joints)
    x0, y0 = points.min(axis=0) - room
    x1, y1 = points.max(axis=0) + room
    return float(x0), float(y0), float(x1), float(y1)


def travelled(joints: Joints, motion: Motion) -> float:
    """Return how many pixels what moves fastest about a person goes in a frame."""
    return motion.speed_in(box_round(joints), _LIMB)


def _apart(one: Joints, other: Joints) -> float:
    """How many pixels two people's joints lie apart on average, the sure ones counting more."""
    apart = np.linalg.norm(one[:, :2] - other[:, :2], axis=1)
    weights = np.minimum(one[:, 2], other[:, 2]) + np.float32(1e-3)
    return float((apart * weights).sum() / weights.sum())


def distance(one: Joints, other: Joints) -> float:
    """Return how far two people lie apart, in body lengths of the larger."""
    return _apart(one, other) / max(body_length(one), body_length(other))


def distance_to_follow(one: Joints, other: Joints) -> float:
    """Return the same in body lengths of the smaller.

    A child beside a man is nobody's next position.
    """
    return _apart(one, other) / min(body_length(one), body_length(other))
