"""The parser ``m2fp``: several people in the picture, CIHP's parts, each person found whole."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from mirror.parsers.m2fp.box_tracks import BoxTracks
from mirror.parsers.m2fp.model_factory import Copies, Size, Sized
from mirror.parsers.m2fp.network.configuration import STRIDE, Settings
from mirror.parsers.m2fp.preprocessing import fitted
from mirror.parsers.m2fp.results.postprocessing import Human, humans_of, owners_of, parts_of
from mirror.parsing import Parsing, Person
from mirror.parts import LabelMap
from pipeline.frame import Frame

USUAL_SIZE = (384, 512)  # or another shape of as many pixels
AREA = 384 * 512  # pixels of the network's input where no size is asked for


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a worker makes of one frame.

    Attributes:
        labels: (H, W) part ids.
        people: whole people, the surest first.
        owners: (H, W), the place from 1 in ``people`` of whose pixel it is; 0 is nobody's.
    """

    labels: LabelMap
    people: tuple[Human, ...]
    owners: LabelMap


class SeveralPeople:
    """The kind of parser; see ``mirror.parsers``.

    Args:
        settings: of the network.
        copies: opens a worker's model.
        size: (height, width) of the network's input; None has the picture's shape and ``AREA``.
    """

    name = "m2fp"

    def __init__(self, settings: Settings, copies: Copies, size: Size | None = None) -> None:
        self.parts = settings.parts
        self._copies, self._size = copies, size
        self.worker_memory_mb = copies.memory_mb(size or USUAL_SIZE)
        self._human = len(settings.classes) - 1
        self._least_score = settings.person_score

    def make_prepare(self, live: bool) -> Callable[[Frame], None]:
        """Return a step that plans nothing: the network finds people itself.

        It has the graph made that a frame's shape needs, which takes longer than a parse may.
        """
        ready: set[Size] = set()

        def prepare(frame: Frame) -> None:
            size = self._size or size_for(frame.height, frame.width)
            if size not in ready:
                self._copies.make_ready(size)
                ready.add(size)

        return prepare

    def make_parse(self, threads: int) -> Callable[[Frame, None], Seen]:
        """Return a worker; its model is opened with the first frame, whose shape decides."""
        networks = Sized(self._copies, threads)

        def parse(frame: Frame, _: None) -> Seen:
            size = self._size or size_for(frame.height, frame.width)
            given = fitted(frame.bgr, *size)
            answer = networks[size](given.pixels)
            people = humans_of(answer, self._human, self._least_score, given.placement)
            return Seen(
                parts_of(answer, len(self.parts.names), given.placement),
                tuple(people),
                owners_of(people, given.placement),
            )

        return parse

    def make_settle(self) -> Callable[[Frame, None, Seen], Parsing]:
        """Return the step that numbers people from frame to frame."""
        tracks = BoxTracks()

        def settle(frame: Frame, _: None, seen: Seen) -> Parsing:
            ids = tracks.meet([person.box for person in seen.people], frame.time)
            people = tuple(
                Person(id, person.score, person.box)
                for id, person in zip(ids, seen.people, strict=True)
            )
            return Parsing(seen.labels, people, seen.owners)

        return settle


def size_for(height: int, width: int, area: int = AREA) -> Size:
    """Return an input size of about an area whose shape is the picture's, with little padding."""
    scale = math.sqrt(area / (height * width)) / STRIDE
    return (
        max(1, round(height * scale)) * STRIDE,
        max(1, round(width * scale)) * STRIDE,
    )
