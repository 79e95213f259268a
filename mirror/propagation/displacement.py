"""Where the pixels of one frame are in another, on a coarse grid, and what is carried by that."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]  # (N, 2): x and y in pixels of a frame; whole numbers are middles
Labels = NDArray[np.uint8]  # (H, W); 0 is nothing
Field = NDArray[np.float32]  # (rows, columns, 2): x and y in pixels of a frame


@dataclass(frozen=True, slots=True, eq=False)
class Displacement:
    """How far the pixels of one frame are from where they are in another of the same size.

    Attributes:
        field: one value for each cell of a coarse grid over the frame; read-only.
        height, width: of the frames.
    """

    field: Field
    height: int
    width: int

    @classmethod
    def none(cls, rows: int, columns: int, height: int, width: int) -> Displacement:
        """Return that of a frame from itself."""
        return cls(np.zeros((rows, columns, 2), np.float32), height, width)

    def shrunk(self, side: int) -> Displacement:
        """Return that of the frames made smaller, so that one of their pixels is so many here."""
        if side == 1:
            return self
        field = self.field * np.float32(1 / side)
        return Displacement(field, self.height // side, self.width // side)

    def carry_points(self, points: Points) -> Points:
        """Return points of the one frame where they are in the other. May lie outside of it."""
        x, y = self._on_grid(points[:, 0], points[:, 1])
        moved = _sampled(self.field, x[:, None], y[:, None])[:, 0]
        carried: Points = points.astype(np.float32) + moved
        return carried

    def after(self, first: Displacement) -> Displacement:
        """Return the displacement of ``first``, then this one."""
        rows, columns = first.field.shape[:2]
        x = np.arange(columns, dtype=np.float32)[None] + first.field[..., 0] * (
            np.float32(columns / self.width)
        )
        y = np.arange(rows, dtype=np.float32)[:, None] + first.field[..., 1] * (
            np.float32(rows / self.height)
        )
        return Displacement(first.field + _sampled(self.field, x, y), self.height, self.width)

    def fetch_labels(self, labels: Labels) -> Labels:
        """Return the other frame's labels as the one frame has them: each pixel's nearest.

        Args:
            labels: (H, W) uint8, or (H, W, channels).

        Returns:
            a new map of the same shape; 0 where a pixel was not in the picture.
        """
        return self._fetched(labels, cv2.INTER_NEAREST)

    def fetch_values(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the other frame's values, such as soft masks, as the one frame has them.

        As ``fetch_labels``, but between four pixels each.
        """
        return self._fetched(values, cv2.INTER_LINEAR)

    def fetch_maps(
        self, labels: Labels, instances: NDArray[np.uint8 | np.uint16]
    ) -> tuple[Labels, NDArray[np.uint8 | np.uint16]]:
        """Return both maps of a parsing as ``fetch_labels`` does, for less than twice the cost.

        Args:
            labels: (H, W) uint8.
            instances: (H, W), 0 where the label is.
        """
        fetched = np.zeros_like(labels), np.zeros_like(instances)
        x0, y0, x1, y1 = box = self._reached(labels)
        if x1 > x0 and y1 > y0:
            # fixed-point places are rounded once for both
            places = cv2.convertMaps(*self._places(box), cv2.CV_16SC2, nninterpolation=True)
            for plane, into in zip((labels, instances), fetched, strict=True):
                into[y0:y1, x0:x1] = cv2.remap(
                    plane, *places, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT
                )
        return fetched

    def is_inside(self) -> NDArray[np.bool_]:
        """Return (H, W): which pixels of the one frame are in the other at all."""
        x, y = self._places((0, 0, self.width, self.height))
        inside: NDArray[np.bool_] = (
            (x > -0.5) & (x < self.width - 0.5) & (y > -0.5) & (y < self.height - 0.5)
        )
        return inside

    def _fetched(self, plane: NDArray, how: int) -> NDArray:  # type: ignore[type-arg]
        """Only what can come from somewhere else than nothing is looked up."""
        fetched = np.zeros_like(plane)
        x0, y0, x1, y1 = box = self._reached(plane)
        if x1 > x0 and y1 > y0:
            x, y = self._places(box)
            fetched[y0:y1, x0:x1] = cv2.remap(plane, x, y, how, borderMode=cv2.BORDER_CONSTANT)
        return fetched

    def _reached(self, plane: NDArray) -> tuple[int, int, int, int]:  # type: ignore[type-arg]
        """x0, y0, x1, y1 of where something can come from what is not 0 in a plane."""
        is_something = plane if plane.dtype == np.uint8 and plane.ndim == 2 else plane != 0
        if is_something.ndim == 3:
            is_something = is_something.any(axis=2)
        x, y, width, height = cv2.boundingRect(is_something.view(np.uint8))
        if not width:
            return 0, 0, 0, 0
        (left, right), (up, down) = (cv2.minMaxLoc(axis)[:2] for axis in cv2.split(self.field))
        return (
            max(0, int(np.floor(x - right)) - 1),
            max(0, int(np.floor(y - down)) - 1),
            min(self.width, int(np.ceil(x + width - left)) + 1),
            min(self.height, int(np.ceil(y + height - up)) + 1),
        )

    def _places(
        self, box: tuple[int, int, int, int]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where the pixels in a box are in the other frame."""
        x0, y0, x1, y1 = box
        rows, columns = self.field.shape[:2]
        across, left, width = _cells(x0, x1, columns, self.width)
        down, top, height = _cells(y0, y1, rows, self.height)
        x, y = (
            cv2.resize(np.ascontiguousarray(self.field[down, across, axis]), (width, height))
            for axis in (0, 1)
        )
        part = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
        x, y = x[part], y[part]
        # in place: memory for pictures costs more than what is done in it
        x += np.arange(x0, x1, dtype=np.float32)
        y += np.arange(y0, y1, dtype=np.float32)[:, None]
        return x, y

    def _on_grid(
        self, x: NDArray[np.float32], y: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rows, columns = self.field.shape[:2]
        across, down = columns / self.width, rows / self.height
        return (
            ((x + 0.5) * across - 0.5).astype(np.float32),
            ((y + 0.5) * down - 0.5).astype(np.float32),
        )


def _sampled(field: Field, x: NDArray[np.float32], y: NDArray[np.float32]) -> Field:
    sampled: Field = cv2.remap(field, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return sampled


def _cells(first: int, last: int, cells: int, pixels: int) -> tuple[slice, int, int]:
    """The cells round some pixels of a side, and the pixels that they cover: the first, how many.

    To the nearest pixel, which is fine enough: a displacement hardly changes from one to the next.
    """
    start = max(0, first * cells // pixels - 1)
    stop = min(cells, -(-last * cells // pixels) + 1)
    begin, end = round(start * pixels / cells), round(stop * pixels / cells)
    return slice(start, stop), begin, end - begin
