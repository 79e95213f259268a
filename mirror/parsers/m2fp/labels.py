"""From scores on a coarse grid to a label map of the picture's own size, with little enlarging."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.parsers.m2fp.pictures import Placement
from mirror.parts import LabelMap

Plane = NDArray[np.float32]  # (h, w), one value a pixel of the network's input
Span = tuple[int, int]  # from, to (exclusive)

_AROUND = np.ones((3, 3), np.uint8)


def label_map(
    labels: Sequence[int], planes: Sequence[Plane] | NDArray[np.float32], placement: Placement
) -> LabelMap:
    """Return (H, W) uint8: for each pixel the label of the plane that is highest there.

    The answer is that of enlarging the inside of every plane to the picture's size, bilinearly. But
    a plane is only enlarged where it can win: between pixels no value is higher than the highest
    pixel around, nor lower than the lowest.

    Args:
        labels: ascending.
        planes: one (h, w) float32 plane a label, of the network's input size.
        placement: where in the input the picture lies.
    """
    x0, y0, x1, y1 = placement.inside
    insides = [np.ascontiguousarray(plane[y0:y1, x0:x1]) for plane in planes]
    shape = (placement.height, placement.width)
    if len(labels) == 1:
        return np.full(shape, labels[0], np.uint8)
    result, best = np.zeros(shape, np.uint8), np.full(shape, -np.inf, np.float32)
    surpassed = cv2.erode(insides[0], _AROUND)
    for inside in insides[1:]:
        surpassed = cv2.max(surpassed, cv2.erode(inside, _AROUND))
    for label, inside in zip(labels, insides, strict=True):
        possible = cv2.compare(cv2.dilate(inside, _AROUND), surpassed, cv2.CMP_GE)
        window = _window(possible, placement)
        if window is None:
            continue
        fine = window.enlarged(inside)
        there = window.in_picture
        higher = cv2.compare(fine, best[there], cv2.CMP_GT)
        np.putmask(result[there], higher, label)
        np.maximum(best[there], fine, out=best[there])
    return result


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of the input's inside, and the part of the picture that it covers exactly."""

    inside: tuple[slice, slice]
    in_picture: tuple[slice, slice]

    def enlarged(self, inside: Plane) -> Plane:
        """Return this part of a plane at the picture's scale."""
        part = inside[self.inside]
        down, across = (span.stop - span.start for span in self.in_picture)
        return part if part.shape == (down, across) else resized(part, down, across)


def resized(plane: Plane, height: int, width: int) -> Plane:
    """Return a plane at another size, bilinear, (height, width) float32."""
    return np.asarray(
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR), np.float32
    )


def _window(possible: NDArray[np.uint8], placement: Placement) -> _Window | None:
    """The window round the pixels that are set, with one more pixel on each side."""
    left, top, across, down = cv2.boundingRect(possible)
    if across == 0:
        return None
    height, width = possible.shape
    rows = _snapped((top - 1, top + down + 1), height, placement.height)
    columns = _snapped((left - 1, left + across + 1), width, placement.width)
    return _Window((rows[0], columns[0]), (rows[1], columns[1]))


def _snapped(span: Span, ours: int, theirs: int) -> tuple[slice, slice]:
    """Widen a span of our pixels until it covers whole ones of theirs; return both.

    A part is only enlarged as the whole would be where the sides of both are in the same ratio.
    """
    steps = math.gcd(ours, theirs)
    our_step, their_step = ours // steps, theirs // steps
    first, last = max(0, span[0] // our_step), min(steps, -(-span[1] // our_step))
    return (
        slice(first * our_step, last * our_step),
        slice(first * their_step, last * their_step),
    )
