"""The picture as it came, beside what was drawn."""

from __future__ import annotations

import av
import numpy as np

from mirror.core.parsing import Parsing
from mirror.rendering.renderer import Renderer
from pipeline.frame import Frame, padded_to_even, planes_of, tag_like


class SideBySide:
    """Puts the original to the left of what another renderer makes of it; see ``Renderer``.

    Args:
        renderer: draws the right half; its pictures keep their size.
    """

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return a picture of twice the width, in the pixel format of what was drawn."""
        drawn = self._renderer.render(frame, parsing).picture
        return frame.with_picture(beside(frame.copy(drawn.format.name), drawn))

    def end_scene(self) -> None:
        """Have the other forget."""
        self._renderer.end_scene()


def beside(left: av.VideoFrame, right: av.VideoFrame) -> av.VideoFrame:
    """Return two pictures of one size and pixel format next to one another."""
    left, right = padded_to_even(left), padded_to_even(right)
    pair = av.VideoFrame(left.width + right.width, left.height, left.format.name)
    for whole, one, other in zip(planes_of(pair), planes_of(left), planes_of(right), strict=True):
        np.concatenate([one, other], axis=1, out=whole)
    tag_like(right, pair)
    return pair
