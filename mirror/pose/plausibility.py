"""Whether what one look saw fits together: landmarks on the mask, and a trunk of some width."""

from __future__ import annotations

import numpy as np

from mirror.core.skeleton import FROM_COCO, LANDMARKS
from mirror.pose.landmark_network import PoseEstimate
from mirror.tracking.crop import SIDE
from mirror.tracking.crop_planner import PersonCrop

_SEEN = 0.5  # visibility below which a joint may be anywhere
_ALONG = np.linspace(0.0, 1.0, 5, dtype=np.float32)[:, None, None]  # a bone, both ends included
_SHRUNK = 0.3  # of the width that the detector saw: less, and left and right are taken for one
_CLEAR = 0.3  # the detector's score below which a joint's place is a guess
_KNOWN = 0.3  # trust below which the detector's joints have gone astray
_PAIRS = np.array(
    [
        [LANDMARKS.index(f"{side}_{name}") for name in ("shoulder", "hip")]
        for side in ("left", "right")
    ]
)
_FOUND_PAIRS = np.array([[FROM_COCO.index(place) for place in side] for side in _PAIRS.tolist()])
_BONES = np.array(
    [
        [LANDMARKS.index(f"{side}_{name}") for name in bone]
        for side in ("left", "right")
        for bone in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
    ]
).T


def fit(estimate: PoseEstimate) -> float:
    """Return how much of the limbs that are seen lies on the person, 0-1; 1 where none is.

    Where the network cannot tell which limb is which, it answers with the middle between both,
    where none is. Its mask knows better.
    """
    one, other = estimate.joints[_BONES]
    is_seen = np.minimum(one[:, 2], other[:, 2]) >= _SEEN
    points = (one + (other - one) * _ALONG)[:, is_seen, :2].reshape(-1, 2)
    matrix = estimate.crop.from_image
    columns, rows = np.rint(points @ matrix[:, :2].T + matrix[:, 2]).astype(int).T
    is_inside = (np.minimum(columns, rows) >= 0) & (np.maximum(columns, rows) < SIDE)
    covered = estimate.mask[rows[is_inside], columns[is_inside]] > 0
    return float(covered.mean()) if covered.size else 1.0


def is_collapsed(estimate: PoseEstimate, person: PersonCrop) -> bool:
    """Whether shoulders or hips were seen in the middle between both.

    So the network answers where it cannot tell the front of somebody from the back. The detector,
    which sees the whole picture, has them apart then; from the side it has not.
    """
    if person.trust < _KNOWN:
        return False
    found = person.joints[_FOUND_PAIRS]
    is_clear = found[..., 2].min(axis=0) >= _CLEAR
    widths, known = (
        np.linalg.norm(pairs[0, :, :2] - pairs[1, :, :2], axis=-1)
        for pairs in (estimate.joints[_PAIRS], found)
    )
    return bool((is_clear & (widths < _SHRUNK * known)).any())
