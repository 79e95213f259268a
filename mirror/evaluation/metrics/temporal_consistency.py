"""Whether parts keep their label while they move."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap
from pipeline.frame import BGR


class LabelFlow:
    """Carries each frame's parts along the optical flow to the next, and compares.

    The share of pixels that have a part in both which have the same. Lai et al. ("Learning Blind
    Video Temporal Consistency", ECCV 2018) compare frames warped by flow in this way; here it is
    labels. OpenCV's DIS flow (Kroeger et al., ECCV 2016), preset medium, at the picture's size.
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._before: tuple[NDArray[np.uint8], LabelMap] | None = None

    def kept(self, image: BGR, parts: LabelMap) -> float | None:
        """Return the share of labels kept since the last frame; None at the first, and of nobody.

        Args:
            image: (H, W, 3) uint8 BGR; frames in order.
            parts: (H, W) uint8, 0 nobody.
        """
        grey: NDArray[np.uint8] = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        before, self._before = self._before, (grey, parts)
        if before is None or before[0].shape != grey.shape:
            return None
        carried = _carried(before[1], self._flow.calc(grey, before[0], None))
        return share_kept(carried, parts)


def share_kept(carried: LabelMap, parts: LabelMap) -> float | None:
    """Return the share of equal labels among pixels that have one in both; None if none has."""
    both = (carried > 0) & (parts > 0)
    count = np.count_nonzero(both)
    return float(np.count_nonzero(carried[both] == parts[both]) / count) if count else None


def _carried(labels: LabelMap, back: NDArray[np.float32]) -> LabelMap:
    """Labels of the frame before, at the place that each pixel of this one came from."""
    height, width = labels.shape
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype="f4"))
    carried: LabelMap = cv2.remap(
        labels, columns + back[..., 0], rows + back[..., 1], cv2.INTER_NEAREST, borderValue=0
    )
    return carried
