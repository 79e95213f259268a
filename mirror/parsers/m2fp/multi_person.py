"""The parser ``m2fp``: several people in the picture, CIHP's parts, each person found whole."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from mirror.core.instance_map import InstanceMap, matched, numbered
from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing, Person, round_pixels
from mirror.parsers.m2fp.model_factory import ModelFactory, Size, SizedModel
from mirror.parsers.m2fp.network.configuration import STRIDE, Settings
from mirror.parsers.m2fp.person_landmarks import MEMORY_MB, PersonLandmarks
from mirror.parsers.m2fp.preprocessing import fitted
from mirror.parsers.m2fp.results.postprocessing import Human, humans_of, instances_of, parts_of
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.pose_tracks import PoseTracks
from mirror.tracking.box_tracks import BoxTracks
from pipeline.frame import Frame

USUAL_SIZE = (384, 512)  # or another shape of as many pixels
AREA = 384 * 512  # pixels of the network's input where no size is asked for


@dataclass(frozen=True, slots=True, eq=False)
class FrameOutput:
    """A worker's output for one frame.

    Attributes:
        labels: (H, W) part ids.
        people: whole people, the surest first.
        instances: (H, W), the place from 1 in ``people`` of whose pixel it is; 0 is background,
            ``UNASSIGNED`` a part of nobody among them.
        poses: each person's landmarks, as they are seen in this frame; None where there are none.
    """

    labels: LabelMap
    people: tuple[Human, ...]
    instances: InstanceMap
    poses: tuple[PoseEstimate | None, ...]


class MultiPerson:
    """The kind of parser; see ``mirror.parsers``.

    Args:
        settings: of the network.
        models: opens a worker's model.
        size: (height, width) of the network's input; None has the picture's shape and ``AREA``.
        find_landmarks: whether people's landmarks are looked for.
    """

    name = "m2fp"

    def __init__(
        self,
        settings: Settings,
        models: ModelFactory,
        size: Size | None = None,
        find_landmarks: bool = False,
    ) -> None:
        self.parts = settings.parts
        self._models, self._size, self._find_landmarks = models, size, find_landmarks
        self.worker_memory_mb = models.memory_mb(size or USUAL_SIZE) + MEMORY_MB * find_landmarks
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
                self._models.make_ready(size)
                ready.add(size)

        return prepare

    def make_parse(self, threads: int) -> Callable[[Frame, None], FrameOutput]:
        """Return a worker; its model is opened with the first frame, whose shape decides."""
        networks = SizedModel(self._models, threads)
        find_pose = PersonLandmarks.of(self._find_landmarks, threads, self.parts)

        def parse(frame: Frame, _: None) -> FrameOutput:
            size = self._size or size_for(frame.height, frame.width)
            given = fitted(frame.bgr, *size)
            output = networks[size](given.pixels)
            people = humans_of(output, self._human, self._least_score, given.placement)
            labels = parts_of(output, len(self.parts.names), given.placement)
            # parts and people are answers of different queries
            instances = matched(labels, instances_of(people, given.placement))
            poses = tuple(find_pose.in_box(frame.bgr, person.box, labels) for person in people)
            return FrameOutput(labels, tuple(people), instances, poses)

        return parse

    def make_settle(self) -> Callable[[Frame, None, FrameOutput], Parsing]:
        """Return the step that numbers people from frame to frame."""
        tracks, poses = BoxTracks(), PoseTracks()

        def settle(frame: Frame, _: None, output: FrameOutput) -> Parsing:
            ids = tracks.meet([person.box for person in output.people], frame.time)
            people = [
                Person(id, person.score, person.box, poses(id, pose, frame.time))
                for id, person, pose in zip(ids, output.people, output.poses, strict=True)
            ]
            instances = numbered(output.instances, [person.instance for person in people])
            people = [round_pixels(person, instances) for person in people]
            return Parsing(output.labels, instances, tuple(people))

        return settle


def size_for(height: int, width: int, area: int = AREA) -> Size:
    """Return an input size of about an area whose shape is the picture's, with little padding."""
    scale = math.sqrt(area / (height * width)) / STRIDE
    return (
        max(1, round(height * scale)) * STRIDE,
        max(1, round(width * scale)) * STRIDE,
    )
