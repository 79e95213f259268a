"""A body as lines between its joints, and what of it lies along and across which line."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import LANDMARKS

Joints = NDArray[np.float32]  # (33, 3): x, y in pixels of a frame, visibility 0-1
Grid = NDArray[np.float32]  # (rows, columns)

_Mixture = dict[str, float]  # landmark -> how much of it; the sum is 1

# Parts in pairs: from which joint, to which, how far along (1 is there), and half the thickness in
# body units. The lines are those by which the built-in parser tells parts apart, more coarsely
_LIMBS = (
    ("shoulder", "elbow", 1.0, 0.056),
    ("elbow", "wrist", 1.0, 0.053),
    ("wrist", "fingers", 1.4, 0.058),
    ("hip", "knee", 1.0, 0.12),
    ("knee", "ankle", 1.0, 0.07),
    ("heel", "foot_index", 1.0, 0.07),
)
_TORSO_RADIUS, _HEAD_RADIUS = 0.2, 0.15
_CROWN = 0.25  # of the way from shoulders to ears, beyond the ears: where a head's line ends
_JAW = 0.45  # of that way: where it begins
_UNSEEN = 0.3  # body units that a limb which nobody can see is held off, so that it takes nothing
_SHORTEST = 0.04  # body units: a limb that points at the camera is a line still
_NARROWEST = 0.12  # body units: so is a torso that is seen from the side
# Pairs of points, each weighed so that most bodies give the same length: the body unit is the
# longest of them, as of the built-in parser's bodies
_SPANS: tuple[tuple[_Mixture, _Mixture, float], ...] = (
    ({"left_shoulder": 1}, {"right_shoulder": 1}, 1.15),
    ({"left_hip": 1}, {"right_hip": 1}, 1.7),
    (
        {"left_shoulder": 0.5, "right_shoulder": 0.5},
        {"left_hip": 0.5, "right_hip": 0.5},
        1.0,
    ),
    *(
        ({f"{side}_{one}": 1.0}, {f"{side}_{other}": 1.0}, 1.0)
        for side in ("left", "right")
        for one, other in (("hip", "knee"), ("knee", "ankle"))
    ),
)


def _matrix(mixtures: Sequence[_Mixture]) -> NDArray[np.float32]:
    """(N, 33): makes N points out of a body's landmarks."""
    matrix = np.zeros((len(mixtures), len(LANDMARKS)), np.float32)
    for row, mixture in enumerate(mixtures):
        for name, share in mixture.items():
            matrix[row, LANDMARKS.index(name)] += share
    return matrix


def _point(side: str, name: str) -> _Mixture:
    if name == "fingers":
        return {f"{side}_pinky": 0.5, f"{side}_index": 0.5}
    return {f"{side}_{name}": 1.0}


def _beyond(start: _Mixture, end: _Mixture, place: float) -> _Mixture:
    mixed = {name: (1 - place) * share for name, share in start.items()}
    for name, share in end.items():
        mixed[name] = mixed.get(name, 0.0) + place * share
    return mixed


_SHOULDERS: _Mixture = {"left_shoulder": 0.5, "right_shoulder": 0.5}
_HIPS: _Mixture = {"left_hip": 0.5, "right_hip": 0.5}
_EARS: _Mixture = {"left_ear": 0.5, "right_ear": 0.5}
_SIDED = [(side, *limb) for side in ("left", "right") for limb in _LIMBS]
_STARTS = _matrix(
    [_HIPS, _beyond(_SHOULDERS, _EARS, _JAW), *(_point(side, one) for side, one, *_ in _SIDED)]
)
_ENDS = _matrix(
    [
        _SHOULDERS,
        _beyond(_SHOULDERS, _EARS, 1 + _CROWN),
        *(
            _beyond(_point(side, one), _point(side, other), place)
            for side, one, other, place, _ in _SIDED
        ),
    ]
)
_RADII = np.array([_TORSO_RADIUS, _HEAD_RADIUS, *(radius for *_, radius in _SIDED)], np.float32)
_SEEN_AT = np.array(
    [
        [LANDMARKS.index(f"{side}_{'index' if name == 'fingers' else name}") for name in pair]
        for side, *pair in ((side, one, other) for side, one, other, *_ in _SIDED)
    ]
)
_SPAN_ENDS = _matrix([one for one, _, _ in _SPANS]), _matrix([other for _, other, _ in _SPANS])
_SPAN_WEIGHTS = np.array([weight for *_, weight in _SPANS], np.float32)
_WIDE = _matrix(
    [{"left_shoulder": 0.5, "left_hip": 0.5}, {"right_shoulder": 0.5, "right_hip": 0.5}]
)


@dataclass(frozen=True, slots=True, eq=False)
class Bones:
    """One body's lines, in pixels of a frame: the torso's, the head's, then twelve limbs'.

    Attributes:
        starts: (14, 2) where each line begins.
        along: (14, 2) unit vectors along each.
        lengths: (14,) pixels.
        widths: (14,) pixels by which places across a line are measured: the body unit, and for the
            torso its own width, below zero where the body is seen from behind.
        radii: (14,) half of each part's thickness, body units.
        unit: pixels of a body unit.
    """

    starts: NDArray[np.float32]
    along: NDArray[np.float32]
    lengths: NDArray[np.float32]
    widths: NDArray[np.float32]
    radii: NDArray[np.float32]
    unit: float

    @classmethod
    def of(cls, joints: Joints) -> Bones:
        """Return the lines of a body."""
        points = joints[:, :2].astype(np.float32)
        unit = body_unit(points)
        starts, ends = _STARTS @ points, _ENDS @ points
        lines = ends - starts
        lengths = np.hypot(lines[:, 0], lines[:, 1])
        along = lines / np.maximum(lengths, 1e-3)[:, None]
        along[lengths < 1e-3] = (0, 1)
        lengths = np.maximum(lengths, np.float32(_SHORTEST * unit))
        widths = np.full(len(lengths), unit, np.float32)
        left, right = _WIDE @ points
        wide = float((left - right) @ np.array([-along[0, 1], along[0, 0]]))
        widths[0] = np.copysign(max(abs(wide), _NARROWEST * unit), wide)
        radii = _RADII.copy()
        seen = joints[:, 2][_SEEN_AT].max(axis=1)
        radii[2:] -= np.float32(_UNSEEN) * (1 - np.minimum(1, 2 * seen))
        radii[0] = max(abs(wide) / unit / 2 - 0.03, 0.05)
        return cls(starts, along.astype(np.float32), lengths, widths, radii, unit)

    @property
    def across(self) -> NDArray[np.float32]:
        """(14, 2) unit vectors across each line, a quarter turn from ``along``."""
        return np.stack([-self.along[:, 1], self.along[:, 0]], axis=1)

    def moved(self, offset: tuple[float, float]) -> Bones:
        """Return the same body in a picture that begins at a place of this one."""
        return dataclasses.replace(self, starts=self.starts - np.array(offset, np.float32))


def body_unit(points: NDArray[np.float32]) -> float:
    """Return the length, in pixels, that other lengths on a body are measured by.

    Args:
        points: (33, 2), x and y in pixels.
    """
    one, other = (matrix @ points for matrix in _SPAN_ENDS)
    lengths = np.hypot(*(one - other).T) * _SPAN_WEIGHTS
    return max(float(lengths.max()), 4.0)
