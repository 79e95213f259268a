"""A cardboard person: the landmarks and the mask that the networks would give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import LANDMARKS
from mirror.tracking.crop import Crop

WHOLE = Crop(127.5, 127.5, 256.0, 0.0)


# somebody who stands and faces us, 200 tall, in a picture of 256 x 256
PLACES = {
    "nose": (128, 40), "mouth": (128, 46), "ear": (136, 40), "eye": (131, 37),
    "shoulder": (150, 70), "elbow": (162, 100), "wrist": (166, 130), "pinky": (167, 140),
    "index": (166, 141), "thumb": (163, 138), "hip": (140, 130), "knee": (142, 175),
    "ankle": (142, 215), "heel": (141, 220), "foot_index": (146, 224),
}  # fmt: skip


def joints() -> NDArray[np.float32]:
    found = np.ones((33, 3), np.float32)
    for place, name in enumerate(LANDMARKS):
        kind = name.removeprefix("left_").removeprefix("right_").removesuffix("_left")
        kind = kind.removesuffix("_right").removesuffix("_inner").removesuffix("_outer")
        x, y = PLACES[kind]
        found[place, :2] = (256 - x if "right" in name else x), y
    return found


def mask(left: int = 90, right: int = 166) -> NDArray[np.float32]:
    logits = np.full((256, 256), -6.0, np.float32)
    logits[25:228, left:right] = 6.0
    return logits
