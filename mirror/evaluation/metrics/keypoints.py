"""How far joints lie from where they are labelled."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import COCO_OTHER_SIDE

Points = NDArray[np.float64]  # (17, 3): x, y in pixels, and a flag or a score; COCO's order

# https://cocodataset.org/#keypoints-eval: how far annotators differ, per joint, by the person's
# size; in COCO's order
SIGMAS = np.array(
    [.026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087,
     .089, .089]
)  # fmt: skip
_SHOULDER, _OPPOSITE_HIP = 5, 12  # left and right
_NEAR = 0.2  # of the torso


def oks(truth: Points, area: float, found: Points) -> float:
    """Return the object keypoint similarity, 0-1, over the labelled joints; NaN if none is.

    COCO's (Lin et al.; ``computeOks`` of pycocotools): the mean of exp(-d² / 2 s² k²), d the
    distance, s² the person's area, k twice the joint's sigma. A joint that is not told is far off.

    Args:
        truth: its flags above 0 mark labelled joints, hidden ones too.
        area: of the person's segment, in pixels.
        found: NaN where a joint is not told.
    """
    labelled = truth[:, 2] > 0
    if not labelled.any():
        return float("nan")
    squares = ((truth[:, :2] - found[:, :2]) ** 2).sum(axis=1)
    exponents = squares / (2 * (2 * SIGMAS) ** 2 * (area + np.spacing(1)))
    likenesses = np.where(np.isnan(exponents), 0.0, np.exp(-exponents))
    return float(likenesses[labelled].mean())


def torso(truth: Points) -> float | None:
    """Return the torso's diameter: left shoulder to right hip; None where one is not labelled.

    What Toshev and Szegedy (DeepPose, CVPR 2014) and Sapp and Taskar (MODEC, CVPR 2013) measure by.
    """
    ends = truth[[_SHOULDER, _OPPOSITE_HIP]]
    if not (ends[:, 2] > 0).all():
        return None
    return float(np.hypot(*(ends[0, :2] - ends[1, :2])))


def near_joints(truth: Points, found: Points) -> NDArray[np.bool_] | None:
    """Return for each labelled joint whether it lies within 0.2 torso diameters, in order.

    PCK@0.2 is the share of such (Yang and Ramanan, PAMI 2013, with the torso as DeepPose has it).
    None where the torso is not labelled.
    """
    diameter = torso(truth)
    if diameter is None:
        return None
    labelled = truth[:, 2] > 0
    apart = np.hypot(*(truth[labelled, :2] - found[labelled, :2]).T)
    return np.asarray(apart <= _NEAR * diameter)


def joints_exchanged(truth: Points, area: float, found: Points) -> bool:
    """Whether left and right agree better the other way round."""
    return oks(truth, area, found[COCO_OTHER_SIDE]) > oks(truth, area, found)


def pair_up(similarities: NDArray[np.float64]) -> list[int]:
    """Return for each row the column that it is paired with, or -1; the likest first.

    Args:
        similarities: (truths, found), 0-1; none pairs at 0.
    """
    left, paired = similarities.copy(), [-1] * len(similarities)
    while left.size and left.max() > 0:
        row, column = np.unravel_index(int(left.argmax()), left.shape)
        paired[int(row)] = int(column)
        left[row, :] = left[:, column] = 0
    return paired
