"""Where each part of a body lies, as distances from lines between its joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.parsers.builtin.body_shape import (
    CORNERS,
    CROWN,
    ENDS,
    FACE,
    JAW,
    PARTS,
    RADII,
    SEEN_AT,
    SPAN_WEIGHTS,
    SPANS,
    STARTS,
    TORSO_DEPTH,
    TORSO_ROOM,
    UNSEEN,
)

Points = NDArray[np.float32]  # (N, 2), x and y in pixels of the picture

HEAD, TORSO = 1, 2
COUNT = 15  # labels, the background's included
PERSON = COUNT  # what is a person's, but none of the parts
_TRUNK = len(PARTS)  # the lines from here on are the torso's


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
        jaw, crown = self._head()
        self._starts = np.vstack([STARTS @ self._points, jaw])
        self._ends = np.vstack([ENDS @ self._points, crown])
        visible = seen[SEEN_AT].max(axis=1)
        self._radii = RADII.copy()
        self._radii[: len(visible)] -= UNSEEN * (1 - np.minimum(1.0, 2 * visible))[:, None]

    def distances(self, xs: NDArray[np.float32], ys: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how far every point of a grid is from every part, in body units.

        Args:
            xs: the grid's columns, in pixels of the picture.
            ys: its rows.

        Returns:
            (15, rows, columns) float32; below zero inside a part, infinite for the background.
        """
        far = np.full((COUNT, len(ys), len(xs)), np.inf, np.float32)
        apart, place = _from_lines(xs, ys, self._starts, self._ends)
        apart *= np.float32(1 / self.unit)
        place *= (self._radii[:, 1] - self._radii[:, 0])[:, None, None]
        apart -= place
        apart -= self._radii[:, 0, None, None]
        far[PARTS] = apart[:_TRUNK]
        hull = np.maximum(self._trunk(xs, ys) - TORSO_ROOM, -TORSO_DEPTH)
        np.minimum(hull, apart[_TRUNK:-1].min(axis=0), out=far[TORSO])
        far[HEAD] = apart[-1]
        return far

    def _body_unit(self) -> float:
        one, other = SPANS @ self._points
        lengths = np.hypot(*(one - other).T) * SPAN_WEIGHTS
        return max(float(lengths.max()), 4.0)

    def _head(self) -> tuple[Points, Points]:
        """Where the line through a head begins, at the jaw, and ends, below the crown."""
        mouth, ears, shoulders = FACE @ self._points
        up = ears - shoulders
        up *= self.unit / max(float(np.hypot(*up)), 1e-6)
        return mouth + up * JAW, (mouth + ears) / 2 + up * CROWN

    def _trunk(self, xs: NDArray[np.float32], ys: NDArray[np.float32]) -> NDArray[np.float32]:
        """Distance from the hull of shoulders and hips, below zero inside; body units."""
        corners = CORNERS @ self._points
        hull = corners[_around(corners)]
        following = np.roll(hull, -1, axis=0)
        apart = _from_lines(xs, ys, hull, following)[0].min(axis=0)
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
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far every point of a grid is from each of N lines, and where along it that is.

    Returns:
        Two (N, rows, columns): pixels, and 0 at the line's start to 1 at its end.
    """
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
    return apart, place


def _around(corners: Points) -> NDArray[np.intp]:
    """The order of points round their middle, clockwise on the screen."""
    dx, dy = (corners - corners.mean(axis=0)).T
    return np.argsort(np.arctan2(dy, dx), kind="stable")
