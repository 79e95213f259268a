"""From BlazePose's world landmarks to the rotations of VRM's bones."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import LANDMARKS
from mirror.outputs.vmc.rotations import (
    IDENTITY,
    Array,
    between,
    cross,
    inverse,
    of_axes,
    product,
    swing,
    turned,
)

_PLACES = {name: place for place, name in enumerate(LANDMARKS)}
_SHORT_M = 0.02  # a limb that seems shorter points nowhere
_SIDES = ("Left", "Right")
_TRUNK = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")

# bone -> the bone whose frame it is turned from, the joints from and to which it runs, and its
# direction in a T-pose
_LIMBS: dict[str, tuple[str, str, str, tuple[float, float, float]]] = {}
for _side in _SIDES:
    _low, _across = _side.lower(), (-1.0 if _side == "Left" else 1.0)
    _LIMBS |= {
        f"{_side}UpperArm": (
            "Chest", f"{_low}_shoulder", f"{_low}_elbow", (_across, 0.0, 0.0),
        ),
        f"{_side}LowerArm": (
            f"{_side}UpperArm", f"{_low}_elbow", f"{_low}_wrist", (_across, 0.0, 0.0),
        ),
        f"{_side}UpperLeg": ("Hips", f"{_low}_hip", f"{_low}_knee", (0.0, -1.0, 0.0)),
        f"{_side}LowerLeg": (
            f"{_side}UpperLeg", f"{_low}_knee", f"{_low}_ankle", (0.0, -1.0, 0.0),
        ),
        f"{_side}Foot": (
            f"{_side}LowerLeg", f"{_low}_heel", f"{_low}_foot_index", (0.0, 0.0, 1.0),
        ),
    }  # fmt: skip

LIMBS = tuple(_LIMBS)


@dataclass(frozen=True, slots=True)
class Neutral:
    """How somebody's landmarks lie where an avatar's bones are not turned.

    Attributes:
        limbs: bone -> its direction in its parent's frame in a T-pose; who is left out has VRM's.
        head: the rotation of the head against the chest that counts as looking ahead.
    """

    limbs: dict[str, Array] = field(default_factory=dict)
    head: Array = field(default_factory=lambda: IDENTITY)


def bone_rotations(
    world: NDArray[np.float32], seen: NDArray[np.bool_], neutral: Neutral = Neutral()
) -> dict[str, Array] | None:
    """Return bone -> rotation in its parent's coordinates; None where the trunk is not known.

    What cannot be known is left out: it stays as it was. Limbs turn the shortest way from where
    they hang on, since points do not tell how far a limb is twisted about itself; half of a
    trunk's and a neck's turn is each bone's.

    Args:
        world: (33, 3) metres, as ``Pose.world``.
        seen: (33,) which of them can be believed.
        neutral: whose landmarks they are.
    """
    points = -world.astype(np.float64)  # right, down, away becomes the avatar's right, up, ahead
    trunk = [
        _PLACES[f"{side}_{joint}"] for side in ("left", "right") for joint in ("hip", "shoulder")
    ]
    left_hip, left_shoulder, right_hip, right_shoulder = points[trunk]
    up = (left_shoulder + right_shoulder - left_hip - right_hip) / 2
    if (
        not seen[trunk].all()
        or min(map(np.linalg.norm, (up, right_hip - left_hip, right_shoulder - left_shoulder)))
        < _SHORT_M
    ):
        return None
    turns = {"Hips": of_axes(right_hip - left_hip, up)}
    chest = of_axes(right_shoulder - left_shoulder, up)
    turns["Spine"] = between(turns["Hips"], chest, 0.5)
    turns["Chest"] = chest
    local = {
        "Hips": turns["Hips"],
        "Spine": product(inverse(turns["Hips"]), turns["Spine"]),
        "Chest": product(inverse(turns["Spine"]), chest),
    }
    local |= _head(points, seen, chest, neutral)
    for bone, (parent, near, far, rest) in _LIMBS.items():
        direction = _direction(points, seen, near, far)
        if direction is None or parent not in turns:
            continue
        here = turned(inverse(turns[parent]), direction)
        local[bone] = swing(neutral.limbs.get(bone, np.array(rest)), here)
        turns[bone] = product(turns[parent], local[bone])
    return local


def neutral_of(world: NDArray[np.float32], seen: NDArray[np.bool_]) -> Neutral | None:
    """Return what counts as a T-pose for whoever stands in one; None where a part is not seen."""
    found = bone_rotations(world, seen)
    if found is None or any(bone not in found for bone in (*LIMBS, "Head")):
        return None
    limbs = {bone: _as_in_trunk(bone, found) for bone in LIMBS}
    return Neutral(limbs, head_of(found))


def _as_in_trunk(bone: str, local: dict[str, Array]) -> Array:
    """A limb's direction in the frame of the chest or the hips, which all its bones' are then."""
    parent, direction = bone, np.array(_LIMBS[bone][3])
    while parent in _LIMBS:
        direction = turned(local[parent], direction)
        parent = _LIMBS[parent][0]
    return direction


def head_of(local: dict[str, Array]) -> Array:
    """Return how a head is turned against its chest."""
    return product(local["Neck"], local["Head"])


def _head(
    points: Array, seen: NDArray[np.bool_], chest: Array, neutral: Neutral
) -> dict[str, Array]:
    places = [_PLACES[name] for name in ("left_ear", "right_ear", "nose")]
    if not seen[places].all():
        return {}
    left, right, nose = points[places]
    across, ahead = right - left, nose - (left + right) / 2
    if np.linalg.norm(across) < _SHORT_M or np.linalg.norm(ahead) < _SHORT_M:
        return {}
    head = product(inverse(chest), of_axes(across, cross(ahead, across)))
    turn = product(head, inverse(neutral.head))
    half = between(IDENTITY, turn, 0.5)
    return {"Neck": half, "Head": half}


def _direction(points: Array, seen: NDArray[np.bool_], near: str, far: str) -> Array | None:
    places = [_PLACES[near], _PLACES[far]]
    line = points[places[1]] - points[places[0]]
    length = np.linalg.norm(line)
    return line / length if seen[places].all() and length >= _SHORT_M else None
