"""What to draw for a parsing, apart from the pixel format it is painted into."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing
from mirror.rendering.overlay.annotations import label_layers, landmark_layers, line_width
from mirror.rendering.overlay.colour_tables import WHITE
from mirror.rendering.overlay.layer import Coverage, Layer, around
from mirror.rendering.overlay.style import Style

OUTLINE_OPACITY = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class DrawingPlan:
    """What to draw over one picture, lowest layer first.

    Attributes:
        palette: one ``#rrggbb`` a part id.
        layers: none where there is nothing to draw.
    """

    palette: tuple[str, ...]
    layers: tuple[Layer, ...]


def plan_drawing(parsing: Parsing, style: Style) -> DrawingPlan:
    """Return what to draw for a parsing. Pure; 1-2 ms for one body at 720p."""
    layers = _fill(parsing.labels, style)
    if style.landmarks:
        layers.extend(landmark_layers(parsing.people, parsing.labels.shape))
    layers.extend(label_layers(parsing, style))
    return DrawingPlan(style.palette, tuple(layers))


def _fill(labels: LabelMap, style: Style) -> list[Layer]:
    if style.parts is not None:
        labels = cv2.LUT(labels, _selection(style.parts))
    x, y, width, height = cv2.boundingRect(labels)
    if not width:
        return []
    x0, y0, x1, y1 = around(x, y, x + width, y + height, labels.shape)
    part = labels[y0:y1, x0:x1]
    body = cv2.threshold(part, 0, 255, cv2.THRESH_BINARY)[1]
    colour, alpha = part, np.full_like(part, round(style.opacity * 255))
    if style.outlines:
        line = _outline(part, body, line_width(labels.shape))
        colour = cv2.bitwise_or(part, cv2.bitwise_and(line, WHITE))
        alpha = _mixed(line, style.opacity)
    return [Layer(x0, y0, colour, cv2.multiply(alpha, _softened(body), scale=1 / 255))]


def _outline(part: LabelMap, body: Coverage, width: int) -> Coverage:
    """Lines within bodies along their edges, and between parts; everything outside is line too."""
    square = np.ones((2 * width + 1, 2 * width + 1), np.uint8)
    seam = np.ones((2, 2) if width < 3 else (3, 3), np.uint8)
    edge = cv2.bitwise_not(cv2.erode(body, square))
    seams = cv2.compare(cv2.dilate(part, seam), cv2.erode(part, seam), cv2.CMP_NE)
    line: Coverage = cv2.blur(cv2.max(edge, seams), (3, 3))
    return line


def _mixed(line: Coverage, opacity: float) -> Coverage:
    gain = max(0.0, OUTLINE_OPACITY - opacity)
    mixed: Coverage = cv2.convertScaleAbs(line, alpha=gain, beta=opacity * 255)
    return mixed


def _softened(body: Coverage) -> Coverage:
    """A body's coverage, falling to nothing over its outermost pixel: none outside is touched."""
    ramp = cv2.blur(body, (3, 3))
    ramp = cv2.addWeighted(ramp, 2, ramp, 0, -255)
    inside: Coverage = cv2.bitwise_and(ramp, body)
    return inside


def _selection(parts: frozenset[int]) -> NDArray[np.uint8]:
    kept = np.zeros(256, np.uint8)
    kept[list(parts)] = list(parts)
    return kept
