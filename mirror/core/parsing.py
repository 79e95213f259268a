"""What a parser answers about one frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import Box, InstanceMap, box_of, instance_of, unassigned
from mirror.core.label_set import LabelMap
from mirror.core.soft_mask import SoftMask


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """The joints of one person.

    Attributes:
        names: what the rows of ``image`` and ``world`` are, such as ``left_knee``.
        image: (N, 3) float32, x and y in pixels of the frame, and a score 0-1 that it is visible.
        world: (N, 3) float32, metres, x to the person's left, y down, z away from the camera,
            origin between the hips; None where the parser does not know.
        angles: joint -> degrees, 180 is straight; only joints whose three points are visible.
    """

    names: tuple[str, ...]
    image: NDArray[np.float32]
    world: NDArray[np.float32] | None
    angles: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One person in one frame.

    Attributes:
        id: the same from frame to frame for the same person, counted from 1.
        score: 0-1, how sure the parser is that somebody is there.
        box: x0, y0, x1, y1 in pixels of the frame, the far edges exclusive: round the person's
            pixels in the instance map, or round the joints where no pixel is left.
        pose: None where the parser knows no joints.
        soft_mask: the person's edge in finer steps than yes and no, worked out when asked for;
            None where the parser has none.
    """

    id: int
    score: float
    box: Box
    pose: Pose | None = None
    soft_mask: SoftMask | None = None

    @property
    def instance(self) -> int:
        """The value of the person's pixels in the instance map; see ``instance_of``."""
        return instance_of(self.id)


@dataclass(frozen=True, slots=True, eq=False)
class Parsing:
    """One frame, parsed.

    Attributes:
        labels: (H, W) uint8 of the frame's own size, read-only: the part id of every pixel.
        instances: (H, W) uint8 or uint16, read-only: whose pixel each is, as ``Person.instance``.
            0 exactly where the label is 0; ``UNASSIGNED`` for what is nobody's in ``people``.
        people: whoever was found, the surest first.

    Raises:
        ValueError: the maps are not of one size, or of other types.
    """

    labels: LabelMap
    instances: InstanceMap
    people: tuple[Person, ...] = ()

    def __post_init__(self) -> None:
        labels, instances = self.labels, self.instances
        if labels.dtype != np.uint8 or labels.ndim != 2:
            raise ValueError(f"a label map is (H, W) uint8, got {labels.shape} {labels.dtype}")
        if instances.dtype not in (np.uint8, np.uint16) or instances.shape != labels.shape:
            raise ValueError(
                f"an instance map is uint8 or uint16 of the label map's size, {labels.shape}, got "
                f"{instances.shape} {instances.dtype}"
            )
        labels.flags.writeable = instances.flags.writeable = False

    @classmethod
    def undivided(cls, labels: LabelMap) -> Self:
        """Return the parsing of a label map whose people are not told apart: nobody is listed."""
        return cls(labels, unassigned(labels))


def round_pixels(person: Person, instances: InstanceMap) -> Person:
    """Return a person with the box that is round their pixels, if there are any."""
    box = box_of(instances, person.instance)
    return person if box is None else dataclasses.replace(person, box=box)
