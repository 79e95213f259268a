"""Instance maps: whose pixel each is.

A pixel's value is 0 where its label is background, the ``instance`` of one of the frame's people,
or ``UNASSIGNED`` where a part is somebody's of whom nothing else is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap

InstanceMap = NDArray[np.uint8 | np.uint16]  # (H, W)
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels, the far edges exclusive

UNASSIGNED = 255  # labelled pixels of nobody in particular; no person has this instance
_VALUES = 65_534  # what 16 bits hold, without 0 and UNASSIGNED
_LIKE_A_SCALAR = 4  # elements of an array that OpenCV may take for one of its scalars


def instance_of(id: int) -> int:
    """Return the value that a person's pixels have: the id itself, up to 254.

    One more from 255 on, since 255 is ``UNASSIGNED``; after 65,534 people it starts over.

    Raises:
        ValueError: ids are counted from 1.
    """
    if id < 1:
        raise ValueError(f"people are numbered from 1, got {id}")
    value = (id - 1) % _VALUES + 1
    return value if value < UNASSIGNED else value + 1


def instance_dtype(instances: Iterable[int]) -> type[np.uint8] | type[np.uint16]:
    """Return what a map of some instances is made of: uint8 where they fit, else uint16."""
    return np.uint8 if max(instances, default=0) <= UNASSIGNED else np.uint16


def unassigned(labels: LabelMap) -> InstanceMap:
    """Return the map of labels whose people are not told apart."""
    if labels.size <= _LIKE_A_SCALAR:
        return np.where(labels > 0, np.uint8(UNASSIGNED), np.uint8(0))
    instances: NDArray[np.uint8] = cv2.compare(labels, 0, cv2.CMP_GT)
    return instances  # OpenCV's "true" is 255


def matched(labels: LabelMap, instances: InstanceMap) -> InstanceMap:
    """Return an instance map made to fit a label map that was found apart from it.

    Background belongs to nobody. Labelled pixels that nobody has go to whoever is nearest, if they
    hang together with somebody; else they are ``UNASSIGNED``.

    Args:
        labels: (H, W) uint8.
        instances: (H, W), 0 where nobody is.
    """
    found = np.where(labels > 0, instances, instances.dtype.type(0))
    orphans = (labels > 0) & (found == 0)
    if not orphans.any():
        return found
    _, bodies = cv2.connectedComponents((labels > 0).view(np.uint8), connectivity=8)
    has_owner = np.zeros(int(bodies.max()) + 1, np.bool_)
    has_owner[bodies[found > 0]] = True
    near = orphans & has_owner[bodies]
    if near.any():
        found[near] = nearest_instances(found)[near]
    found[orphans & ~near] = UNASSIGNED
    return found


def numbered(places: InstanceMap, instances: Sequence[int]) -> InstanceMap:
    """Return the instance map of a map that holds people's places, counted from 1.

    Args:
        places: (H, W) uint8: 0, a place, or ``UNASSIGNED``.
        instances: what each place becomes.
    """
    table = np.zeros(256, instance_dtype(instances))
    table[UNASSIGNED] = UNASSIGNED
    table[1 : len(instances) + 1] = instances
    found: InstanceMap = cv2.LUT(places, table)
    return found


def box_of(instances: InstanceMap, instance: int) -> Box | None:
    """Return the box round an instance's pixels; None where it has none."""
    x, y, width, height = cv2.boundingRect(cv2.compare(instances, instance, cv2.CMP_EQ))
    return (float(x), float(y), float(x + width), float(y + height)) if width else None


def nearest_instances(instances: InstanceMap) -> InstanceMap:
    """Return for every pixel the value of the nearest that is somebody's; there must be one."""
    nobody = (instances == 0).view(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        nobody, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    values = np.zeros(int(nearest.max()) + 1, instances.dtype)
    owned = nobody == 0
    values[nearest[owned]] = instances[owned]
    return values[nearest]
