"""What a parser answers about one frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap


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
        id: the same from frame to frame for the same person, counted from 1; 0 before tracking.
        score: 0-1, how sure the parser is that somebody is there.
        box: x0, y0, x1, y1 in pixels of the frame, the far edges exclusive.
        pose: None where the parser knows no joints.
    """

    id: int
    score: float
    box: tuple[float, float, float, float]
    pose: Pose | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Parsing:
    """One frame, parsed.

    Attributes:
        labels: (H, W) uint8 of the frame's own size, read-only: the part id of every pixel.
        people: whoever was found, the surest first.
        instances: (H, W) uint8, read-only: the instance map. Whose pixel each is, as the place from
            1 in ``people``, 0 for nobody's; None where the parser does not tell people apart.
    """

    labels: LabelMap
    people: tuple[Person, ...] = ()
    instances: LabelMap | None = None

    def __post_init__(self) -> None:
        self.labels.flags.writeable = False
        if self.instances is not None:
            self.instances.flags.writeable = False
