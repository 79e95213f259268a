"""What a slow parsing says of each person, ready to be looked up by body coordinates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import UNASSIGNED, InstanceMap, matched
from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing
from mirror.propagation.body_warp import BodyWarp
from mirror.propagation.bones import Bones, Joints

_CELLS = 48  # of the coarse grid along a person's longer side
_LEAST = 16  # labelled pixels of a person below which there is nothing to carry
_SAME = 0.3  # share of a slow parser's person that must be the carrier's, to be the same

Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the frame, the far edges exclusive


@dataclass(frozen=True, slots=True, eq=False)
class KeyPerson:
    """One person of a slow parsing.

    Attributes:
        labels: (h, w) uint8 of the box round them: their own labels, and beyond them the nearest,
            so that every place has one.
        bones: their body, in pixels of that box.
    """

    labels: LabelMap
    bones: Bones

    def on(self, joints: Joints, box: Box) -> LabelMap:
        """Return the labels of a box round the same person in another pose.

        Args:
            joints: (33, 3), the pose.
            box: of the frame in which it is.
        """
        x0, y0, x1, y1 = box
        height, width = y1 - y0, x1 - x0
        step = max(1, -(-max(height, width) // _CELLS))
        rows, columns = -(-height // step), -(-width // step)
        middle = (step - 1) / 2
        xs = np.arange(columns, dtype=np.float32) * step + np.float32(x0 + middle)
        ys = np.arange(rows, dtype=np.float32) * step + np.float32(y0 + middle)
        x, y, _ = BodyWarp(Bones.of(joints), self.bones).places(xs, ys)
        fine = columns * step, rows * step
        x, y = (cv2.resize(grid, fine)[:height, :width] for grid in (x, y))
        found: LabelMap = cv2.remap(
            self.labels, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
        )
        return found


def key_people(
    parsing: Parsing, instances: InstanceMap, joints: Mapping[int, Joints]
) -> dict[int, KeyPerson]:
    """Return everybody of a slow parsing whom the carrier knows, by the carrier's instance.

    Args:
        parsing: the slow parser's.
        instances: (H, W) the carrier's, of the same frame.
        joints: the carrier's instance -> (33, 3) their landmarks.
    """
    owners = _owners(parsing, instances)
    people = {}
    for instance, landmarks in joints.items():
        mine: NDArray[np.uint8] = cv2.compare(owners, instance, cv2.CMP_EQ)
        x, y, width, height = cv2.boundingRect(mine)
        if not width:
            continue
        box = slice(y, y + height), slice(x, x + width)
        labels = _filled(parsing.labels[box], mine[box])
        if labels is not None:
            people[instance] = KeyPerson(labels, Bones.of(landmarks).moved((x, y)))
    return people


def _owners(parsing: Parsing, instances: InstanceMap) -> InstanceMap:
    """Whose every labelled pixel is, as the carrier numbers people."""
    if not parsing.people:
        return matched(parsing.labels, instances)
    owners = np.zeros_like(instances)
    for person in parsing.people:
        theirs = parsing.instances == person.instance
        counts = np.bincount(instances[theirs].ravel(), minlength=1)
        counts[0] = 0
        best = int(counts.argmax())
        is_same = counts[best] > _SAME * np.count_nonzero(theirs)
        owners[theirs] = best if is_same else UNASSIGNED
    return owners


def _filled(labels: LabelMap, mine: NDArray[np.uint8]) -> LabelMap | None:
    """One person's labels, and beyond them the nearest of these; None where there are too few."""
    outside = cv2.bitwise_not(cv2.bitwise_and(mine, cv2.compare(labels, 0, cv2.CMP_GT)))
    inside = outside == 0
    if np.count_nonzero(inside) < _LEAST:
        return None
    return spread(labels, inside, outside)


def spread(labels: LabelMap, inside: NDArray[np.bool_], outside: NDArray[np.uint8]) -> LabelMap:
    """Return labels that go on beyond where they are, each pixel's nearest.

    Args:
        labels: (h, w) uint8.
        inside: where they are; there must be one.
        outside: 0 there, above 0 elsewhere.
    """
    _, nearest = cv2.distanceTransformWithLabels(
        outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    values = np.zeros(int(nearest.max()) + 1, np.uint8)
    values[nearest[inside]] = labels[inside]
    spread_out: LabelMap = values[nearest]
    return spread_out
