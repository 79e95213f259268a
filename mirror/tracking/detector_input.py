"""Pictures as detectors take them: of the size they were trained for, padded to their stride."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from pipeline.frame import BGR


class DetectorInput(NamedTuple):
    """A picture made smaller or larger, in the upper left corner of a black one.

    Attributes:
        padded: (rows, columns, 3) uint8 BGR.
        height: rows of it that the picture fills.
        width: columns.
    """

    padded: BGR
    height: int
    width: int


def detector_input(image: BGR, side: int, stride: int, enlarging: int) -> DetectorInput:
    """Return a picture whose longer side has some pixels, padded.

    Args:
        image: (H, W, 3) uint8 BGR.
        side: pixels of the longer side.
        stride: the padded picture's sides are multiples of it.
        enlarging: OpenCV's way to interpolate a picture that is smaller than that.
    """
    scale = side / max(image.shape[:2])
    height, width = (max(1, round(length * scale)) for length in image.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else enlarging
    padded = np.zeros((-(-height // stride) * stride, -(-width // stride) * stride, 3), np.uint8)
    padded[:height, :width] = cv2.resize(image, (width, height), interpolation=how)
    return DetectorInput(padded, height, width)
