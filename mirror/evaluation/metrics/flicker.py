"""How much an edge changes from frame to frame beyond the motion of the picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.evaluation.metrics.boundary import boundary, davis_radius
from pipeline.frame import BGR


class EdgeFlicker:
    """Carries each frame's matte along the optical flow to the next, and compares near the edge.

    Lai et al. ("Learning Blind Video Temporal Consistency", ECCV 2018) compare frames warped by
    flow in this way; here it is mattes, within DAVIS's tolerance of either edge. OpenCV's DIS flow,
    preset medium, at the picture's size. Where the flow errs, truth itself flickers: judge it, too.
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._before: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None

    def flickered(self, image: BGR, alpha: NDArray[np.uint8]) -> float | None:
        """Return the mean change, 0-1, since the last frame; None at the first, and of nobody.

        Args:
            image: (H, W, 3) uint8 BGR; frames in order.
            alpha: (H, W) uint8, 0 nobody, 255 somebody.
        """
        grey: NDArray[np.uint8] = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        before, self._before = self._before, (grey, alpha)
        if before is None or before[0].shape != grey.shape:
            return None
        carried = _carried(before[1], self._flow.calc(grey, before[0], None))
        side = 2 * davis_radius(*alpha.shape) + 1
        edges = (boundary(alpha > 127) | boundary(carried > 127)).astype(np.uint8)
        near = cv2.dilate(edges, np.ones((side, side), np.uint8)) > 0
        if not near.any():
            return None
        return float(cv2.absdiff(alpha, carried)[near].mean() / 255)


def _carried(alpha: NDArray[np.uint8], back: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The matte of the frame before, at the place that each pixel of this one came from."""
    height, width = alpha.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype="f4"))
    moved = cv2.remap(alpha, columns + back[..., 0], rows + back[..., 1], cv2.INTER_LINEAR)
    return np.asarray(moved, np.uint8)
