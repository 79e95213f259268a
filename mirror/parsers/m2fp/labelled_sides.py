"""Left and right of landmarks, as the label map has them."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap, LabelSet
from mirror.core.skeleton import LANDMARKS
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.limb_pairs import ARMS, LEGS

_SURE = 0.5  # a landmark's score from which its place says something
_CLEAR = 2  # landmarks by which the labels must be for an exchange
_LIMBS = (  # where a group's landmarks lie on labels of a side
    (ARMS, ("elbow", "wrist"), ("arm",)),
    (LEGS, ("knee", "ankle", "heel", "foot_index"), ("leg", "shoe")),
)
Places = NDArray[np.intp]


class LabelledSides:
    """Exchanges arms or legs of landmarks that lie on labels of the other side.

    Both networks guess which side is which where a body is seen from behind. A label map and
    landmarks that contradict one another would be worse than either.

    Args:
        parts: that the label map is of.
    """

    def __init__(self, parts: LabelSet) -> None:
        self._groups = [
            (group.all, _landmarks(joints), _labels(parts, names))
            for group, joints, names in _LIMBS
        ]

    def __call__(
        self, estimate: PoseEstimate, labels: LabelMap, origin: tuple[int, int] = (0, 0)
    ) -> PoseEstimate:
        """Return what was seen under the names that the labels give it.

        Args:
            estimate: of one person.
            labels: (h, w) uint8.
            origin: x and y in the picture where the labels begin.
        """
        joints, world = estimate.joints.copy(), estimate.world.copy()
        for exchanged, landmarks, sides in self._groups:
            found = _labels_at(joints, landmarks, labels, origin)
            straight, crossed = (
                int(sum(np.isin(found[side], names).sum() for side, names in enumerate(order)))
                for order in (sides, sides[::-1])
            )
            if crossed - straight >= _CLEAR:
                for points in (joints, world):
                    points[exchanged] = points[exchanged[::-1]]
        return dataclasses.replace(estimate, joints=joints, world=world)


def _landmarks(joints: tuple[str, ...]) -> Places:
    """(2, N): places of the left side's landmarks, and of the right side's."""
    return np.array(
        [[LANDMARKS.index(f"{side}_{joint}") for joint in joints] for side in ("left", "right")]
    )


def _labels(parts: LabelSet, names: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """The ids of a left limb, and of a right one."""
    left, right = (
        [id for id, part in enumerate(parts.names) if part in {f"{side}-{name}" for name in names}]
        for side in ("left", "right")
    )
    return left, right


def _labels_at(
    joints: NDArray[np.float32], landmarks: Places, labels: LabelMap, origin: tuple[int, int]
) -> LabelMap:
    """(2, N) label under each landmark; 0 where it is not seen, or outside."""
    height, width = labels.shape
    points = joints[landmarks]
    columns = np.floor(points[..., 0] - origin[0]).astype(int)
    rows = np.floor(points[..., 1] - origin[1]).astype(int)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    inside &= points[..., 2] >= _SURE
    found = labels[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)]
    return np.where(inside, found, np.uint8(0))
