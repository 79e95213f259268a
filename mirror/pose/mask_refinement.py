"""Moves a mask's edge to where the picture has one: a guided filter."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.frame import BGR

_SHRINK = 2  # "Fast Guided Filter", He, Sun, 2015: the filter's own planes may be smaller
_WINDOW = (5, 5)  # shrunken pixels
_EPSILON = np.float32(1e-4)  # squared brightness, 0-1: what varies less than that is no edge
_NOBODY = -3.0  # logits below which a pixel is nobody's, whatever the picture shows
_MARGIN = 2 * 4 * _SHRINK  # pixels round the person that the filter looks at
_SATURATED = 12.0  # logits
_CERTAIN = np.float32(0.0025)  # from 0 or 1, so that logits stay within 6

Plane = NDArray[np.float32]


def refined(square: BGR, logits: Plane) -> Plane:
    """Return a mask's logits with its edges drawn to the picture's.

    The network draws a soft mask, a few pixels off at hair, feet and coats. In windows of a few
    pixels, the mask becomes what is linear in the picture's colours: "Guided Image Filtering", He,
    Sun, Tang, ECCV 2010, section 3.

    Args:
        square: (H, W, 3) uint8, what the mask is of; sides are even.
        logits: (H, W) float32, above 0 is the person.
    """
    window = _round_somebody(logits)
    if window is None:
        return logits
    colours = square[window].astype(np.float32) * np.float32(1 / 255)
    # numbers near the least that a float can be cost ten times as much
    mask = 1 / (1 + cv2.exp(-np.clip(logits[window], -_SATURATED, _SATURATED)))
    filtered = _guided(colours, mask)
    np.clip(filtered, _CERTAIN, 1 - _CERTAIN, out=filtered)
    whole = logits.copy()
    whole[window] = cv2.log(filtered / (1 - filtered))
    return whole


def _round_somebody(logits: Plane) -> tuple[slice, slice] | None:
    """The part of a mask in which somebody is, on the shrunken grid."""
    x, y, width, height = cv2.boundingRect((logits > _NOBODY).view(np.uint8))
    if width == 0:
        return None
    x0, y0 = max(0, x - _MARGIN) // _SHRINK * _SHRINK, max(0, y - _MARGIN) // _SHRINK * _SHRINK
    rows, columns = logits.shape
    return slice(y0, min(rows, y0 + _even(y + height + _MARGIN - y0))), slice(
        x0, min(columns, x0 + _even(x + width + _MARGIN - x0))
    )


def _even(length: int) -> int:
    return -(-length // _SHRINK) * _SHRINK


def _guided(colours: NDArray[np.float32], mask: Plane) -> Plane:
    """The mask as what is linear, in every window, in blue, green and red."""
    height, width = mask.shape
    small = (width // _SHRINK, height // _SHRINK)
    guide = cv2.resize(colours, small, interpolation=cv2.INTER_AREA)
    wanted = cv2.resize(mask, small, interpolation=cv2.INTER_AREA)
    mean, mean_wanted = _blurred(guide), _blurred(wanted)
    together = _blurred(guide * wanted[..., None]) - mean * mean_wanted[..., None]
    slopes = _solved(_spread(guide, mean), together)
    offset = mean_wanted - (slopes * mean).sum(axis=2)
    planes = _blurred(np.dstack([slopes, offset]))
    fine = cv2.resize(planes, (width, height), interpolation=cv2.INTER_LINEAR)
    sums = cv2.transform(fine[..., :3] * colours, np.ones((1, 3), np.float32))
    filtered: Plane = sums.reshape(height, width) + fine[..., 3]
    return filtered


def _blurred(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    blurred: NDArray[np.float32] = cv2.blur(planes, _WINDOW)
    return blurred


def _spread(guide: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """(6, h, w): how the colours vary in every window, the upper half of a symmetric matrix."""
    pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    products = np.dstack([guide[..., one] * guide[..., other] for one, other in pairs[:3]])
    more = np.dstack([guide[..., one] * guide[..., other] for one, other in pairs[3:]])
    spread = np.concatenate([_blurred(products), _blurred(more)], axis=2).transpose(2, 0, 1)
    for place, (one, other) in enumerate(pairs):
        spread[place] -= mean[..., one] * mean[..., other]
        if one == other:
            spread[place] += _EPSILON
    return spread


def _solved(spread: NDArray[np.float32], together: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w, 3): the slopes, by Cramer's rule."""
    bb, bg, br, gg, gr, rr = spread
    bb_, bg_, br_ = gg * rr - gr * gr, br * gr - bg * rr, bg * gr - br * gg
    gg_, gr_, rr_ = bb * rr - br * br, bg * br - bb * gr, bb * gg - bg * bg
    blue, green, red = together.transpose(2, 0, 1)
    slopes = np.dstack(
        [
            bb_ * blue + bg_ * green + br_ * red,
            bg_ * blue + gg_ * green + gr_ * red,
            br_ * blue + gr_ * green + rr_ * red,
        ]
    )
    determinant = bb * bb_ + bg * bg_ + br * br_
    solved: NDArray[np.float32] = slopes / determinant[..., None]
    return solved
