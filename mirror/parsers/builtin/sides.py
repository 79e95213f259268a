"""Which side is left: two networks may disagree, and one of them has seen more of the scene."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mirror.parsers.builtin.skeleton import FROM_COCO, LANDMARKS
from mirror.people import body_length

_SIDES = ("left", "right")
_FINGERS = ("pinky", "index", "thumb")
# Arms and legs are judged apart: one may be mistaken while the other is not.
_GROUPS = (
    [
        "eye_inner",
        "eye",
        "eye_outer",
        "ear",
        "shoulder",
        "elbow",
        "wrist",
        "pinky",
        "index",
        "thumb",
    ],
    ["hip", "knee", "ankle", "heel", "foot_index"],
)
_JUDGED = (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle"))
_REMEMBERS_S = 0.2  # how long what was decided before counts
_PAST_COUNTS = 1.2  # as much more than a detector's joints, so that one slip of it changes nothing
_PERSUADED_S = 0.25  # how long a detector must insist on the contrary
_INSISTS = 0.3
_HANGS_ON = {"wrist": _FINGERS, "ankle": ("heel", "foot_index")}
_TRUSTED = 0.5
_SEEN = 0.2  # a detector's score below which a joint's place is a guess
_ASTRAY = 0.06  # body lengths
_FACE_ASTRAY = 0.04
_FACE = slice(0, 11)  # the landmarks of a face
_FACE_JOINTS = 5  # the first of COCO's joints: nose, eyes, ears

Joints = NDArray[np.float32]


def exchange(places: list[int]) -> list[int]:
    """Return the places of the same points on the other side of the body."""
    return [LANDMARKS.index(_other(LANDMARKS[place])) for place in places]


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
        self._doubt_s = [0.0] * len(_GROUPS)

    def __call__(
        self, joints: Joints, world: Joints, coco: Joints, trust: float, elapsed_s: float
    ) -> tuple[Joints, Joints]:
        """Return landmarks with left and right exchanged where the witnesses say so.

        Args:
            joints: (33, 3) x, y in pixels of the picture, visibility.
            world: (33, 3) metres.
            coco: (17, 3) x, y in pixels of the picture, score; the detector's, in COCO's order.
            trust: 0-1, how well the detector's joints are known to be where they are said to be.
            elapsed_s: since the last call.
        """
        joints, world = joints.copy(), world.copy()
        for group in range(len(_GROUPS)):
            if self._is_exchanged(group, joints, coco, trust, elapsed_s):
                own = _both_sides(_GROUPS[group])
                joints[own], world[own] = joints[exchange(own)], world[exchange(own)]
            if trust > _TRUSTED:
                for side in _SIDES:
                    if self._is_astray(side, group, joints, coco):
                        self._take_over(side, group, joints, world, coco)
        if trust > _TRUSTED:
            joints[_FACE, :2] += _face_astray(joints, coco)
        self._past, self._past_world = joints.copy(), world.copy()
        return joints, world

    def _is_astray(self, side: str, group: int, joints: Joints, coco: Joints) -> bool:
        """Whether a limb has jumped to a place where the detector does not see it."""
        limb = [LANDMARKS.index(f"{side}_{name}") for name in _JUDGED[group]]
        found = coco[[FROM_COCO.index(place) for place in limb]]
        if self._past is None or found[:, 2].min() < _SEEN:
            return False

        def apart(one: Joints, other: Joints) -> float:
            return float(np.linalg.norm(one[:, :2] - other[:, :2], axis=1).mean())

        misfit = apart(joints[limb], found)
        least = _ASTRAY * body_length(coco)
        jumped = apart(joints[limb], self._past[limb]) > least / 2
        return jumped and misfit > max(least, apart(self._past[limb], found))

    def _take_over(
        self, side: str, group: int, joints: Joints, world: Joints, coco: Joints
    ) -> None:
        """Put a limb where the detector has it; what hangs on it comes along."""
        for name in _JUDGED[group]:
            place = LANDMARKS.index(f"{side}_{name}")
            found = coco[FROM_COCO.index(place), :2]
            carried = [LANDMARKS.index(f"{side}_{part}") for part in _HANGS_ON.get(name, ())]
            joints[carried, :2] += found - joints[place, :2]
            joints[place, :2] = found
        if self._past_world is not None:
            own = [LANDMARKS.index(f"{side}_{name}") for name in _GROUPS[group]]
            world[own] = self._past_world[own]

    def _is_exchanged(
        self, group: int, joints: Joints, coco: Joints, trust: float, elapsed_s: float
    ) -> bool:
        judged = _both_sides(_JUDGED[group])
        found = coco[[FROM_COCO.index(place) for place in judged]]
        detector = trust * _for_exchange(joints, judged, found[:, :2], found[:, 2])
        if self._past is None:
            return detector > 0.1
        past = self._past[judged]
        before = _for_exchange(joints, judged, past[:, :2], past[:, 2])
        decided = detector + _PAST_COUNTS * float(np.exp(-elapsed_s / _REMEMBERS_S)) * before > 0
        insists = abs(detector) > _INSISTS and (detector > 0) != decided
        self._doubt_s[group] = self._doubt_s[group] + elapsed_s if insists else 0.0
        if self._doubt_s[group] > _PERSUADED_S:
            self._doubt_s[group] = 0.0
            return not decided
        return decided


def _face_astray(joints: Joints, coco: Joints) -> Joints:
    """How far to move a face that the detector sees elsewhere: (2,) pixels, mostly zero.

    Where a face is hidden by a cap or turned away, BlazePose leaves it where it was.
    """
    sure = [place for place in range(_FACE_JOINTS) if coco[place, 2] >= _SEEN]
    if len(sure) < 3:
        return np.zeros(2, np.float32)
    own = [FROM_COCO[place] for place in sure]
    shift = np.asarray((coco[sure, :2] - joints[own, :2]).mean(axis=0), np.float32)
    is_astray = float(np.linalg.norm(shift)) > _FACE_ASTRAY * body_length(coco)
    return shift if is_astray else np.zeros(2, np.float32)


def _for_exchange(joints: Joints, judged: list[int], witness: Joints, weights: Joints) -> float:
    """How much a witness speaks for exchanged sides: 1 for, -1 against, 0 cannot tell."""
    weights = weights + np.float32(1e-3)

    def misfit(places: list[int]) -> float:
        return float((np.linalg.norm(joints[places, :2] - witness, axis=1) * weights).sum())

    straight, exchanged = misfit(judged), misfit(exchange(judged))
    return (straight - exchanged) / max(straight + exchanged, 1e-6)


def _both_sides(names: Sequence[str]) -> list[int]:
    return [LANDMARKS.index(f"{side}_{name}") for side in _SIDES for name in names]


def _other(name: str) -> str:
    if name.startswith("left_"):
        return "right_" + name.removeprefix("left_")
    if name.startswith("right_"):
        return "left_" + name.removeprefix("right_")
    return name
