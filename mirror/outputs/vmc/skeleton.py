"""VRM's humanoid bones, as far as landmarks tell of them, and where they put the joints.

Coordinates are those of Unity, which the VMC protocol has: x to the avatar's right, y up, z the way
it faces; left-handed; metres. In a T-pose every bone's rotation is the identity.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mirror.outputs.vmc.rotations import IDENTITY, Array, product, turned

# bone -> the bone it hangs on, and where it begins, in that one's coordinates in a T-pose. Names
# are Unity's HumanBodyBones. Proportions of a person 1.6 m tall, after Winter, Biomechanics and
# Motor Control, 4th ed., 2009, figure 4.1; receivers usually keep their model's own.
BONES: dict[str, tuple[str | None, tuple[float, float, float]]] = {
    "Hips": (None, (0.0, 0.85, 0.0)),
    "Spine": ("Hips", (0.0, 0.09, 0.0)),
    "Chest": ("Spine", (0.0, 0.14, 0.0)),
    "Neck": ("Chest", (0.0, 0.25, 0.0)),
    "Head": ("Neck", (0.0, 0.08, 0.0)),
    "LeftShoulder": ("Chest", (-0.04, 0.2, 0.0)),
    "LeftUpperArm": ("LeftShoulder", (-0.12, 0.0, 0.0)),
    "LeftLowerArm": ("LeftUpperArm", (-0.28, 0.0, 0.0)),
    "LeftHand": ("LeftLowerArm", (-0.23, 0.0, 0.0)),
    "RightShoulder": ("Chest", (0.04, 0.2, 0.0)),
    "RightUpperArm": ("RightShoulder", (0.12, 0.0, 0.0)),
    "RightLowerArm": ("RightUpperArm", (0.28, 0.0, 0.0)),
    "RightHand": ("RightLowerArm", (0.23, 0.0, 0.0)),
    "LeftUpperLeg": ("Hips", (-0.09, -0.04, 0.0)),
    "LeftLowerLeg": ("LeftUpperLeg", (0.0, -0.37, 0.0)),
    "LeftFoot": ("LeftLowerLeg", (0.0, -0.37, 0.0)),
    "RightUpperLeg": ("Hips", (0.09, -0.04, 0.0)),
    "RightLowerLeg": ("RightUpperLeg", (0.0, -0.37, 0.0)),
    "RightFoot": ("RightLowerLeg", (0.0, -0.37, 0.0)),
}
ANKLE_M = 0.07  # that an ankle is above the ground

Rotations = Mapping[str, Array]


def joints_of(local: Rotations) -> dict[str, Array]:
    """Return where each bone begins, with the hips at the origin: forward kinematics.

    Args:
        local: bone -> its rotation in its parent's coordinates; who is left out is not turned.
    """
    places: dict[str, Array] = {}
    turns: dict[str, Array] = {}
    for bone, (parent, offset) in BONES.items():
        own = local.get(bone, IDENTITY)
        if parent is None:
            places[bone], turns[bone] = np.zeros(3), own
        else:
            places[bone] = places[parent] + turned(turns[parent], np.array(offset))
            turns[bone] = product(turns[parent], own)
    return places


def hips_height(local: Rotations) -> float:
    """Return how high the hips are when the lower foot stands on the ground."""
    joints = joints_of(local)
    return ANKLE_M - float(min(joints["LeftFoot"][1], joints["RightFoot"][1]))
