"""One person at one time, as the coach sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Person
from mirror.core.skeleton import LANDMARKS

Points = NDArray[np.float64]  # (33, 2) or (33, 3)


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """Landmarks of one person at one time, in the order of ``mirror.core.skeleton.LANDMARKS``.

    Attributes:
        id: the person's track id.
        time: media time in seconds.
        image: (33, 2) float64, x right and y down, in pixels of the frame.
        visibility: (33,) float64, 0-1.
        world: (33, 3) float64, metres, y down; None where the parser does not know.
    """

    id: int
    time: float
    image: Points
    visibility: NDArray[np.float64]
    world: Points | None = None


def body_of(person: Person, time: float) -> Body | None:
    """Return a parsed person as a body; None where the parser gave no 33 landmarks."""
    pose = person.pose
    if pose is None or pose.names != LANDMARKS:
        return None
    image = np.asarray(pose.image, np.float64)
    world = None if pose.world is None else np.asarray(pose.world, np.float64)
    return Body(person.id, time, image[:, :2], image[:, 2], world)
