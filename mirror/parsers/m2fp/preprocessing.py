"""From a picture to the network's input, as ModelScope prepares it: resized, then normalised.

The picture comes as BGR and leaves as RGB, here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mirror.parsers.m2fp.network.configuration import STRIDE
from pipeline.frame import BGR

GREY = 128  # what a single person's picture is centred on
SHORT_SIDE, LONG_SIDE = 640, 1333  # of a picture with several people; the model card
_MEAN = np.array([123.675, 116.28, 103.53], np.float32)  # RGB of 0-255, ImageNet's
_DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)
# every grey level, normalised: in float32, whose roundings ModelScope's own normalisation has too
_NORMALISED = (np.arange(256, dtype=np.float32) - _MEAN[:, None]) / _DEVIATION[:, None]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies in the network's input: the way back from an output to the picture.

    Attributes:
        inside: x0, y0, x1, y1 in the input's pixels.
        size: (height, width) of the input.
        height: of the picture as it came.
        width: of the picture as it came.
    """

    inside: tuple[int, int, int, int]
    size: tuple[int, int]
    height: int
    width: int


@dataclass(frozen=True, slots=True, eq=False)
class NetworkInput:
    """A picture, ready for the network.

    Attributes:
        pixels: (1, 3, h, w) float32, normalised RGB; h and w are multiples of 32.
        placement: the way back.
    """

    pixels: NDArray[np.float32]
    placement: Placement


def scaled(image: BGR, short: int = SHORT_SIDE, long: int = LONG_SIDE) -> NetworkInput:
    """Bring a picture's shorter side to ``short``, or the longer to ``long`` where that is less."""
    height, width = image.shape[:2]
    scale = short / min(height, width)
    sides = height * scale, width * scale
    if max(sides) > long:
        scale = long / max(sides)
        sides = sides[0] * scale, sides[1] * scale
    size = (max(1, int(sides[0] + 0.5)), max(1, int(sides[1] + 0.5)))
    return _in_corner(image, size, (_rounded_up(size[0]), _rounded_up(size[1])))


def fitted(image: BGR, height: int, width: int) -> NetworkInput:
    """Fit a picture into (height, width), as large as it goes; for networks of a fixed size."""
    rows, columns = image.shape[:2]
    scale = min(height / rows, width / columns)
    size = (
        min(height, max(1, int(rows * scale + 0.5))),
        min(width, max(1, int(columns * scale + 0.5))),
    )
    return _in_corner(image, size, (height, width))


def letterboxed(image: BGR, height: int, width: int) -> NetworkInput:
    """Centre a picture on grey in (height, width); a small one is not enlarged."""
    rows, columns = image.shape[:2]
    scale = min(1.0, height / rows, width / columns)
    # 1e-9: 192 * (1 / 3) * 3 must not fall below a whole number
    inner = (max(1, int(rows * scale + 1e-9)), max(1, int(columns * scale + 1e-9)))
    y0, x0 = (height - inner[0]) // 2, (width - inner[1]) // 2
    if y0 == x0 == 0:  # ModelScope pads no single row or column with grey
        return _in_corner(image, inner, (height, width))
    canvas = np.full((height, width, 3), GREY, np.uint8)
    canvas[y0 : y0 + inner[0], x0 : x0 + inner[1]] = _resized(image, inner)
    inside = (x0, y0, x0 + inner[1], y0 + inner[0])
    pixels = np.empty((1, 3, height, width), np.float32)
    _normalise(canvas, pixels[0])
    return NetworkInput(pixels, Placement(inside, (height, width), rows, columns))


def _in_corner(image: BGR, size: tuple[int, int], padded: tuple[int, int]) -> NetworkInput:
    pixels = np.zeros((1, 3, *padded), np.float32)
    _normalise(_resized(image, size), pixels[0, :, : size[0], : size[1]])
    height, width = image.shape[:2]
    return NetworkInput(pixels, Placement((0, 0, size[1], size[0]), padded, height, width))


def _resized(image: BGR, size: tuple[int, int]) -> BGR:
    if image.shape[:2] == size:
        return image
    picture = Image.fromarray(np.ascontiguousarray(image))  # PIL minds no order of channels
    return np.asarray(picture.resize((size[1], size[0]), Image.Resampling.BILINEAR))


def _normalise(image: BGR, planes: NDArray[np.float32]) -> None:
    """Write (h, w, 3) BGR into (3, h, w) RGB planes."""
    for plane, levels, channel in zip(planes, _NORMALISED, reversed(cv2.split(image)), strict=True):
        cv2.LUT(channel, levels, plane)


def _rounded_up(side: int) -> int:
    return -(-side // STRIDE) * STRIDE
