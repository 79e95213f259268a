"""What a system says of one picture, in the form that truth is held against."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing
from mirror.evaluation.coco_joints import coco_joints
from pipeline.frame import BGR


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What a system says of one picture.

    Attributes:
        persons: (H, W) uint8: 0 nobody, from 1 one number a person.
        scores: 0-1, how sure it is of each person; as many as numbers in ``persons`` can be.
        parts: (H, W) uint8, ids of the system's own classes; None where it tells no parts.
        joints: (17, 3) float64 x, y in pixels and a score, in COCO's order; one a person, or
            none at all.
        alpha: (H, W) uint8, how much of each pixel is somebody's; None where a system tells no more
            than yes and no.
        tells_apart: whether ``persons`` tells people apart; False: everybody is number 1.
    """

    persons: LabelMap
    scores: tuple[float, ...]
    parts: LabelMap | None = None
    joints: tuple[NDArray[np.float64], ...] = ()
    tells_apart: bool = True
    alpha: NDArray[np.uint8] | None = None


Predict = Callable[[BGR], Prediction]


def prediction_of(parsing: Parsing) -> Prediction:
    """Return what a parser answered, as a prediction."""
    joints = tuple(coco_joints(person.pose) for person in parsing.people if person.pose is not None)
    if len(joints) != len(parsing.people):
        joints = ()
    if not parsing.people and parsing.labels.any():  # of a parser that tells nobody apart
        everybody = (parsing.labels > 0).astype(np.uint8)
        return Prediction(everybody, (1.0,), parsing.labels, joints, tells_apart=False)
    scores = tuple(person.score for person in parsing.people)
    places = np.zeros(65_536, np.uint8)
    for place, person in enumerate(parsing.people, start=1):
        places[person.instance] = place
    return Prediction(places[parsing.instances], scores, parsing.labels, joints)
