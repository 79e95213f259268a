"""What can be shown while a mask is late: the old one, or one that was carried on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import InstanceMap
from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing
from mirror.evaluation.overlay.footage import Clip
from mirror.propagation.overlay_carrier import OverlayCarrier

WAYS = ("hold", "flow", "carried", "oracle")

Joints = Mapping[int, NDArray[np.float32]]  # the carrier's person -> (33, 3)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What is on the screen with one frame.

    Attributes:
        labels: (H, W) uint8, the judged parser's parts.
        instances: (H, W), whose they are.
        joints: of the carrier's people.
        fallback: see ``Carried``.
    """

    labels: LabelMap
    instances: InstanceMap
    joints: Joints
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known when a frame is shown, as places of frames.

    Attributes:
        now: the frame.
        key: the newest that the judged parser has answered for.
        seen: the newest that the carrier has.
    """

    now: int
    key: int
    seen: int


class Way(Protocol):
    """Says what is shown; moments come in order."""

    def show(self, moment: Moment) -> Shown:
        """Return what is on the screen."""
        ...


class Hold:
    """The newest mask that there is, as it is."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip

    def show(self, moment: Moment) -> Shown:
        """See ``Way``."""
        parsing = self._clip.parsed[moment.key]
        seen = self._clip.followed[moment.seen]
        return Shown(parsing.labels, parsing.instances, joints_of(seen))


class Flow:
    """The newest mask, moved as the picture moved."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip

    def show(self, moment: Moment) -> Shown:
        """See ``Way``."""
        parsing, motion = self._clip.parsed[moment.key], self._clip.motion
        back = motion.displacement(moment.now, moment.key)
        if back is None:
            return _nothing(parsing)
        labels, instances = back.fetch_maps(parsing.labels, parsing.instances)
        return Shown(labels, instances, self._joints(moment))

    def _joints(self, moment: Moment) -> Joints:
        carried = {}
        for person, joints in joints_of(self._clip.followed[moment.seen]).items():
            points = self._clip.motion.carry_points(joints[:, :2], moment.seen, moment.now)
            if points is not None:
                carried[person] = np.hstack([points, joints[:, 2:]])
        return carried


class ByBody:
    """The newest mask, carried by the body; see ``OverlayCarrier``."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._carrier = OverlayCarrier(clip.motion, is_relabelled=not clip.is_alone)
        self._seen = self._key = -1

    def show(self, moment: Moment) -> Shown:
        """See ``Way``."""
        clip, frames = self._clip, self._clip.footage.frames
        first = moment.seen if clip.is_alone else self._seen + 1
        for place in range(max(first, self._seen + 1), moment.seen + 1):
            self._carrier.followed(frames[place], clip.followed[place])
        self._seen = moment.seen
        if not clip.is_alone and moment.key > self._key:
            self._carrier.parsed(frames[moment.key], clip.parsed[moment.key])
            self._key = moment.key
        carried = self._carrier.carry(frames[moment.now])
        if carried.parsing is None:
            return _nothing(clip.parsed[moment.key], carried.fallback)
        parsing = carried.parsing
        return Shown(parsing.labels, parsing.instances, joints_of(parsing), carried.fallback)


class Oracle:
    """The frame's own mask, as if it took no time."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip

    def show(self, moment: Moment) -> Shown:
        """See ``Way``."""
        parsing = self._clip.parsed[moment.now]
        joints = joints_of(self._clip.followed[moment.now])
        return Shown(parsing.labels, parsing.instances, joints)


def ways_of(clip: Clip) -> dict[str, Way]:
    """Return all of them, new, by their names."""
    return {"hold": Hold(clip), "flow": Flow(clip), "carried": ByBody(clip), "oracle": Oracle(clip)}


def joints_of(parsing: Parsing) -> Joints:
    """Return everybody's landmarks."""
    return {
        person.instance: person.pose.image for person in parsing.people if person.pose is not None
    }


def _nothing(like: Parsing, fallback: str | None = None) -> Shown:
    return Shown(np.zeros_like(like.labels), np.zeros_like(like.instances), {}, fallback)
