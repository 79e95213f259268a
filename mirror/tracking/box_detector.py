"""Finds boxes round people in a picture: NanoDet-g, trained on COCO's everyday pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import Box
from mirror.inference.onnx_session import load
from mirror.tracking.box_tracks import overlap
from mirror.tracking.detector_input import detector_input
from pipeline.frame import BGR

SIDE = 416  # the longer side that the network was trained for
_STRIDE = 32  # its input's sides are multiples of it
# config/nanodet-g.yml of github.com/RangiLyu/nanodet: per channel, blue first
_MEAN = (103.53, 116.28, 123.675)
_STD = np.array([57.375, 57.12, 58.395], np.float32)
_BINS = np.arange(11, dtype=np.float32)  # cells that an edge may be away from a cell's centre
_SAME = 0.6  # overlap from which two boxes are of one person, as in gfl_head.py there
Boxes = NDArray[np.float32]  # (N, 4): x0, y0, x1, y1
Scores = NDArray[np.float32]  # (N,)


class PersonBox(NamedTuple):
    """One person found.

    Attributes:
        box: x0, y0, x1, y1 in pixels of the picture.
        score: 0-1.
    """

    box: Box
    score: float


class BoxDetector:
    """Finds boxes round people; deterministic, without memory. One thread."""

    def __init__(self, threads: int = 1) -> None:
        self._session = load("nanodet", threads)

    def find(self, image: BGR, least_score: float, side: int = SIDE) -> list[PersonBox]:
        """Return the people in (H, W, 3) uint8 BGR, the surest first, each once.

        Args:
            image: the picture, or a part of it, in whose pixels boxes are given.
            least_score: of a box, 0-1.
            side: pixels that the longer side is brought to; the cost goes with its square.
        """
        padded = detector_input(image, side, _STRIDE, cv2.INTER_LINEAR).padded
        network_input = cv2.dnn.blobFromImage(padded, mean=_MEAN)
        network_input /= _STD[None, :, None, None]
        grids = self._session.run(None, {"image": network_input})
        found = [_of_grid(grid[0], len(padded), least_score) for grid in grids]
        boxes, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
        boxes *= np.float32(max(image.shape[:2]) / side)
        return once_each(
            [
                PersonBox((float(x0), float(y0), float(x1), float(y1)), float(score))
                for (x0, y0, x1, y1), score in zip(boxes, scores, strict=True)
            ]
        )


def once_each(found: Sequence[PersonBox]) -> list[PersonBox]:
    """Return those of some boxes that are the surest of a person, the surest first."""
    kept: list[PersonBox] = []
    for one in sorted(found, key=lambda one: -one.score):
        if all(overlap(one.box, other.box) < _SAME for other in kept):
            kept.append(one)
    return kept


def _of_grid(grid: NDArray[np.float32], rows: int, least_score: float) -> tuple[Boxes, Scores]:
    """The boxes that one grid of the network's answer tells, in pixels of its input.

    Args:
        grid: (45, rows, columns) logits: of a person, and for each edge of how many cells it is
            away.
        rows: pixels of the input.
        least_score: 0-1.
    """
    stride = rows / grid.shape[1]
    scores = 1 / (1 + np.exp(-grid[0]))
    y, x = np.nonzero(scores >= least_score)
    edges = grid[1:, y, x].reshape(4, len(_BINS), -1)
    shares = np.exp(edges - edges.max(axis=1, keepdims=True))
    away = np.einsum("b,ebn->en", _BINS, shares) / shares.sum(axis=1)
    left, top, right, bottom = away
    boxes = np.stack([x + 0.5 - left, y + 0.5 - top, x + 0.5 + right, y + 0.5 + bottom], axis=1)
    return (boxes * stride).astype(np.float32), scores[y, x]
