"""Which class was taken for which, over many pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap
from mirror.evaluation.truth import UNJUDGED


class Confusion:
    """Counts pixels by true and by found class.

    Attributes:
        counts: (N, N + 1) int64, the row is the truth; in the last column is found none of the N.
    """

    def __init__(self, classes: int) -> None:
        self.counts = np.zeros((classes, classes + 1), np.int64)

    def add(self, truth: LabelMap, found: LabelMap) -> None:
        """Count a picture's pixels, where the truth is not 255."""
        rows, columns = self.counts.shape
        judged = truth != UNJUDGED
        pairs = truth[judged].astype(np.intp) * columns + np.minimum(found[judged], rows)
        self.counts += np.bincount(pairs, minlength=rows * columns).reshape(rows, columns)

    def ious(self) -> NDArray[np.float64]:
        """Return the IoU of each class, (N,); NaN for one that is neither there nor found.

        Over all pixels of all pictures together, as the segmentation challenge of PASCAL VOC has it
        (Everingham et al., IJCV 2015), and with it LIP, CIHP and Pascal-Person-Part.
        """
        both = np.diag(self.counts).astype(np.float64)
        union = self.counts.sum(axis=0)[:-1] + self.counts.sum(axis=1) - both
        with np.errstate(invalid="ignore"):
            return np.asarray(both / union)

    def mean_iou(self) -> float | None:
        """Return the mean of ``ious`` over the classes that are there or found, background too."""
        ious = self.ious()
        return float(np.nanmean(ious)) if np.isfinite(ious).any() else None

    def pixel_accuracy(self) -> float | None:
        """Return the share of all judged pixels that have their class, 0-1; None without any."""
        total = self.counts.sum()
        return float(np.trace(self.counts) / total) if total else None

    def mean_accuracy(self) -> float | None:
        """Return the mean over classes of the share of their pixels that was found, 0-1."""
        there = self.counts.sum(axis=1)
        recalls = np.diag(self.counts)[there > 0] / there[there > 0]
        return float(recalls.mean()) if len(recalls) else None


def sides_exchanged(
    truth: LabelMap, found: LabelMap, pairs: Sequence[tuple[int, int]]
) -> bool | None:
    """Whether left and right agree better the other way round; None where no side can be told.

    Args:
        truth: (H, W) uint8, 255 not judged.
        found: (H, W) uint8.
        pairs: ids of a left part and its right one.
    """
    straight = crossed = 0
    for left, right in pairs:
        for one, other in ((left, right), (right, left)):
            there = truth == one
            straight += int(np.count_nonzero(found[there] == one))
            crossed += int(np.count_nonzero(found[there] == other))
    return None if straight == crossed == 0 else bool(crossed > straight)
