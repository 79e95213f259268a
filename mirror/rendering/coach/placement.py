"""Finds room in a picture where people are not, and have not been of late."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap
from mirror.rendering.coach.board import Rect

_CELLS = 48  # along the picture's longer side
_SAMPLES = 6  # along a cell's side
_HALF_LIFE_S = 3.0  # somebody who squats is where they were a repetition ago
_COVERED = 10.0  # costs as much as this many times the picture's size away


class Occupancy:
    """Where people are, and have been in the last seconds, on a coarse grid."""

    def __init__(self) -> None:
        self._heat: NDArray[np.float32] | None = None
        self._time = 0.0
        self._size = (1, 1)

    def update(self, labels: LabelMap, time: float) -> None:
        """Take in one frame's label map and its media time in seconds."""
        height, width = self._size = labels.shape
        cell = max(1, max(height, width) // _CELLS)
        grid = max(1, width // cell), max(1, height // cell)
        step = max(1, cell // _SAMPLES)  # a few pixels of each cell say enough, and cost less
        sampled = np.ascontiguousarray(labels[::step, ::step])
        there = cv2.threshold(sampled, 0, 255, cv2.THRESH_BINARY)[1]
        now = cv2.resize(there, grid, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        if self._heat is not None and self._heat.shape == now.shape:
            kept = 0.5 ** (max(0.0, time - self._time) / _HALF_LIFE_S)
            now = np.maximum(now, self._heat * np.float32(kept))
        self._heat, self._time = now, time

    def share(self, rect: Rect) -> float:
        """Return how much of a rectangle is people's, 0-1."""
        if self._heat is None:
            return 0.0
        return float(_means(cv2.integral(self._heat), self._size, np.array([rect]))[0])

    def quietest(
        self, wide: int, tall: int, near: tuple[float, float], taken: Iterable[Rect] = ()
    ) -> Rect:
        """Return where a plate covers nobody, as near a point as can be.

        Args:
            wide: of the plate, in pixels.
            tall: of the plate, in pixels.
            near: x and y where its middle would be best.
            taken: places that it must not cover either.
        """
        height, width = self._size
        margin = max(2, min(height, width) // 60)
        columns = np.linspace(margin, max(margin, width - wide - margin), 17)
        rows = np.linspace(margin, max(margin, height - tall - margin), 17)
        x, y = (one.ravel() for one in np.meshgrid(columns, rows))
        rects = np.stack([x, y, np.full_like(x, wide), np.full_like(y, tall)], 1).astype(int)
        away = np.hypot(x + wide / 2 - near[0], y + tall / 2 - near[1]) / max(height, width)
        cost = away + sum(_COVERED * _overlaps(rects, one) for one in taken)
        if self._heat is not None:
            cost = cost + _COVERED * _means(cv2.integral(self._heat), self._size, rects)
        left, top, *_ = rects[int(np.argmin(cost))].tolist()
        return left, top, wide, tall


def _means(
    integral: NDArray[np.float64], size: tuple[int, int], rects: NDArray[np.int_]
) -> NDArray[np.float64]:
    """The mean of a grid within rectangles of the picture, from the grid's integral."""
    rows, columns = integral.shape[0] - 1, integral.shape[1] - 1
    down, across = rows / size[0], columns / size[1]
    x0 = np.clip(np.floor(rects[:, 0] * across), 0, columns - 1).astype(int)
    y0 = np.clip(np.floor(rects[:, 1] * down), 0, rows - 1).astype(int)
    x1 = np.clip(np.ceil((rects[:, 0] + rects[:, 2]) * across), x0 + 1, columns).astype(int)
    y1 = np.clip(np.ceil((rects[:, 1] + rects[:, 3]) * down), y0 + 1, rows).astype(int)
    total = integral[y1, x1] - integral[y0, x1] - integral[y1, x0] + integral[y0, x0]
    means: NDArray[np.float64] = total / ((x1 - x0) * (y1 - y0))
    return means


def _overlaps(rects: NDArray[np.int_], other: Rect) -> NDArray[np.float64]:
    """Which share of each rectangle another covers."""
    x, y, wide, tall = other
    across = np.minimum(rects[:, 0] + rects[:, 2], x + wide) - np.maximum(rects[:, 0], x)
    down = np.minimum(rects[:, 1] + rects[:, 3], y + tall) - np.maximum(rects[:, 1], y)
    shared: NDArray[np.float64] = (
        np.maximum(0, across) * np.maximum(0, down) / (rects[:, 2] * rects[:, 3])
    )
    return shared
