"""Putting people before another background, without a rim of the old one."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.rendering.effects.matte import Matte, box_of
from pipeline.frame import BGR

_STEP = 4  # the colours round an edge change slowly: they are worked out on every fourth pixel
_RADIUS = 4  # of those pixels
_RIM = np.ones((5, 5), np.uint8)  # pixels of the picture in which an edge mixes both sides


def composed(image: BGR, matte: Matte, background: BGR) -> BGR:
    """Return people before a background: new, (H, W, 3) uint8 BGR.

    Along an edge the picture mixes people's colours with those of the old background. The less of a
    pixel is theirs, the more it gets of the mean colour of what surely is, round it.

    Args:
        image: the picture, (H, W, 3) uint8 BGR.
        matte: whose pixels they are.
        background: of the same size.
    """
    result = background.copy()
    box = box_of(matte)
    if box is None:
        return result
    part, share, target = image[box], matte[box], result[box]
    cv2.copyTo(part, cv2.compare(share, 255, cv2.CMP_EQ), target)
    edge = cv2.findNonZero(cv2.inRange(share, 1, 254))
    if edge is not None:
        columns, rows = edge.reshape(-1, 2).T
        alpha = share[rows, columns, None].astype(np.float32) / 255
        own = _own_colours(part, share)[rows // _STEP, columns // _STEP]
        colours = own + alpha * (part[rows, columns] - own)
        blended = target[rows, columns] * (1 - alpha) + colours * alpha
        target[rows, columns] = blended.astype(np.uint8)
    return result


def without_people(image: BGR, matte: Matte, radius: int) -> BGR:
    """Return a picture blurred over a radius in pixels, in which no colour is people's.

    What is theirs counts nothing: each pixel is the mean of the background's round it.
    """
    height, width = matte.shape
    step = max(1, min(8, radius // 3))
    size = max(1, width // step), max(1, height // step)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    theirs = cv2.dilate(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), _RIM)
    weight = 1 - theirs.astype(np.float32) / 255 + np.float32(1e-3)
    sigma = radius / step / 2
    blurred = cv2.GaussianBlur(small * weight[:, :, None], (0, 0), sigma)
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    plain = np.clip(blurred / total[:, :, None], 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(plain, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _own_colours(image: BGR, matte: Matte) -> NDArray[np.float32]:
    """The mean colour of what is surely people's, round every fourth pixel."""
    height, width = matte.shape
    size = -(-width // _STEP), -(-height // _STEP)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    sure = cv2.resize(cv2.erode(matte, _RIM), size, interpolation=cv2.INTER_AREA)
    weight = sure.astype(np.float32) + np.float32(1e-2)
    side = 2 * _RADIUS + 1
    summed = cv2.blur(small * weight[:, :, None], (side, side))
    return np.asarray(summed / cv2.blur(weight, (side, side))[:, :, None], np.float32)
