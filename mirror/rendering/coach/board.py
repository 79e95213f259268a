"""Plates and large letters, as layers in a picture's own pixel format."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from mirror.rendering.overlay.colour_tables import DARK, WHITE
from mirror.rendering.overlay.layer import Layer, around

NOTHING, WARNING, GOOD, CUE, GUIDE = range(5)  # inks
PALETTE = ("#000000", "#ff2d16", "#2fd17c", "#ffc21a", "#1f6feb")
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_CAPITALS = 21.0  # pixels high are its capital letters and digits at scale 1
_STROKE = 0.13  # of a letter's height

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
        scale, thickness = _pen(height)
        mask = np.zeros_like(self._alpha)
        cv2.putText(mask, text, self._local(x, y), _FONT, scale, 255, thickness, cv2.LINE_AA)
        self._ink[mask > 0] = ink
        np.maximum(self._alpha, mask, out=self._alpha)

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


def text_width(text: str, height: int) -> int:
    """Return how many pixels wide a text is whose capitals are so high."""
    scale, thickness = _pen(height)
    return int(cv2.getTextSize(text, _FONT, scale, thickness)[0][0])


def ink_on(plate: int) -> int:
    """Return the ink for letters on a plate: dark on what is light."""
    return DARK if plate == CUE else WHITE


def _pen(height: int) -> tuple[float, int]:
    return height / _CAPITALS, max(1, round(height * _STROKE))


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
