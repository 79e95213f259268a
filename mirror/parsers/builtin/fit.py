"""Whether the landmarks of one look fit the mask of the same look."""

from __future__ import annotations

import numpy as np

from mirror.parsers.builtin.crop import SIDE
from mirror.parsers.builtin.landmarks import Sighting
from mirror.parsers.builtin.skeleton import LANDMARKS

_SEEN = 0.5  # visibility below which a joint may be anywhere
_ALONG = np.linspace(0.0, 1.0, 5, dtype=np.float32)[:, None, None]  # a bone, both ends included
_BONES = np.array(
    [
        [LANDMARKS.index(f"{side}_{name}") for name in bone]
        for side in ("left", "right")
        for bone in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
    ]
).T


def fit(sighting: Sighting) -> float:
    """Return how much of the limbs that are seen lies on the person, 0-1; 1 where none is.

    Where the network cannot tell which limb is which, it answers with the middle between both,
    where none is. Its mask knows better.
    """
    one, other = sighting.joints[_BONES]
    is_seen = np.minimum(one[:, 2], other[:, 2]) >= _SEEN
    points = (one + (other - one) * _ALONG)[:, is_seen, :2].reshape(-1, 2)
    matrix = sighting.crop.from_image
    columns, rows = np.rint(points @ matrix[:, :2].T + matrix[:, 2]).astype(int).T
    is_inside = (np.minimum(columns, rows) >= 0) & (np.maximum(columns, rows) < SIDE)
    covered = sighting.mask[rows[is_inside], columns[is_inside]] > 0
    return float(covered.mean()) if covered.size else 1.0
