"""From scores on a coarse grid to a label map of the picture's own size, with little enlarging."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap
from mirror.parsers.m2fp.preprocessing import Placement

CELL = 4  # pixels of the network's input that one cell of a mask covers, each way
Plane = NDArray[np.float32]  # (h, w), one value a pixel of the network's input
Span = tuple[int, int]  # from, to (exclusive)

_MARGIN = 2  # pixels around: one that values between two reach to, one that they are made from


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """Labels, of which each pixel goes to that with the highest plane.

    Attributes:
        labels: ascending.
        planes: one (h, w) float32 plane a label, of the network's input size; read once.
        cells: one (h / 4, w / 4) bool plane a label: in other cells no pixel is won by it.
    """

    labels: Sequence[int]
    planes: Iterable[Plane]
    cells: Sequence[NDArray[np.bool_]] | NDArray[np.bool_]


def label_map(contest: Contest, placement: Placement) -> LabelMap:
    """Return (H, W) uint8: for each pixel the label of the plane that is highest there.

    The output is that of enlarging the inside of every plane to the picture's size, bilinearly. But
    a plane is only enlarged round the cells where it can win.

    Args:
        contest: in the network's input.
        placement: where in the input the picture lies.
    """
    x0, y0, x1, y1 = placement.inside
    shape = (placement.height, placement.width)
    if len(contest.labels) == 1:
        return np.full(shape, contest.labels[0], np.uint8)
    result, best = np.zeros(shape, np.uint8), np.full(shape, -np.inf, np.float32)
    for label, plane, cells in zip(contest.labels, contest.planes, contest.cells, strict=True):
        window = _window(cells, placement)
        if window is None:
            continue
        fine = window.enlarged(plane[y0:y1, x0:x1])
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


def _window(cells: NDArray[np.bool_], placement: Placement) -> _Window | None:
    """The window round the cells that are set; None where none lies in the picture."""
    left, top, across, down = (CELL * of for of in cv2.boundingRect(cells.view(np.uint8)))
    x0, y0, x1, y1 = placement.inside
    columns = (max(left - _MARGIN, x0) - x0, min(left + across + _MARGIN, x1) - x0)
    rows = (max(top - _MARGIN, y0) - y0, min(top + down + _MARGIN, y1) - y0)
    if across == 0 or columns[0] >= columns[1] or rows[0] >= rows[1]:
        return None
    y_spans = _snapped(rows, y1 - y0, placement.height)
    x_spans = _snapped(columns, x1 - x0, placement.width)
    return _Window((y_spans[0], x_spans[0]), (y_spans[1], x_spans[1]))


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
