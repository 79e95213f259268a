"""People as supervision's detections: https://supervision.roboflow.com."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mirror.api.errors import PackageMissing
from mirror.api.parsed_person import ParsedPerson

if TYPE_CHECKING:
    from supervision import Detections


def detections_of(people: Sequence[ParsedPerson]) -> Detections:
    """Return people of one image: box, mask, score, tracker id, and the class name ``person``.

    Raises:
        PackageMissing: supervision is not installed.
    """
    try:
        from supervision import Detections
    except ImportError as error:
        raise PackageMissing(
            "library.supervision_missing", "supervision is not installed: pip install supervision"
        ) from error
    if not people:
        return Detections.empty()
    return Detections(
        xyxy=np.array([person.box for person in people], np.float32),
        mask=np.stack([person.mask() for person in people]),
        confidence=np.array([person.score for person in people], np.float32),
        class_id=np.zeros(len(people), int),
        tracker_id=np.array([person.id for person in people]),
        data={"class_name": np.array(["person"] * len(people))},
    )
