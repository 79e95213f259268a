"""A person's mask in finer steps than yes and no, for whoever blends along its edge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

# Enlarged as an 8-bit picture, at a third of the cost of floats
_GREY = 32  # grey levels of a logit
_EDGE = 128  # the grey level at which a person begins
_DOUBLED_FROM = 2.0  # times as large
_SURE = 3.9  # logits beyond which a pixel is wholly inside or outside

Region = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the picture


@dataclass(frozen=True, slots=True, eq=False)
class SoftMask:
    """How much of each pixel is one person's. Nothing is computed before ``alpha`` is called.

    It is the person's alone: whoever stands in front does not cut it. Multiply it with the pixels
    that the instance map gives to others to have that.

    Attributes:
        logits: (h, w) float32, as the network gave them: above 0 is the person. Read only.
        to_image: (2, 3) float64: takes centres of these pixels to those of the picture's.
    """

    logits: NDArray[np.float32]
    to_image: NDArray[np.float64]

    def alpha(self, region: Region) -> NDArray[np.uint8]:
        """Return a region's coverage, (y1 - y0, x1 - x0) uint8: 0 outside, 255 inside.

        Above 127 where the label map has a part of the person's.
        """
        x0, y0, x1, y1 = region
        limited = np.clip(self.logits, -_SURE, _SURE)
        grey = cv2.convertScaleAbs(limited, alpha=_GREY, beta=_EDGE)
        matrix = self.to_image.copy()
        matrix[:, 2] -= (x0, y0)
        placed = enlarged(grey, matrix, x1 - x0, y1 - y0)
        coverage: NDArray[np.uint8] = cv2.LUT(placed, _COVERAGE)
        return coverage

    def moved(self, origin: tuple[float, float], scale: tuple[float, float]) -> Self:
        """Return the mask in a picture whose places are (place - origin) * scale, x and y."""
        factors = np.array(scale)[:, None]
        # a pixel's centre lies half a pixel from where the pixel begins
        start = (0.5 - np.array(origin)) * scale - 0.5
        matrix = self.to_image * factors
        matrix[:, 2] += start
        return type(self)(self.logits, matrix)


def enlarged(
    grey: NDArray[np.uint8], matrix: NDArray[np.float64], width: int, height: int
) -> NDArray[np.uint8]:
    """Return a grey picture, taken somewhere by a (2, 3) matrix, (height, width); 0 beyond it.

    What becomes more than twice as large is turned at half the size, and then doubled, at half the
    cost: turning is what takes the time.
    """
    doubles = np.hypot(*matrix[:, 0]) >= _DOUBLED_FROM
    if doubles:
        matrix = matrix / 2
        matrix[:, 2] -= 0.25  # the centre of a small pixel lies between those of two large ones
    size = ((width + 1) // 2, (height + 1) // 2) if doubles else (width, height)
    placed = cv2.warpAffine(grey, matrix, size, flags=cv2.INTER_LINEAR, borderValue=0)
    if doubles:
        twice = (2 * size[0], 2 * size[1])
        placed = cv2.resize(placed, twice, interpolation=cv2.INTER_LINEAR)[:height, :width]
    return np.asarray(placed, np.uint8)


def _coverage() -> NDArray[np.uint8]:
    """A logistic curve over grey levels, that reaches 0 and 255 at its ends."""
    logits = (np.arange(256) - _EDGE) / _GREY
    curve = 1 / (1 + np.exp(-np.clip(logits, -_SURE, _SURE)))
    low, high = curve.min(), curve.max()
    coverage: NDArray[np.uint8] = np.floor((curve - low) / (high - low) * 255).astype(np.uint8)
    return coverage


_COVERAGE = _coverage()
