"""Where each part of a body lies, as distances from lines between its joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.parsers.builtin.skeleton import LANDMARKS

Points = NDArray[np.float32]  # (N, 2), x and y in pixels of the picture
Mixture = dict[str, float]  # landmark -> how much of it; the sum is 1

HEAD, TORSO = 1, 2
# Parts that come in pairs: name of the part, its two ends, half its thickness in body units. A
# border between two parts lies where both are equally far, so the radii place the borders.
_LIMBS = (
    (3, "shoulder", "elbow", 0.075),
    (5, "elbow", "wrist", 0.060),
    (7, "wrist", "fingers", 0.060),
    (9, "groin", "knee", 0.110),
    (11, "knee", "ankle", 0.075),
    (13, "heel", "toes", 0.050),
)
# Points on a side that are no landmarks. The thigh begins below the joint: the hip is the torso's.
_BETWEEN: dict[str, Mixture] = {
    "groin": {"hip": 0.85, "knee": 0.15},
    "fingers": {"wrist": -0.5, "pinky": 0.75, "index": 0.75},
    "toes": {"foot_index": 1.0},
}
_SEEN_BY = {"fingers": "index", "toes": "foot_index", "groin": "hip"}
_HEAD_RADIUS = 0.15
_CROWN = 0.12  # body units from between mouth and ears to the top of the head
_TORSO_DEPTH = 0.03  # how deep inside the torso counts at most: an arm in front of it stays on top
_UNSEEN = 0.30  # body units that a limb nobody can see is held off, so that it takes no pixels
COUNT = 15  # labels, the background's included
PERSON = COUNT  # what is a person's, but none of the parts


class Body:
    """A person's parts in picture coordinates. Pure values; cheap to make for each frame.

    Args:
        joints: (33, 3): x, y in pixels of the picture, visibility 0-1.

    Attributes:
        unit: pixels; what lengths on this body are measured in.
    """

    def __init__(self, joints: NDArray[np.float32]) -> None:
        self._points, seen = joints[:, :2].astype(np.float32), joints[:, 2]
        self.unit = self._body_unit()
        mouth, ears, shoulders = _FACE @ self._points
        up = ears - shoulders
        crown = (mouth + ears) / 2 + up * (_CROWN * self.unit / max(float(np.hypot(*up)), 1e-6))
        self._starts = np.vstack([_STARTS @ self._points, mouth])
        self._ends = np.vstack([_ENDS @ self._points, crown])
        visible = seen[_SEEN_AT].max(axis=1)
        held_off = _UNSEEN * (1 - np.minimum(1.0, 2 * visible))
        self._radii = np.append(_RADII - held_off, np.float32(_HEAD_RADIUS)).astype(np.float32)

    def distances(self, xs: NDArray[np.float32], ys: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how far every point of a grid is from every part, in body units.

        Args:
            xs: the grid's columns, in pixels of the picture.
            ys: its rows.

        Returns:
            (15, rows, columns) float32; below zero inside a part, infinite for the background.
        """
        far = np.full((COUNT, len(ys), len(xs)), np.inf, np.float32)
        apart = _from_lines(xs, ys, self._starts, self._ends)
        far[_PARTS] = apart / np.float32(self.unit) - self._radii[:, None, None]
        np.maximum(self._torso(xs, ys), -_TORSO_DEPTH, out=far[TORSO])
        return far

    def _body_unit(self) -> float:
        one, other = _SPANS @ self._points
        lengths = np.hypot(*(one - other).T) * _SPAN_WEIGHTS
        return max(float(lengths.max()), 4.0)

    def _torso(self, xs: NDArray[np.float32], ys: NDArray[np.float32]) -> NDArray[np.float32]:
        """Distance from the hull of shoulders and hips, below zero inside; body units."""
        corners = self._points[_CORNERS]
        hull = corners[_around(corners)]
        following = np.roll(hull, -1, axis=0)
        apart = _from_lines(xs, ys, hull, following).min(axis=0)
        along = following - hull
        across = (
            along[:, 0, None, None] * (ys - hull[:, 1:])[:, :, None]
            - along[:, 1, None, None] * (xs - hull[:, :1])[:, None, :]
        )
        is_inside = across.min(axis=0) >= 0
        signed: NDArray[np.float32] = np.where(is_inside, -apart, apart) / np.float32(self.unit)
        return signed


def _from_lines(
    xs: NDArray[np.float32], ys: NDArray[np.float32], starts: Points, ends: Points
) -> NDArray[np.float32]:
    """(N, rows, columns): how many pixels every point of a grid is from each of N lines."""
    along = ends - starts
    lengths = np.maximum((along**2).sum(axis=1, keepdims=True), np.float32(1e-6))
    step = along / lengths
    dx, dy = xs - starts[:, :1], ys - starts[:, 1:]  # (N, columns), (N, rows)
    # a point's place on a line, 0 to 1, is a sum of one term a column and one a row
    place = (dx * step[:, :1])[:, None, :] + (dy * step[:, 1:])[:, :, None]
    np.clip(place, 0.0, 1.0, out=place)
    across = dx[:, None, :] - place * along[:, 0, None, None]
    down = dy[:, :, None] - place * along[:, 1, None, None]
    across *= across
    down *= down
    across += down
    apart: NDArray[np.float32] = np.sqrt(across, out=across)
    return apart


def _around(corners: Points) -> NDArray[np.intp]:
    """The order of points round their middle, clockwise on the screen."""
    dx, dy = (corners - corners.mean(axis=0)).T
    return np.argsort(np.arctan2(dy, dx), kind="stable")


def _mixed(*mixtures: Mixture) -> NDArray[np.float32]:
    """(N, 33): the matrix that makes N points out of a body's landmarks."""
    matrix = np.zeros((len(mixtures), len(LANDMARKS)), np.float32)
    for row, mixture in enumerate(mixtures):
        for name, share in mixture.items():
            matrix[row, LANDMARKS.index(name)] = share
    return matrix


def _on_side(side: str, name: str) -> Mixture:
    return {f"{side}_{part}": share for part, share in _BETWEEN.get(name, {name: 1.0}).items()}


def _middle(*names: str) -> Mixture:
    return dict.fromkeys(names, 1 / len(names))


def _seen_at(side: str, name: str) -> int:
    return LANDMARKS.index(f"{side}_{_SEEN_BY.get(name, name)}")


_SIDED = [(side, *limb) for side in ("left", "right") for limb in _LIMBS]
_STARTS = _mixed(*(_on_side(side, start) for side, _, start, _, _ in _SIDED))
_ENDS = _mixed(*(_on_side(side, end) for side, _, _, end, _ in _SIDED))
_RADII = np.array([radius for *_, radius in _SIDED], np.float32)
_PARTS = [part + (side == "right") for side, part, *_ in _SIDED] + [HEAD]
_SEEN_AT = np.array(
    [[_seen_at(side, start), _seen_at(side, end)] for side, _, start, end, _ in _SIDED]
)
_SHOULDERS, _HIPS = ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")
_FACE = _mixed(
    _middle("mouth_left", "mouth_right"), _middle("left_ear", "right_ear"), _middle(*_SHOULDERS)
)
_CORNERS = [LANDMARKS.index(name) for name in (*_SHOULDERS, *_HIPS)]
# what a body is measured by: pairs of points, each weighed so that most bodies give the same
_MEASURED = (
    (_middle("left_shoulder"), _middle("right_shoulder"), 1.15),
    (_middle("left_hip"), _middle("right_hip"), 1.7),
    (_middle(*_SHOULDERS), _middle(*_HIPS), 1.0),
    *((_on_side(side, "hip"), _on_side(side, "knee"), 1.0) for side in ("left", "right")),
    *((_on_side(side, "knee"), _on_side(side, "ankle"), 1.0) for side in ("left", "right")),
)
_SPANS = np.stack(
    [_mixed(*(one for one, _, _ in _MEASURED)), _mixed(*(other for _, other, _ in _MEASURED))]
)
_SPAN_WEIGHTS = np.array([weight for *_, weight in _MEASURED], np.float32)
