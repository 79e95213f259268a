"""The parser ``m2fp-single``: LIP's parts, on a crop of each person who is followed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import numbered
from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing, Person, round_pixels
from mirror.core.skeleton import MIN_JOINT_SCORE
from mirror.parsers.m2fp.model_factory import ModelFactory, Size, SizedModel
from mirror.parsers.m2fp.network.configuration import Settings
from mirror.parsers.m2fp.person_landmarks import MEMORY_MB, PersonLandmarks
from mirror.parsers.m2fp.preprocessing import letterboxed
from mirror.parsers.m2fp.results.postprocessing import parts_of
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.pose_tracks import PoseTracks
from mirror.pose.search_models import SearchModels
from mirror.tracking.crop_planner import CropPlan, CropPlanner
from pipeline.frame import Frame

_ROOM = 0.25  # of a person's joints' extent: hair, hands and shoes reach that far beyond them

Window = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the picture


@dataclass(frozen=True, slots=True, eq=False)
class PersonOutput:
    """A worker's output for one person.

    Attributes:
        key: the track's, the same from frame to frame.
        window: the part of the frame that the network saw.
        labels: part ids of the window's pixels.
        score: 0-1, how sure the detector was of the person's joints.
        pose: the landmarks, as they are seen in this frame; None where there are none.
    """

    key: int
    window: Window
    labels: LabelMap
    score: float
    pose: PoseEstimate | None = None


class SinglePerson:
    """The kind of parser; see ``mirror.parsers``.

    People are found and followed as by the built-in parser, and the network sees each of them by
    themselves, in a window of its input's own shape: little of what it computes is padding.

    Args:
        settings: of the network.
        models: opens a worker's model.
        size: (height, width) of the network's input; None is the configuration's.
        find_landmarks: whether people's landmarks are looked for.
    """

    name = "m2fp-single"

    def __init__(
        self,
        settings: Settings,
        models: ModelFactory,
        size: Size | None = None,
        find_landmarks: bool = False,
    ) -> None:
        self.parts = settings.parts
        self._models, self._find_landmarks = models, find_landmarks
        self._search = SearchModels()
        self._size = size or settings.size or (512, 384)
        self.worker_memory_mb = models.memory_mb(self._size) + MEMORY_MB * find_landmarks

    def make_prepare(self, live: bool) -> CropPlanner:
        """Return the step that follows people."""
        return self._search.planner(live)

    def make_parse(self, threads: int) -> Callable[[Frame, CropPlan], tuple[PersonOutput, ...]]:
        """Load and warm up one model copy. Called in the worker's own thread."""
        networks = SizedModel(self._models, threads)
        networks[self._size](np.zeros((1, 3, *self._size), np.float32))
        find_pose = PersonLandmarks.of(self._find_landmarks, threads, self.parts)

        def parse(frame: Frame, plan: CropPlan) -> tuple[PersonOutput, ...]:
            outputs = []
            for person in plan:
                window = window_round(person.joints, self._size, frame.height, frame.width)
                x0, y0, x1, y1 = window
                given = letterboxed(frame.bgr[y0:y1, x0:x1], *self._size)
                output = networks[self._size](given.pixels)
                labels = parts_of(output, len(self.parts.names), given.placement)
                score = float(person.joints[:, 2].mean())
                pose = find_pose.in_crop(frame.bgr, person.crop, labels, (x0, y0))
                outputs.append(PersonOutput(person.key, window, labels, score, pose))
            return tuple(outputs)

        return parse

    def make_settle(self) -> Callable[[Frame, CropPlan, tuple[PersonOutput, ...]], Parsing]:
        """Return the step that puts people together and numbers them as they come."""
        ids: dict[int, int] = {}
        poses = PoseTracks()

        def settle(frame: Frame, _: CropPlan, outputs: tuple[PersonOutput, ...]) -> Parsing:
            parsing = merged(outputs, ids, frame.height, frame.width)
            seen = {ids[one.key]: one.pose for one in outputs if one.key in ids}
            people = (
                dataclasses.replace(person, pose=poses(person.id, seen[person.id], frame.time))
                for person in parsing.people
            )
            return dataclasses.replace(parsing, people=tuple(people))

        return settle


def merged(
    outputs: tuple[PersonOutput, ...], ids: dict[int, int], height: int, width: int
) -> Parsing:
    """Return the parsing of a frame: windows painted one over the other, the largest first.

    Args:
        outputs: people, the largest first.
        ids: track key -> a person's number, from 1; new ones are added.
        height: of the frame.
        width: of the frame.
    """
    labels = np.zeros((height, width), np.uint8)
    places = np.zeros((height, width), np.uint8)
    people: list[Person] = []
    for person in sorted(outputs, key=lambda person: -_area(person.window)):
        x0, y0, x1, y1 = person.window
        body = person.labels > 0
        left, top, across, down = cv2.boundingRect(body.view(np.uint8))
        if across == 0:
            continue
        far = float(x0 + left + across), float(y0 + top + down)
        id = ids.setdefault(person.key, len(ids) + 1)
        people.append(Person(id, person.score, (float(x0 + left), float(y0 + top), *far)))
        np.copyto(labels[y0:y1, x0:x1], person.labels, where=body)
        np.copyto(places[y0:y1, x0:x1], np.uint8(len(people)), where=body)
    instances = numbered(places, [person.instance for person in people])
    people = [round_pixels(person, instances) for person in people]
    return Parsing(labels, instances, tuple(sorted(people, key=lambda person: -person.score)))


def window_round(joints: NDArray[np.float32], size: Size, height: int, width: int) -> Window:
    """Return the window round (17, 3) joints, of the shape of the network's input where it fits."""
    sure = joints[joints[:, 2] >= MIN_JOINT_SCORE]
    points = (sure if len(sure) >= 2 else joints)[:, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    room = _ROOM * float((high - low).max())
    across, down = (float(extent) + 2 * room for extent in high - low)
    down = max(down, across * size[0] / size[1], 8.0)
    across = max(across, down * size[1] / size[0])
    x, y = (float(middle) for middle in (low + high) / 2)
    x0, x1 = _inside(x - across / 2, x + across / 2, width)
    y0, y1 = _inside(y - down / 2, y + down / 2, height)
    return x0, y0, x1, y1


def _inside(low: float, high: float, length: int) -> tuple[int, int]:
    """Move a span into 0 to length where it fits, else cut it; never empty."""
    span = min(round(high - low), length)
    first = min(max(round(low), 0), length - span)
    return first, first + span


def _area(window: Window) -> int:
    return (window[2] - window[0]) * (window[3] - window[1])
