"""Which side is left: two networks may disagree, and one of them has seen more of the scene."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.parsers.builtin.skeleton import FROM_COCO, LANDMARKS

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
_CLEARLY = 0.8  # exchanged sides must fit by that much better


def exchange(places: list[int]) -> list[int]:
    """Return the places of the same points on the other side of the body."""
    return [LANDMARKS.index(_other(LANDMARKS[place])) for place in places]


def with_sides_of(
    joints: NDArray[np.float32], world: NDArray[np.float32], coco: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return landmarks with left and right exchanged where that fits a detector's joints better.

    BlazePose sees one square and takes a chest for a back when the face is hidden; MoveNet, which
    sees the whole picture, and the motion that carried its joints here, keep the sides.

    Args:
        joints: (33, 3) x, y in pixels of the picture, visibility.
        world: (33, 3) metres.
        coco: (17, 3) x, y in pixels of the picture, score; COCO's order.
    """
    joints, world = joints.copy(), world.copy()
    for names, judged in zip(_GROUPS, _JUDGED, strict=True):
        if _fits_exchanged(joints, coco, judged):
            places = [LANDMARKS.index(f"{side}_{name}") for side in _SIDES for name in names]
            joints[places], world[places] = joints[exchange(places)], world[exchange(places)]
    return joints, world


def _fits_exchanged(
    joints: NDArray[np.float32], coco: NDArray[np.float32], judged: tuple[str, ...]
) -> bool:
    places = [LANDMARKS.index(f"{side}_{name}") for side in _SIDES for name in judged]
    reference = coco[[FROM_COCO.index(place) for place in places]]
    weights = reference[:, 2] + np.float32(1e-3)

    def misfit(own: list[int]) -> float:
        return float((np.linalg.norm(joints[own, :2] - reference[:, :2], axis=1) * weights).sum())

    return misfit(exchange(places)) < _CLEARLY * misfit(places)


def _other(name: str) -> str:
    if name.startswith("left_"):
        return "right_" + name.removeprefix("left_")
    if name.startswith("right_"):
        return "left_" + name.removeprefix("right_")
    return name
