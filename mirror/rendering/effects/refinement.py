"""Edges of a matte as fine as the picture shows them, and steady from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.rendering.effects.local_colours import (
    LocalColours,
    Side,
    local_colours,
    sampled,
    step_for,
)
from mirror.rendering.effects.matte import Box, Matte
from pipeline.frame import BGR

Floats = NDArray[np.float32]

_NOISE = 100.0  # added to a variance: what a camera's noise and a texture too fine to see come to
_TRUST = 1 / 6  # of what colours say, in logits; neighbouring pixels repeat each other
_MOST = 1.25  # logits by which colours can move an edge
_ROUND = 2  # cells round a pixel's in which an edge is narrow or wide
_REACH = 8  # and pixels at least
_NARROW, _WIDE = 0.45, 0.75  # the share of them that is edge, where it is wide at first, and fully
_DECIDED = 4.0  # by which logits grow where an edge is wide, and what is there unknown
_ENOUGH = 0.1  # the share of a neighbourhood that must be known for its colours to count fully
_HELD = 0.5  # of an edge's last value that stays where the picture has not changed
_CHANGE = 8.0  # grey levels of change in each channel at which a third of that stays
_SMALL = 2  # pixels of a cell whose colours count alone: in between, edges would be no better
_FOLD = 1024

_SHARES = np.clip(np.arange(256, dtype=np.float32) / 255, 0.004, 0.996)
_LOGITS = np.log(_SHARES / (1 - _SHARES))


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """The N pixels of a picture that are neither wholly somebody's nor wholly the background's.

    Attributes:
        at: (N,) intp, their places in the flattened picture.
        colour: (N, 3) float32 BGR, of the picture.
        own: (N, 3) float32, the mean colour of people near each.
        behind: (N, 3) float32, the mean colour of the background near each.
        said: (N,) float32, how much likelier each pixel's colour is somebody's, in logits.
        width: (N,) float32 0-1, the share of the pixels round each that are of the edge, too.
    """

    at: NDArray[np.intp]
    colour: Floats
    own: Floats
    behind: Floats
    said: Floats
    width: Floats


def edge_of(image: BGR, matte: Matte, box: Box) -> Edge | None:
    """Return the edge of a matte in a box, and what colours lie on its sides; None: it has none.

    Args:
        image: (H, W, 3) uint8 BGR, contiguous.
        matte: (H, W) uint8.
        box: rows and columns round people.
    """
    step = step_for(*matte.shape)
    box = _in_steps(box, step, *matte.shape)
    unsure = np.asarray(cv2.inRange(matte[box], 1, 254), np.uint8)
    found = cv2.findNonZero(unsure)
    if found is None:
        return None
    columns, rows = found.reshape(-1, 2).astype(np.intp).T
    sides = local_colours(image[box], matte[box], step)
    places = _Places(rows, columns, step)
    own, behind = places.of(sides.own.mean), places.of(sides.behind.mean)
    at = (rows + box[0].start) * matte.shape[1] + columns + box[1].start
    colour = image.reshape(-1, 3).take(at, axis=0).astype(np.float32)
    square, linear, constant = (places.of(plane) for plane in _likelihood(sides))
    square *= colour
    square += linear
    said = np.einsum("ij,ij->i", square, colour)
    said += constant
    return Edge(at, colour, own, behind, said, places.of(_shares_round(unsure, step)))


def refined(matte: Matte, edge: Edge) -> Floats:
    """Return how much of each pixel along an edge is somebody's, 0-255, by its colour too.

    Each side's colours near a pixel are taken as normal, each channel by itself; how much likelier
    the pixel's is on one side moves the matte's logit a little (local classifiers as in Bai et al.,
    "Video SnapCut", SIGGRAPH 2009, with the network's mask in place of their shape model). Only a
    little: what a person wears may look like what is behind, and fine texture like neither.
    """
    logit = _LOGITS.take(matte.reshape(-1).take(edge.at))
    logit += np.clip(edge.said, -_MOST, _MOST)
    wide = np.clip((edge.width - _NARROW) / (_WIDE - _NARROW), 0, 1)
    logit *= 1 + (_DECIDED - 1) * wide
    return np.asarray(255 / (1 + np.exp(-logit)), np.float32)


class _Places:
    """Where N pixels lie among cells, to read planes of these there: in between, both count.

    What only its own cell says would be seen as squares, unless a cell is too small for that.

    Args:
        rows: (N,) of the pixels.
        columns: (N,) of the pixels.
        step: pixels of the picture that a cell is wide and high.
    """

    def __init__(self, rows: NDArray[np.intp], columns: NDArray[np.intp], step: int) -> None:
        self._count = len(rows)
        self._x, self._y = (self._folded(one, step) for one in (columns, rows))

    def of(self, plane: Floats) -> Floats:
        """Return what a plane, (h, w) or (h, w, 3), says there: (N,) or (N, 3)."""
        read = cv2.remap(plane, self._x, self._y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        said: Floats = read.reshape(-1, *plane.shape[2:])[: self._count]
        return said

    def _folded(self, pixels: NDArray[np.intp], step: int) -> Floats:
        """In cells, several to a row: OpenCV takes no more than 32,767 rows or columns."""
        folded = np.zeros((-(-self._count // _FOLD), _FOLD), np.float32)
        places = folded.reshape(-1)[: self._count]
        if step <= _SMALL:
            places[:] = pixels // step
        else:
            places[:] = pixels - step // 2  # where cells are sampled
            places /= step
        return folded


class SteadyEdges:
    """Holds the edges of a matte still where the picture holds still; one of a lane."""

    def __init__(self) -> None:
        self._last: tuple[BGR, Matte] | None = None

    def steadied(self, matte: Matte, edge: Edge, values: Floats) -> Floats:
        """Return the values of an edge's pixels, mixed with what was there a frame ago."""
        if self._last is None or self._last[1].shape != matte.shape:
            return values
        image, held = (array.reshape(-1, *array.shape[2:]) for array in self._last)
        change = image.take(edge.at, axis=0) - edge.colour
        square = np.einsum("ij,ij->i", change, change)
        kept = np.float32(_HELD) * np.exp(square * np.float32(-1 / (3 * _CHANGE**2)))
        return np.asarray(values + kept * (held.take(edge.at) - values), np.float32)

    def remember(self, image: BGR, matte: Matte) -> None:
        """Take in a frame; neither array is written into from then on."""
        self._last = image, matte

    def forget(self) -> None:
        """Have the next frame be the first."""
        self._last = None


def _in_steps(box: Box, step: int, height: int, width: int) -> Box:
    """A box enlarged to whole cells, which are averaged at a fraction of the cost."""
    rows, columns = box
    return (
        slice(rows.start // step * step, min(height, -(-rows.stop // step) * step)),
        slice(columns.start // step * step, min(width, -(-columns.stop // step) * step)),
    )


def _likelihood(colours: LocalColours) -> tuple[Floats, Floats, Floats]:
    """(h, w, 3), (h, w, 3), (h, w): how much likelier a x² + b x + c a colour is somebody's.

    a and b are of each channel; the logarithms of two normal densities, less each other.
    """
    own, behind = colours.own, colours.behind
    trust = np.minimum(np.minimum(own.known, behind.known) * (_TRUST / _ENOUGH), _TRUST)
    (a, b, c), (d, e, f) = _density(own), _density(behind)
    for mine, other in ((a, d), (b, e), (c, f)):
        mine -= other
        mine *= trust if mine.ndim == 2 else trust[:, :, None]
    return a, b, c


def _shares_round(unsure: Matte, step: int) -> Floats:
    """(h, w): how much of what is round each cell is edge, 0-1."""
    middles = sampled(unsure, step // 2, step)  # stand for their cells, as with colours
    radius = max(_ROUND, -(-_REACH // step))
    window = (2 * radius + 1, 2 * radius + 1)
    return np.asarray(
        cv2.blur(middles.astype(np.float32) * np.float32(1 / 255), window), np.float32
    )


def _density(side: Side) -> tuple[Floats, Floats, Floats]:
    """A normal density's logarithm as a x² + b x + c, but for a constant."""
    inverse: Floats = np.reciprocal(side.variance + np.float32(_NOISE))
    linear: Floats = side.mean * inverse
    blue, green, red = cv2.split(inverse)
    constant: Floats = np.log(blue * green * red) - np.einsum("ijk,ijk->ij", linear, side.mean)
    constant *= np.float32(0.5)
    inverse *= np.float32(-0.5)
    return inverse, linear, constant
