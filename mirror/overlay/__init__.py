"""Draws a parsing over a picture: what to draw is a sketch, which any pixel format can take."""

from mirror.overlay.inks import paintable_format
from mirror.overlay.layer import Layer
from mirror.overlay.paint import draw, paint, painted
from mirror.overlay.sketch import Sketch, sketch
from mirror.overlay.style import Style

__all__ = ["Layer", "Sketch", "Style", "draw", "paint", "paintable_format", "painted", "sketch"]
