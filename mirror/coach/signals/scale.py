"""How large a metre is in the picture, where somebody is."""

from __future__ import annotations

import math

import numpy as np

from mirror.coach.body import Body
from mirror.core.skeleton import LANDMARKS

_VISIBLE = 0.5
_SETTLES_S = 2.0  # a person comes nearer in seconds; a landmark jumps in a frame
_TRUNK_M = 0.5  # shoulders to hips of an adult; Winter, Biomechanics, 2009: 0.288 of the height
_LIMBS = np.array([place for place, name in enumerate(LANDMARKS) if place > 10])
_SHOULDERS = [LANDMARKS.index(f"{side}_shoulder") for side in ("left", "right")]
_HIPS = [LANDMARKS.index(f"{side}_hip") for side in ("left", "right")]


class BodyScale:
    """Follows one person's pixels per metre."""

    def __init__(self) -> None:
        self._log: float | None = None
        self._at = 0.0

    def update(self, body: Body) -> float:
        """Return pixels per metre, smoothed over time."""
        seen = _pixels_per_metre(body)
        if self._log is None:
            if seen is None:
                return max(float(np.ptp(body.image[:, 1])), 1.0) / (3 * _TRUNK_M)
            self._log = math.log(seen)
        elif seen is not None:
            share = 1.0 - math.exp(-max(0.0, body.time - self._at) / _SETTLES_S)
            self._log += share * (math.log(seen) - self._log)
        self._at = body.time
        return math.exp(self._log)


def _pixels_per_metre(body: Body) -> float | None:
    if body.world is None:
        trunk = body.image[_SHOULDERS].mean(axis=0) - body.image[_HIPS].mean(axis=0)
        length = float(np.hypot(*trunk))
        return length / _TRUNK_M if length > 0 else None
    rows = _LIMBS[body.visibility[_LIMBS] >= _VISIBLE]
    if len(rows) < 4:
        return None
    # the world's x and y run along the picture's: the spread of one is that of the other
    spread = float(body.world[rows, :2].std(axis=0).max())
    pixels = float(body.image[rows].std(axis=0).max())
    return pixels / spread if spread > 0.02 and pixels > 0 else None
