"""Draws a parsing over a picture, by a drawing plan that any pixel format can take."""

from mirror.rendering.overlay.annotations import BONES
from mirror.rendering.overlay.colour_tables import paintable_format
from mirror.rendering.overlay.drawing_plan import DrawingPlan, plan_drawing
from mirror.rendering.overlay.layer import Layer
from mirror.rendering.overlay.overlay_renderer import OverlayRenderer
from mirror.rendering.overlay.painting import draw, paint, painted
from mirror.rendering.overlay.style import Style

__all__ = [
    "BONES",
    "DrawingPlan",
    "Layer",
    "OverlayRenderer",
    "Style",
    "draw",
    "paint",
    "paintable_format",
    "painted",
    "plan_drawing",
]
