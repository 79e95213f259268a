"""From where the camera sees somebody."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mirror.coach.body import Body
from mirror.coach.exercises.definition import View
from mirror.core.skeleton import LANDMARKS

_SHOULDERS = [LANDMARKS.index(f"{side}_shoulder") for side in ("left", "right")]
_HIPS = [LANDMARKS.index(f"{side}_hip") for side in ("left", "right")]
_SIDE_ON = 0.7  # sine of the angle from which shoulders and hips are seen from the side: 45 degrees
_WIDTH = 0.72  # of the trunk's length are shoulders and hips together wide, seen from the front


def facing(body: Body) -> float:
    """Return 1 for somebody seen from the front, -1 from the back, 0 from the side, or between."""
    if body.world is not None:
        across = (body.world[_SHOULDERS] + body.world[_HIPS]) / 2
        line = across[0] - across[1]
        length = float(np.sqrt((line * line).sum()))
        return float(line[0]) / length if length > 0 else 0.0
    across = (body.image[_SHOULDERS] + body.image[_HIPS]) / 2
    trunk = body.image[_SHOULDERS].mean(axis=0) - body.image[_HIPS].mean(axis=0)
    length = float(np.hypot(*trunk))
    width = float(np.hypot(*(across[0] - across[1]))) * np.sign(across[0, 0] - across[1, 0])
    return float(np.clip(width / (_WIDTH * length), -1.0, 1.0)) if length > 0 else 0.0


def view_of(facings: Iterable[float]) -> View | None:
    """Return from where somebody was seen for some time; None where nothing is known."""
    known = [value for value in facings if np.isfinite(value)]
    if not known:
        return None
    middle = float(np.median(known))
    if abs(middle) < _SIDE_ON:
        return "side"
    return "front" if middle > 0 else "back"
