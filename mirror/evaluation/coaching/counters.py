"""What counts repetitions: the coach, and two counters as most demonstrations have them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mirror.coach.body import Body
from mirror.coach.coach import Coach, PersonReport
from mirror.coach.exercises.catalogue import shipped
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.coaching.sequences import Counted, Frames
from mirror.evaluation.synthetic.camera import CLEAN, seen_by_camera
from mirror.evaluation.synthetic.movements import MOVEMENTS, Moment

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted.

    Attributes:
        least: repetitions that were seen to their end.
        most: and those that the recording breaks off.
        exercise: what was recognised; the given one where it was given.
        held_s: seconds held.
        live: what was counted while it happened.
    """

    least: int
    most: int
    exercise: str | None
    held_s: float = 0.0
    live: int | None = None


class RepetitionCounter(Protocol):
    """Counts the repetitions in a sequence."""

    name: str

    def count(self, sequence: Counted, frames: Frames) -> Count:
        """Return what is counted."""
        ...


class OurCounter:
    """The coach, told the exercise or not. Whoever did most is meant."""

    def __init__(self, is_told: bool) -> None:
        self.name = "coach" if is_told else "coach, auto"
        self._is_told = is_told

    def count(self, sequence: Counted, frames: Frames) -> Count:
        """See ``RepetitionCounter``."""
        told = self._is_told and sequence.exercise in shipped()
        exercises = [shipped()[sequence.exercise]] if told else list(shipped().values())
        coach = Coach(exercises, calibrated=sequence.calibrated)
        for bodies in frames:
            coach.watch(bodies)
        report = coach.report()
        best = max(report.people, key=_done, default=None)
        if best is None or best.found is None:
            return Count(0, 0, None)
        repetitions = best.found.done.repetitions
        whole = sum(one.complete for one in repetitions)
        held_s = best.found.done.held_s
        return Count(whole, len(repetitions), report.exercise, held_s, best.live_count)


def _done(person: PersonReport) -> tuple[int, float]:
    if person.found is None:
        return 0, 0.0
    return len(person.found.done.repetitions), person.found.done.held_s


class TwoThresholds:
    """One joint's angle in the picture, counted from below one angle to above another.

    As ultralytics' AIGym does it, with its defaults: 90 and 145 degrees, the left side's joint.
    """

    name = "two thresholds"
    _DOWN, _UP = 90.0, 145.0
    _JOINTS = ("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"), ("shoulder", "hip", "knee")
    _HIPS = ("sit-up", "deadlift")
    _KNEES = ("squat", "front-squat", "lunge", "wall-sit", "high-knees", "lateral-leg-raise")

    def count(self, sequence: Counted, frames: Frames) -> Count:
        """See ``RepetitionCounter``."""
        knee, elbow, hip = self._JOINTS
        joint = elbow
        if sequence.exercise in self._KNEES:
            joint = knee
        elif sequence.exercise in self._HIPS:
            joint = hip
        rows = [LANDMARKS.index(f"left_{point}") for point in joint]
        count, was_down = 0, False
        for body in _longest_seen(frames):
            degrees = _angle(body.image[rows])
            if degrees < self._DOWN:
                was_down = True
            elif degrees > self._UP and was_down:
                count, was_down = count + 1, False
        return Count(count, count, sequence.exercise)


class NearestPoses:
    """Each pose is called far or near by its nearest examples; a smoothed share is counted.

    As ML Kit's and MediaPipe's k-NN counter does it: distances between joints in torso lengths,
    ten neighbours, an exponential mean over ten frames, in at six of ten and out at four. Its
    examples are figures at both ends of a repetition, seen from everywhere.
    """

    name = "nearest poses"
    _NEIGHBOURS, _MEAN, _IN, _OUT = 10, 0.2, 0.6, 0.4
    _PAIRS = (
        ("shoulder", "elbow"), ("elbow", "wrist"), ("shoulder", "wrist"), ("hip", "knee"),
        ("knee", "ankle"), ("hip", "ankle"), ("hip", "wrist"), ("shoulder", "ankle"),
        ("shoulder", "knee"),
    )  # fmt: skip

    def __init__(self) -> None:
        self._examples: dict[tuple[str, bool], tuple[Array, Array]] = {}
        self._rows = np.array(
            [
                [LANDMARKS.index(f"{side}_{point}") for point in pair]
                for pair in self._PAIRS
                for side in ("left", "right")
            ]
        )

    def count(self, sequence: Counted, frames: Frames) -> Count:
        """See ``RepetitionCounter``."""
        if sequence.exercise not in MOVEMENTS:
            return Count(0, 0, None)
        key = (sequence.exercise, sequence.calibrated)
        if key not in self._examples:
            self._examples[key] = self._made(*key)
        examples, is_far = self._examples[key]
        count, inside, mean = 0, False, 0.0
        for body in _longest_seen(frames):
            away = np.abs(examples - self._embedded(body, sequence.calibrated)).max(axis=1)
            nearest = np.argsort(away)[: self._NEIGHBOURS]
            mean += self._MEAN * (float(is_far[nearest].mean()) - mean)
            if not inside and mean > self._IN:
                inside = True
            elif inside and mean < self._OUT:
                count, inside = count + 1, False
        return Count(count, count, sequence.exercise)

    def _made(self, exercise: str, calibrated: bool) -> tuple[Array, Array]:
        chance = np.random.default_rng(0)
        far = np.repeat([0.0, 1.0], 2)
        left = np.array([True, False, True, False])
        points = MOVEMENTS[exercise](Moment(far, left, {}))
        rows, labels = [], []
        for yaw in range(0, 360, 15):
            bodies = seen_by_camera(points, np.arange(4.0), float(yaw), CLEAN, chance)
            rows += [self._embedded(body, calibrated) for body in bodies]
            labels += far.tolist()
        return np.array(rows), np.array(labels)

    def _embedded(self, body: Body, calibrated: bool) -> Array:
        image = body.image
        if not calibrated:  # as the data are: each axis from 0 to 1
            low, high = image.min(axis=0), image.max(axis=0)
            image = (image - low) / np.maximum(high - low, 1e-9)
        trunk = image[[11, 12]].mean(axis=0) - image[[23, 24]].mean(axis=0)
        size = max(float(np.hypot(*trunk)), 1e-6) if calibrated else 1.0
        between = (image[self._rows[:, 0]] - image[self._rows[:, 1]]) / size
        embedded: Array = between.ravel()
        return embedded


def _longest_seen(frames: Frames) -> Iterable[Body]:
    """Return the bodies of whoever is seen longest: the counters know one person."""
    seen: dict[int, list[Body]] = {}
    for bodies in frames:
        for body in bodies:
            seen.setdefault(body.id, []).append(body)
    return max(seen.values(), key=len, default=[])


def _angle(points: Array) -> float:
    first, second = points[0] - points[1], points[2] - points[1]
    turned = math.atan2(second[1], second[0]) - math.atan2(first[1], first[0])
    degrees = abs(math.degrees(turned)) % 360.0
    return 360.0 - degrees if degrees > 180.0 else degrees
