"""A body of about 350 pixels that faces the camera: its landmarks, and pictures of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from textured import textured

from mirror.core.parsing import Parsing, Person, Pose
from mirror.core.skeleton import LANDMARKS
from pipeline.frame import BGR, Frame

_MIDDLE = 200.0
_HEIGHTS = {  # name -> pixels from the middle to the person's left, and down
    "nose": (0, 60), "eye_inner": (4, 54), "eye": (7, 54), "eye_outer": (10, 54), "ear": (14, 58),
    "mouth": (5, 68), "shoulder": (35, 100), "elbow": (60, 150), "wrist": (80, 200),
    "pinky": (86, 212), "index": (84, 214), "thumb": (80, 208), "hip": (20, 210),
    "knee": (22, 300), "ankle": (22, 385), "heel": (20, 392), "foot_index": (30, 396),
}  # fmt: skip


HEIGHT, WIDTH = 420, 560
GROUND, CLOTH = textured(HEIGHT, WIDTH) // 2, textured(400, 400)
UPPER, LOWER = 7, 9  # the slow parser's two classes: above the hips, and below
RATE = 30.0

Joints = NDArray[np.float32]
Labels = NDArray[np.uint8]


def standing(right: float = 0.0, down: float = 0.0) -> NDArray[np.float32]:
    """Return (33, 3) landmarks, all of them seen, moved by so many pixels."""
    joints = np.ones((len(LANDMARKS), 3), np.float32)
    for place, name in enumerate(LANDMARKS):
        side = -1 if "right" in name else 1
        base = name.replace("left_", "").replace("right_", "")
        base = base.replace("_left", "").replace("_right", "")
        out, height = _HEIGHTS[base]
        joints[place, :2] = _MIDDLE + side * out + right, height + down
    return joints


def bent_elbow() -> NDArray[np.float32]:
    """Return the same body with the left forearm raised."""
    joints = standing()
    elbow = joints[LANDMARKS.index("left_elbow"), :2].copy()
    for name in ("wrist", "pinky", "index", "thumb"):
        place = LANDMARKS.index(f"left_{name}")
        along, down = joints[place, :2] - elbow
        joints[place, :2] = elbow[0] + down, elbow[1] - along
    return joints


def somebody(
    joints: NDArray[np.float32], box: tuple[float, float, float, float], id: int = 1
) -> Person:
    """Return a person with these landmarks."""
    return Person(id, 1.0, box, Pose(LANDMARKS, joints, None, {}))


def mask_of(joints: Joints) -> Labels:
    """Thick lines where the limbs are, 1 inside."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    point = {name: tuple(map(int, joints[place, :2])) for place, name in enumerate(LANDMARKS)}
    for side in ("left", "right"):
        for one, other, thick in (
            ("shoulder", "elbow", 22), ("elbow", "wrist", 18), ("hip", "knee", 34),
            ("knee", "ankle", 22),
        ):  # fmt: skip
            cv2.line(mask, point[f"{side}_{one}"], point[f"{side}_{other}"], 1, thick)
    corners = [point[name] for name in ("left_shoulder", "right_shoulder", "right_hip", "left_hip")]
    cv2.fillConvexPoly(mask, np.array(corners), 1)
    cv2.circle(mask, point["nose"], 26, 1, -1)
    return mask


def picture_of(joints: Joints) -> BGR:
    """The body in a cloth that goes where its nose goes, before a ground that stands."""
    picture, mask = GROUND.copy(), mask_of(joints)
    dx, dy = (joints[0, :2] - standing()[0, :2]).astype(int)
    cloth = np.roll(np.resize(CLOTH, (HEIGHT, WIDTH, 3)), (dy, dx), (0, 1)) // 2 + 120
    picture[mask > 0] = cloth[mask > 0]
    return picture


def slow_labels(joints: Joints) -> Labels:
    hips = joints[LANDMARKS.index("left_hip"), 1]
    rows = np.arange(HEIGHT)[:, None]
    return np.where(mask_of(joints) > 0, np.where(rows < hips, UPPER, LOWER), 0).astype(np.uint8)


def seen(joints: Joints, id: int = 1) -> Parsing:
    """What the carrier says: one part, and who it is."""
    mask = mask_of(joints)
    x, y, width, height = cv2.boundingRect(mask)
    person = somebody(joints, (x, y, x + width, y + height), id)
    return Parsing(mask, (mask * id).astype(np.uint8), (person,))


def frame_of(picture: BGR, number: int) -> Frame:
    frame = Frame.from_bgr(picture.copy(), number / RATE)
    frame.sequence = number
    return frame


def going_right(number: int) -> Joints:
    return standing(right=3.0 * number)
