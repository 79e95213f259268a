"""Pictures with texture, which optical flow can follow."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.frame import BGR


def textured(height: int, width: int) -> BGR:
    cells = (max(1, height // 20), max(1, width // 20), 3)
    noise = np.random.default_rng(0).integers(0, 256, cells).astype(np.uint8)
    picture: BGR = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return picture


def moved(picture: BGR, right: int, down: int) -> BGR:
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    shifted: BGR = cv2.warpAffine(
        picture, matrix, picture.shape[1::-1], borderMode=cv2.BORDER_REFLECT
    )
    return shifted
