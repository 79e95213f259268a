"""A number that is counted down, and the ring round a hand that asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from mirror.core.parsing import Person
from mirror.rendering.coach.board import CUE, Board, Rect
from mirror.rendering.coach.glass import Ring
from mirror.rendering.coach.lettering import text_width
from mirror.rendering.overlay.colour_tables import DARK
from mirror.rendering.overlay.layer import Layer, around

_NUMBERS = (0.3, 0.2, 0.13)  # of the picture's shorter side, for where there is less room
_RING = 0.06
_FULL = 360.0


def number_sizes(text: str, size: tuple[int, int]) -> list[tuple[int, int]]:
    """Return how wide and tall the number's plate can be in a picture, the largest first."""
    heights = [max(8, round(one * min(size))) for one in _NUMBERS]
    return [(text_width("0" * len(text), one) + one, one * 8 // 5) for one in heights]


def number_board(text: str, rect: Rect, size: tuple[int, int]) -> Board:
    """Return the number, written as large as its plate is."""
    board, (x, y, wide, tall) = Board(rect, size, DARK, 0.78), rect
    height = tall * 5 // 8
    board.write(text, x + (wide - text_width(text, height)) // 2, y + (tall + height) // 2, height)
    return board


def ring_layers(ring: Ring, people: Sequence[Person], size: tuple[int, int]) -> Iterator[Layer]:
    """Yield the ring round its hand, if the hand is in the picture."""
    place = _place(ring, people)
    if place is None:
        return
    radius = max(8, round(_RING * min(size)))
    line = max(3, radius // 4)
    room, (x, y) = radius + line, place
    x0, y0, x1, y1 = around(x - room, y - room, x + room, y + room, size)
    if x1 <= x0 or y1 <= y0:
        return
    ink, alpha = np.zeros((2, y1 - y0, x1 - x0), np.uint8)
    middle, axes = (round(x) - x0, round(y) - y0), (radius, radius)
    for share, colour, opacity, thickness in (
        (1.0, DARK, 190, 2 * line),
        (ring.share, CUE, 255, line),
    ):
        for plane, value in ((ink, colour), (alpha, opacity)):
            cv2.ellipse(plane, middle, axes, -90.0, 0.0, _FULL * share, value, thickness)
    yield Layer(x0, y0, ink, alpha)


def _place(ring: Ring, people: Sequence[Person]) -> tuple[float, float] | None:
    for person in people:
        pose = person.pose
        if person.id == ring.person and pose is not None and ring.landmark in pose.names:
            x, y, _ = pose.image[pose.names.index(ring.landmark)]
            return float(x), float(y)
    return None
