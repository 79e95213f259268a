"""How far two masks agree by area."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def iou(truth: Mask, found: Mask, judged: Mask | None = None) -> float:
    """Return the intersection over the union, 0-1; 1 where both are empty.

    The Jaccard index, as in the PASCAL VOC challenge (Everingham et al., IJCV 2010) and, with
    two empty masks counted as equal, DAVIS (Perazzi et al., CVPR 2016), which calls it J.

    Args:
        truth: (H, W).
        found: (H, W).
        judged: (H, W), which pixels count; None: all.
    """
    if judged is not None:
        truth, found = truth & judged, found & judged
    union = np.count_nonzero(truth | found)
    return 1.0 if union == 0 else np.count_nonzero(truth & found) / union
