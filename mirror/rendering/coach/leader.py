"""A line from a panel to whom it is about, where there are several."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from mirror.core.instance_map import Box
from mirror.rendering.coach.board import Rect
from mirror.rendering.overlay.annotations import line_width
from mirror.rendering.overlay.colour_tables import DARK, WHITE
from mirror.rendering.overlay.layer import Layer, around


def leader(panel: Rect, person: Box, size: tuple[int, int]) -> Iterator[Layer]:
    """Yield a line from a panel's nearest edge to the top of somebody's box, dark round light.

    Args:
        panel: where the panel is.
        person: the box round the person.
        size: height and width of the picture.
    """
    x, y, wide, tall = panel
    end = (round((person[0] + person[2]) / 2), round(person[1]))
    start = (int(np.clip(end[0], x, x + wide)), int(np.clip(end[1], y, y + tall)))
    width, (xs, ys) = 2 * line_width(size), zip(start, end, strict=True)
    room = 4 * width
    x0, y0, x1, y1 = around(min(xs) - room, min(ys) - room, max(xs) + room, max(ys) + room, size)
    if x1 <= x0 or y1 <= y0:
        return
    ink, alpha = np.zeros((2, y1 - y0, x1 - x0), np.uint8)
    for thickness, value in ((2 * width, DARK), (width, WHITE)):
        for plane, level in ((ink, value), (alpha, 255)):
            first, last = ((px - x0, py - y0) for px, py in (start, end))
            cv2.line(plane, first, last, level, thickness)
            cv2.circle(plane, last, thickness, level, cv2.FILLED)
    yield Layer(x0, y0, ink, alpha)
