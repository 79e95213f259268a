"""One person in a parsed image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from mirror.api.landmarks import Landmarks
from mirror.api.masks import mask_of
from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing, Person


class ParsedPerson:
    """One person in a parsed image.

    Attributes:
        id: the number of the person, from 1; in a video the same from frame to frame.
        score: 0-1, how sure the parser is that somebody is there.
        box: x0, y0, x1, y1 in pixels of the image, the far edges exclusive.
        instance: the value that the person's pixels have in ``ParsedImage.instances``.
        landmarks: by name; empty where the parser finds none.
        angles: joint, such as ``left_knee``, to degrees; 180 is straight. Only joints of which all
            three points are visible.
    """

    __slots__ = ("_parsing", "_parts", "angles", "box", "id", "instance", "landmarks", "score")

    def __init__(self, person: Person, parsing: Parsing, parts: LabelSet) -> None:
        self._parsing, self._parts = parsing, parts
        self.id, self.score, self.box = person.id, person.score, person.box
        self.instance = person.instance
        self.landmarks = Landmarks(person.pose)
        self.angles: Mapping[str, float] = {} if person.pose is None else person.pose.angles

    def mask(self, part: str | Iterable[str] | None = None) -> NDArray[np.bool_]:
        """Return (H, W) bool: the pixels of the person, or of a part or several of them.

        Raises:
            NoSuchName: there is no such part; says which comes nearest.
        """
        return mask_of(self._parsing, self._parts, part, self.instance)

    def __repr__(self) -> str:
        box = ", ".join(f"{edge:.0f}" for edge in self.box)
        return f"<person {self.id}: box ({box}), {len(self.landmarks)} landmarks>"
