"""Paints a drawing plan into the planes of a picture: no conversion, and only what it covers."""

from __future__ import annotations

import av
import cv2
import numpy as np

from mirror.core.parsing import Parsing
from mirror.rendering.overlay.colour_tables import Coding, coding_of, paintable_format, ramp
from mirror.rendering.overlay.drawing_plan import DrawingPlan, plan_drawing
from mirror.rendering.overlay.layer import Layer
from mirror.rendering.overlay.style import Style
from pipeline.frame import BGR, BT709, Frame, Plane, planes_of

_BGR_IMAGE = Coding(("BGR",), (1, 1), BT709, True, 8)


def painted(frame: Frame, what: DrawingPlan) -> av.VideoFrame:
    """Return a frame's picture with a drawing plan over it; the source's own where it is empty."""
    if not what.layers:
        return frame.picture
    picture = frame.copy(paintable_format(frame.pixel_format))
    paint(picture, what)
    return picture


def paint(picture: av.VideoFrame, what: DrawingPlan) -> None:
    """Blend a drawing plan into a picture, which must be the caller's own copy.

    Raises:
        ValueError: the pixel format cannot be painted into; see ``paintable_format``.
    """
    coding = coding_of(picture)
    planes = planes_of(picture)
    for layer in what.layers:
        _blend(planes, layer, what.palette, coding)


def draw(image: BGR, parsing: Parsing, style: Style) -> BGR:
    """Return a new image: (H, W, 3) uint8 BGR with a parsing over it."""
    return draw_plan(image, plan_drawing(parsing, style))


def draw_plan(image: BGR, what: DrawingPlan) -> BGR:
    """Return a new image: (H, W, 3) uint8 BGR with what was planned over it."""
    drawn = image.copy()
    for layer in what.layers:
        _blend([drawn], layer, what.palette, _BGR_IMAGE)
    return drawn


def _blend(planes: list[Plane], layer: Layer, palette: tuple[str, ...], coding: Coding) -> None:
    for plane, components in zip(planes, coding.planes, strict=True):
        if components == "x":
            continue
        tall, wide = coding.chroma if components[0] in "UV" else (1, 1)
        alpha: Plane = layer.alpha.astype(np.uint16) if coding.bits > 8 else layer.alpha
        colours = [_laid_on(layer, alpha, palette, part, coding) for part in components]
        region = plane[layer.y // tall :, layer.x // wide :]
        region = region[: -(-alpha.shape[0] // tall), : -(-alpha.shape[1] // wide)]
        uncovered = _shrunk(cv2.bitwise_xor(alpha, 255), tall, wide)
        cv2.multiply(region, _spread(uncovered, components), dst=region, scale=1 / 255)
        cv2.add(region, cv2.merge([_shrunk(colour, tall, wide) for colour in colours]), dst=region)


def _laid_on(
    layer: Layer, alpha: Plane, palette: tuple[str, ...], component: str, coding: Coding
) -> Plane:
    """One component of the colours, premultiplied by alpha; averages rightly when shrunk."""
    if component == "x":
        return np.zeros_like(alpha)
    values = cv2.LUT(layer.colour_ids, ramp(palette, component, coding))
    laid: Plane = cv2.multiply(values, alpha, scale=1 / 255)
    return laid


def _spread(uncovered: Plane, components: str) -> Plane:
    kept = np.full_like(uncovered, 255)
    spread: Plane = cv2.merge([kept if part == "x" else uncovered for part in components])
    return spread


def _shrunk(plane: Plane, tall: int, wide: int) -> Plane:
    """Average blocks of ``tall`` rows and ``wide`` columns; at a picture's edge, what is there."""
    if (tall, wide) == (1, 1):
        return plane
    rows, columns = -plane.shape[0] % tall, -plane.shape[1] % wide
    if rows or columns:
        plane = cv2.copyMakeBorder(plane, 0, rows, 0, columns, cv2.BORDER_REPLICATE)
    size = (plane.shape[1] // wide, plane.shape[0] // tall)
    smaller: Plane = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return smaller
