"""Which side is left: two networks may disagree, and the past is the third witness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.parsers.builtin.prepare import Look
from mirror.parsers.builtin.skeleton import FROM_COCO, LANDMARKS
from mirror.people import body_length

_REMEMBERS_S = 0.2  # how long what was decided before counts
_PAST_COUNTS = 1.2  # as much more than a detector's joints, so that one slip of it changes nothing
_PERSUADED_S = 0.25  # how long a detector must insist on the contrary, with more than one find
_INSISTS = 0.3
_BORNE_OUT = 0.5  # what arms say of legs, and legs of arms
_TRUSTED = 0.5
_HARDLY_MOVED = 0.9
_SEEN = 0.2  # a detector's score below which a joint's place is a guess
_ASTRAY = 0.06  # body lengths

Joints = NDArray[np.float32]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Arms or legs: they are judged apart, since one may be mistaken while the other is not.

    Attributes:
        all: (2, N) places of the left side's landmarks, and of the right side's.
        judged: (2, 3) places of those that the detector knows too.
        found: (2, 3) their places among COCO's joints.
        carried: for each joint judged, (2, M) places of what hangs on it.
    """

    all: Places
    judged: Places
    found: Places
    carried: tuple[Places, ...]


class Sides:
    """Tells left from right for one person. Frames in order; told the time.

    BlazePose sees one square and takes a chest for a back when the face is hidden; MoveNet, which
    sees the whole picture, may slip too, and its joints are old where limbs are fast. What was
    decided a moment ago is the third witness: nobody's sides change within a frame.

    Where BlazePose cannot decide, it answers with the middle between both: a limb jumps to where
    none is. Then the detector's joints are taken.
    """

    def __init__(self) -> None:
        self._past: Joints | None = None
        self._past_world: Joints | None = None
        self._doubts: dict[
            int, tuple[int, float]
        ] = {}  # group -> at which find it began, for how long

    def __call__(
        self, joints: Joints, world: Joints, look: Look, elapsed_s: float
    ) -> tuple[Joints, Joints]:
        """Return landmarks with left and right exchanged where the witnesses say so.

        Args:
            joints: (33, 3) x, y in pixels of the picture, visibility.
            world: (33, 3) metres.
            look: what the detector knows of the person.
            elapsed_s: since the last call.
        """
        joints, world = joints.copy(), world.copy()
        found = [_for_exchange(joints[one.judged], look.joints[one.found]) for one in _GROUPS]
        for number, group in enumerate(_GROUPS):
            # most often the whole body was taken for its back, so that each bears out the other
            detector = look.trust * (found[number] + _BORNE_OUT * found[1 - number])
            if self._is_exchanged(number, joints, detector, look.finds, elapsed_s):
                joints[group.all] = joints[group.all[::-1]]
                world[group.all] = world[group.all[::-1]]
            if look.trust > _TRUSTED:
                self._correct(group, joints, world, look)
        self._past, self._past_world = joints.copy(), world.copy()
        return joints, world

    def _is_exchanged(
        self, number: int, joints: Joints, detector: float, finds: int, elapsed_s: float
    ) -> bool:
        group = _GROUPS[number]
        own = joints[group.judged]
        if self._past is None:
            return detector > 0.1
        before = _for_exchange(own, self._past[group.judged])
        decided = detector + _PAST_COUNTS * float(np.exp(-elapsed_s / _REMEMBERS_S)) * before > 0
        insists = abs(detector) > _INSISTS and (detector > 0) != decided
        if not insists:
            self._doubts.pop(number, None)
            return decided
        find, since_s = self._doubts.get(number, (finds, 0.0))
        self._doubts[number] = find, since_s + elapsed_s
        if finds == find or since_s <= _PERSUADED_S:
            return decided
        del self._doubts[number]
        return not decided

    def _correct(self, group: _Group, joints: Joints, world: Joints, look: Look) -> None:
        """Take the detector's joints for a limb that jumped to where the detector sees none.

        On somebody who has hardly moved since they were found, they are better in any case.
        """
        if self._past is None or self._past_world is None:
            return
        own, found = joints[group.judged], look.joints[group.found]
        past = self._past[group.judged]
        misfit = _apart(own, found).mean(axis=1)
        least = _ASTRAY * body_length(look.joints)
        jumped = (_apart(own, past).mean(axis=1) > least / 2) | (look.trust > _HARDLY_MOVED)
        farther = misfit > np.maximum(least, _apart(past, found).mean(axis=1))
        astray = jumped & farther & (found[:, :, 2].min(axis=1) >= _SEEN)
        for side in np.flatnonzero(astray):
            shift = found[side, :, :2] - own[side, :, :2]
            for joint, carried in enumerate(group.carried):
                joints[carried[side], :2] += shift[joint]
            joints[group.judged[side], :2] = found[side, :, :2]
            world[group.all[side]] = self._past_world[group.all[side]]


def _for_exchange(own: Joints, witness: Joints) -> float:
    """How much a witness speaks for exchanged sides: 1 for, -1 against, 0 cannot tell."""
    weights = witness[:, :, 2] + np.float32(1e-3)
    straight = float((_apart(own, witness) * weights).sum())
    exchanged = float((_apart(own[::-1], witness) * weights).sum())
    return (straight - exchanged) / max(straight + exchanged, 1e-6)


def _apart(one: Joints, other: Joints) -> NDArray[np.float32]:
    away = one[..., :2] - other[..., :2]
    pixels: NDArray[np.float32] = np.hypot(away[..., 0], away[..., 1])
    return pixels


def _places(*names: str) -> Places:
    return np.array(
        [[LANDMARKS.index(f"{side}_{name}") for name in names] for side in ("left", "right")],
        np.intp,
    ).reshape(2, -1)


def _group(others: tuple[str, ...], hanging: dict[str, tuple[str, ...]]) -> _Group:
    judged = _places(*hanging)
    found = np.array([[FROM_COCO.index(place) for place in side] for side in judged.tolist()])
    carried = tuple(_places(*names) for names in hanging.values())
    names = (*others, *hanging, *(name for parts in hanging.values() for name in parts))
    return _Group(_places(*names), judged, found, carried)


_GROUPS = (
    _group(
        ("eye_inner", "eye", "eye_outer", "ear"),
        {"shoulder": (), "elbow": (), "wrist": ("pinky", "index", "thumb")},
    ),
    _group((), {"hip": (), "knee": (), "ankle": ("heel", "foot_index")}),
)
