"""Plates and large letters, as layers in a picture's own pixel format."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from mirror.rendering.coach.lettering import lettering
from mirror.rendering.overlay.colour_tables import DARK, WHITE
from mirror.rendering.overlay.layer import Layer, around

NOTHING, WARNING, GOOD, CUE, GUIDE = range(5)  # inks
PALETTE = ("#000000", "#ff2d16", "#2fd17c", "#ffc21a", "#1f6feb")

Rect = tuple[int, int, int, int]  # x, y, width, height in pixels


class Board:
    """A plate in a picture, to write on.

    Args:
        rect: where it is.
        size: height and width of the picture.
        ink: of the plate.
        opacity: 0-1, of the plate.
    """

    def __init__(self, rect: Rect, size: tuple[int, int], ink: int, opacity: float) -> None:
        x, y, wide, tall = rect
        self._x, self._y, right, bottom = around(x, y, x + wide, y + tall, size)
        shape = max(0, bottom - self._y), max(0, right - self._x)
        self._plate_ink = np.full(shape, ink, np.uint8)
        self._plate = np.zeros(shape, np.uint8)
        _round_box(self._plate, self._local(x, y), (wide, tall), round(opacity * 255))
        self._ink, self._alpha = np.full(shape, WHITE, np.uint8), np.zeros(shape, np.uint8)

    def write(self, text: str, x: int, y: int, height: int, ink: int = WHITE) -> None:
        """Write a text whose capitals are so high, its lower left corner at a point."""
        written = lettering(text, height)
        left, top = self._local(x, y - written.base)
        rows, columns = self._alpha.shape
        x0, y0 = max(0, left), max(0, top)
        x1, y1 = min(columns, left + written.mask.shape[1]), min(rows, top + written.mask.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        mask = written.mask[y0 - top : y1 - top, x0 - left : x1 - left]
        alpha = self._alpha[y0:y1, x0:x1]
        self._ink[y0:y1, x0:x1][mask > 0] = ink
        np.maximum(alpha, mask, out=alpha)

    def fill(self, rect: Rect, ink: int, opacity: float = 1.0) -> None:
        """Fill a box."""
        x, y, wide, tall = rect
        left, top = self._local(x, y)
        rows, columns = slice(max(0, top), top + tall), slice(max(0, left), left + wide)
        self._ink[rows, columns] = ink
        self._alpha[rows, columns] = round(opacity * 255)

    def layers(self) -> Iterator[Layer]:
        """Yield the plate, and what was written on it."""
        if self._plate.size:
            yield Layer(self._x, self._y, self._plate_ink, self._plate)
            yield Layer(self._x, self._y, self._ink, self._alpha)

    def _local(self, x: int, y: int) -> tuple[int, int]:
        return x - self._x, y - self._y


def ink_on(plate: int) -> int:
    """Return the ink for letters on a plate: dark on what is light."""
    return DARK if plate == CUE else WHITE


def _round_box(
    plane: np.typing.NDArray[np.uint8], corner: tuple[int, int], size: tuple[int, int], value: int
) -> None:
    (x, y), (wide, tall) = corner, size
    radius = max(1, min(wide, tall) // 8)
    cv2.rectangle(plane, (x + radius, y), (x + wide - radius, y + tall), value, cv2.FILLED)
    cv2.rectangle(plane, (x, y + radius), (x + wide, y + tall - radius), value, cv2.FILLED)
    for centre_x in (x + radius, x + wide - radius):
        for centre_y in (y + radius, y + tall - radius):
            cv2.circle(plane, (centre_x, centre_y), radius, value, cv2.FILLED)
