"""Putting people before another background, without a rim of the old one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mirror.core.parsing import Parsing
from mirror.rendering.effects.matte import Box, Matte, box_of, matte_of
from mirror.rendering.effects.refinement import Edge, Floats, SteadyEdges, edge_of, refined
from pipeline.frame import BGR

_RIM = np.ones((5, 5), np.uint8)  # pixels of the picture in which an edge mixes both sides


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """People cut out of a picture: whose pixels they are, and what colours they have.

    Attributes:
        matte: (H, W) uint8.
        box: rows and columns round them; None: nobody is there.
        edge: the pixels along their edges; None: there are none.
    """

    matte: Matte
    box: Box | None = None
    edge: Edge | None = None


class Cutter:
    """Cuts people out of one picture after the other, in order; one of a lane.

    Args:
        refine: look at the picture for finer edges than the parser's.
    """

    def __init__(self, refine: bool = True) -> None:
        self._refine = refine
        self._edges = SteadyEdges()

    def cut(self, image: BGR, parsing: Parsing) -> Cutout:
        """Return everybody of a parsing, cut out of its picture, (H, W, 3) uint8 BGR."""
        matte = matte_of(parsing)
        box = box_of(matte)
        edge = None if box is None else edge_of(image, matte, box)
        if edge is not None and self._refine:
            values = self._edges.steadied(matte, edge, refined(matte, edge))
            matte.reshape(-1)[edge.at] = values.astype(np.uint8)
        self._edges.remember(image, matte)
        return Cutout(matte, box, edge)

    def end_scene(self) -> None:
        """Forget what came before."""
        self._edges.forget()


def composed(image: BGR, cutout: Cutout, background: BGR, reuse: bool = False) -> BGR:
    """Return people before a background, (H, W, 3) uint8 BGR.

    Args:
        image: the picture, (H, W, 3) uint8 BGR.
        cutout: whose pixels they are.
        background: of the same size.
        reuse: write into the background; otherwise the picture is a new one.
    """
    result = background if reuse else background.copy()
    box, edge = cutout.box, cutout.edge
    if box is None:
        return result
    cv2.copyTo(image[box], cv2.compare(cutout.matte[box], 255, cv2.CMP_EQ), result[box])
    if edge is not None:
        alpha, theirs = unmixed(cutout.matte, edge)
        pixels = result.reshape(-1, 3)
        there = pixels.take(edge.at, axis=0).astype(np.float32)
        there += alpha * (theirs - there)
        pixels[edge.at] = there.astype(np.uint8)
    return result


def unmixed(matte: Matte, edge: Edge) -> tuple[Floats, Floats]:
    """Return how much of an edge's pixels is people's, (N, 1) 0-1, and in what colour, (N, 3).

    Along an edge the picture mixes people's colours with those of the background. What is theirs
    is estimated from the mean colours of both sides, and corrected by what the two leave
    unexplained of the pixel (Forte, "Approximate Fast Foreground Colour
    Estimation", ICIP 2021).
    """
    share = matte.reshape(-1).take(edge.at).astype(np.float32)
    alpha: Floats = share[:, None] * np.float32(1 / 255)
    theirs = edge.own - edge.behind
    theirs *= -alpha
    theirs += edge.colour
    theirs -= edge.behind  # what the two leave unexplained
    theirs *= alpha
    theirs += edge.own
    return alpha, np.clip(theirs, 0, 255, out=theirs)


def without_people(image: BGR, matte: Matte, radius: int) -> BGR:
    """Return a picture blurred over a radius in pixels, in which no colour is people's.

    What is theirs counts nothing: each pixel is the mean of the background's round it.
    """
    height, width = matte.shape
    step = max(1, min(8, radius // 3))
    size = max(1, width // step), max(1, height // step)
    half = (width // 2, height // 2) if step > 1 else (width, height)  # much faster in two steps
    halved = cv2.resize(image, half, interpolation=cv2.INTER_LINEAR)
    small = cv2.resize(halved, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    theirs = cv2.dilate(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), _RIM)
    weight = 1 - theirs.astype(np.float32) / 255 + np.float32(1e-3)
    sigma = radius / step / 2
    blurred = cv2.GaussianBlur(small * weight[:, :, None], (0, 0), sigma)
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    plain = np.clip(blurred / total[:, :, None], 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(plain, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
