"""The colours on both sides of people's edges, round every few pixels of a picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.rendering.effects.matte import Matte
from pipeline.frame import BGR

Plane = NDArray[np.float32]

_ACROSS = 160  # cells of a picture's longer side: colours along an edge change slowly
_RADIUS = 2  # cells round each that it is the mean of,
_REACH = 3  # and pixels at least
_RIM = np.ones((3, 3), np.uint8)  # cells beside an edge, which mix both sides, say nothing
_SURE = 230  # from this much of a cell on it is surely somebody's; 255 less that, nobody's
_FALLBACK = np.float32(1e-2)  # weight of a cell of which that is not sure


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The colours of one side of an edge.

    Attributes:
        mean: (h, w, 3) float32 BGR.
        variance: (h, w, 3) float32, of each channel.
        known: (h, w) float32 0-1, the share of cells round each that say so.
    """

    mean: Plane
    variance: Plane
    known: Plane


@dataclass(frozen=True, slots=True, eq=False)
class LocalColours:
    """What people look like, and what is behind them, round each cell of a picture.

    Attributes:
        own: people's.
        behind: the background's.
        step: pixels of the picture that a cell is wide and high.
    """

    own: Side
    behind: Side
    step: int


def step_for(height: int, width: int) -> int:
    """Return how many pixels of a picture a cell is wide."""
    return max(1, round(max(height, width) / _ACROSS))


def sampled(array: NDArray[np.uint8], middle: int, step: int) -> NDArray[np.uint8]:
    """Return one pixel a cell; its first where a cell at the edge is too small to have a middle."""
    rows, columns = (
        np.minimum(np.arange(0, side, step) + middle, side - 1) for side in array.shape[:2]
    )
    sampled: NDArray[np.uint8] = array[rows[:, None], columns]
    return sampled


def local_colours(image: BGR, matte: Matte, step: int) -> LocalColours:
    """Return the colours of both sides, from what surely belongs to each.

    One pixel stands for each cell: they are averaged over several all the same, and keep their
    spread. Where nothing near is sure, as on a finger, what partly belongs to a side stands in.
    """
    middle = step // 2
    small = sampled(image, middle, step).astype(np.float32)
    share = np.ascontiguousarray(sampled(matte, middle, step))
    sure_own = cv2.compare(cv2.erode(share, _RIM), _SURE, cv2.CMP_GT)
    sure_behind = cv2.compare(cv2.dilate(share, _RIM), 255 - _SURE, cv2.CMP_LT)
    squared = small * small
    radius = max(_RADIUS, -(-_REACH // step))
    return LocalColours(
        _side(small, squared, sure_own, share, radius),
        _side(small, squared, sure_behind, cv2.bitwise_not(share), radius),
        step,
    )


def _side(small: Plane, squared: Plane, sure: Matte, share: Matte, radius: int) -> Side:
    known = sure.astype(np.float32) / 255
    weight = known + share.astype(np.float32) * (_FALLBACK / 255) + np.float32(1e-5)
    window = (2 * radius + 1, 2 * radius + 1)
    total = cv2.blur(weight, window)[:, :, None]
    mean = cv2.blur(small * weight[:, :, None], window) / total
    square = cv2.blur(squared * weight[:, :, None], window) / total
    variance = np.maximum(square - mean * mean, 0)
    return Side(mean, variance, np.asarray(cv2.blur(known, window), np.float32))
