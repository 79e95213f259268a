"""The ordered step after the workers: the same people, steady over time, as one label map."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Parsing, Person, Pose
from mirror.core.skeleton import LANDMARKS, joint_angles
from mirror.core.soft_mask import SoftMask
from mirror.parsers.builtin.carried_parts import CarriedParts
from mirror.parsers.builtin.label_composer import Figure, compose
from mirror.pose.carried_mask import CarriedMask
from mirror.pose.duplicates import Duplicates
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.left_right import LeftRight
from mirror.pose.temporal_smoothing import OneEuro
from mirror.tracking.crop_planner import CropPlan
from pipeline.frame import Frame

_APPEARS = 0.5  # presence from which somebody is believed to be there
_STAYS = 0.2  # presence below which somebody who was there is gone


@dataclass(slots=True)
class _Past:
    """What is remembered of one person."""

    id: int
    seen_at: float
    left_right: LeftRight = field(default_factory=LeftRight)
    joints: OneEuro = field(default_factory=OneEuro)
    world: OneEuro = field(default_factory=OneEuro)
    mask: CarriedMask = field(default_factory=CarriedMask)
    parts: CarriedParts = field(default_factory=CarriedParts)


class Settle:
    """Sees every frame in order; one thread at a time."""

    def __init__(self) -> None:
        self._pasts: dict[int, _Past] = {}
        self._duplicates = Duplicates()
        self._next_id = 1

    def __call__(
        self, frame: Frame, plan: CropPlan, estimates: tuple[PoseEstimate, ...]
    ) -> Parsing:
        """Return the frame's parsing: steadied, numbered, composed."""
        seen: list[tuple[Person, Figure]] = []
        there = [
            (person, estimate)
            for person, estimate in zip(plan, estimates, strict=True)
            if self._is_there(person.key, estimate.presence)
        ]
        spare = self._duplicates([(person.key, estimate) for person, estimate in there])
        for person, estimate in there:
            if person.key in spare:
                continue
            past = self._past(person.key, frame.time)
            elapsed_s, past.seen_at = frame.time - past.seen_at, frame.time
            joints, world = past.left_right(estimate, person, elapsed_s)
            size = estimate.crop.side / 2.5
            joints[:, :2] = past.joints(joints[:, :2], size, elapsed_s, person.calm)
            world = past.world(world, 1.0, elapsed_s)
            mask = past.mask(estimate, estimate.crop.cut(frame.bgr), person.calm, elapsed_s)
            soft_mask = SoftMask(mask, estimate.crop.to_image)
            hold = functools.partial(
                past.parts,
                motion=person.motion,
                motion_s=person.motion_s,
                now=frame.time,
                fine=past.mask.motion,
            )
            found = _person(past.id, estimate.presence, joints, world, soft_mask)
            seen.append((found, Figure(estimate.crop, joints, mask, found.instance, hold)))
        self._forget(plan)
        seen.sort(key=lambda one: -one[0].score)
        composed = compose([figure for _, figure in seen], frame.height, frame.width)
        people = (
            person if box is None else dataclasses.replace(person, box=box)
            for (person, _), box in zip(seen, composed.boxes, strict=True)
        )
        return Parsing(composed.labels, composed.instances, tuple(people))

    def _is_there(self, key: int, presence: float) -> bool:
        return presence >= (_STAYS if key in self._pasts else _APPEARS)

    def _past(self, key: int, now: float) -> _Past:
        """What is remembered of a track; whoever is new gets a number."""
        if key not in self._pasts:
            self._pasts[key] = _Past(self._next_id, now)
            self._next_id += 1
        return self._pasts[key]

    def _forget(self, plan: CropPlan) -> None:
        # keys only grow and are never used again: what is far behind the newest is over
        newest = max((person.key for person in plan), default=0)
        present = {person.key for person in plan}
        for key in [key for key in self._pasts if key not in present and key < newest - 50]:
            del self._pasts[key]


def _person(
    id: int,
    score: float,
    joints: NDArray[np.float32],
    world: NDArray[np.float32],
    soft_mask: SoftMask,
) -> Person:
    """Somebody whose box is round the joints, until it is known which pixels are theirs."""
    x0, y0 = joints[:, :2].min(axis=0)
    x1, y1 = joints[:, :2].max(axis=0)
    box = (float(x0), float(y0), float(x1), float(y1))
    pose = Pose(LANDMARKS, joints, world, joint_angles(world, joints[:, 2]))
    return Person(id, score, box, pose, soft_mask)
