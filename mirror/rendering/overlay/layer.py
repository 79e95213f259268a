"""A region of a picture, and the colours for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap

Coverage = NDArray[np.uint8]  # (H, W), 0 leaves a pixel as it is, 255 hides it

ALIGNED_TO = 4  # pixels: the coarsest chroma grid there is, that of yuv410p


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Colours for one region of a picture.

    Attributes:
        x: left column, a multiple of 4.
        y: top row, a multiple of 4. The far edges are so too, or are the picture's own.
        colour_ids: (h, w) uint8, a colour each: a part's, WHITE or DARK.
        alpha: (h, w) uint8, how much of it; 0 leaves the pixel bit for bit.
    """

    x: int
    y: int
    colour_ids: LabelMap
    alpha: Coverage


def around(
    x0: float, y0: float, x1: float, y1: float, size: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """Return a box that holds another with a pixel to spare, on the grid, within the picture."""
    left, top = int(x0 - 1) & -ALIGNED_TO, int(y0 - 1) & -ALIGNED_TO
    right, bottom = -(-int(x1 + 1) & -ALIGNED_TO), -(-int(y1 + 1) & -ALIGNED_TO)
    return max(0, left), max(0, top), min(size[1], right), min(size[0], bottom)
