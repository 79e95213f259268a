"""The square in which one person is looked at, from the joints of a detector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import Box
from mirror.core.skeleton import MIN_JOINT_SCORE
from mirror.tracking.crop import MARGIN, Crop

_SETTLES_S = 0.1  # how long the square round a statue takes to follow a change of size or lean
# What it does not follow at all, so that somebody who stands still is seen in the same one
_SLACK = 0.015  # of its side: what its centre may be off
_SLACK_SIDE = 0.06  # of its side
_SLACK_ANGLE = 0.10  # radians
_LEAST_SIDE = 16.0  # pixels of the picture
_CLOSER = 0.1  # of the side: what the square round somebody who moves is smaller by

# How far a body reaches beyond its joints, seen from the hips: the top of the head lies beyond the
# nose, fingers and toes beyond wrists and ankles. COCO's order.
_REACH = np.array([1.35] * 5 + [1.1] * 4 + [1.25] * 2 + [1.0] * 2 + [1.05] * 2 + [1.15] * 2)


def crop_round(joints: NDArray[np.float32]) -> Crop:
    """Return the square round a person's (17, 3) joints, head up.

    As MediaPipe's pose landmarker has it: centred between the hips, large enough for the circle
    round the whole body.
    """
    points, scores = joints[:, :2], joints[:, 2]
    shoulders = points[5:7].mean(axis=0)
    if scores[11:13].max() >= MIN_JOINT_SCORE:
        hips = points[11:13].mean(axis=0)
        spine = shoulders - hips
    else:  # half a body: where the hips would be below the shoulders
        width = float(np.linalg.norm(points[5] - points[6]))
        spine = np.array([0.0, -1.4 * width])
        hips = shoulders - spine
    sure = scores >= MIN_JOINT_SCORE
    reach = (np.linalg.norm(points - hips, axis=1) * _REACH)[sure]
    radius = max(float(reach.max(initial=0.0)), 1.5 * float(np.linalg.norm(spine)))
    angle = float(np.arctan2(spine[0], -spine[1]))
    return Crop(float(hips[0]), float(hips[1]), max(_LEAST_SIDE, 2 * radius * MARGIN), angle)


def square_round(box: Box, room: float) -> Crop:
    """Return the upright square in the middle of a box, ``room`` times its longer side."""
    x0, y0, x1, y1 = box
    side = max(_LEAST_SIDE, room * max(x1 - x0, y1 - y0))
    return Crop((x0 + x1) / 2, (y0 + y1) / 2, side, 0.0)


def closer(crop: Crop, calm: float) -> Crop:
    """Return the square closer round somebody who moves.

    In films the usual look is the lite network's, which draws moving people better from a little
    nearer. Whoever is still stays as they are, and so does whoever nothing is known of, at whom a
    larger network looks that gains nothing by it.

    Args:
        crop: the square with room all round.
        calm: 0-1, how still the person is; 0 is not known.
    """
    smaller = _CLOSER * (1 - calm) if calm > 0 else 0.0
    return Crop(crop.x, crop.y, crop.side * (1 - smaller), crop.angle)


def settled(before: Crop | None, now: Crop, elapsed_s: float, calm: float) -> Crop:
    """Follow somebody who moves at once, and of somebody who is still nothing that is hardly so."""
    if before is None or not 0.7 < now.side / before.side < 1.4:
        return now
    turn = (now.angle - before.angle + np.pi) % (2 * np.pi) - np.pi
    if abs(turn) > 1.0:
        return now
    follows = 1 - calm * float(np.exp(-elapsed_s / _SETTLES_S))
    slack = calm * before.side
    return Crop(
        before.x + _beyond(now.x - before.x, _SLACK * slack),
        before.y + _beyond(now.y - before.y, _SLACK * slack),
        before.side + _beyond(now.side - before.side, _SLACK_SIDE * slack) * follows,
        before.angle + _beyond(turn, _SLACK_ANGLE * calm) * follows,
    )


def _beyond(change: float, slack: float) -> float:
    """What of a change is more than the slack."""
    return float(np.sign(change)) * max(0.0, abs(change) - slack)
