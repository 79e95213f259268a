"""Looks at one person closely: BlazePose GHUM lite, 33 landmarks and a mask."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.parsers.builtin.crop import MARGIN, SIDE, Crop
from mirror.parsers.builtin.runtime import load
from mirror.parsers.builtin.skeleton import LANDMARKS
from pipeline.frame import BGR

_OUTPUTS = ["Identity", "Identity_1", "Identity_2", "Identity_4"]
_COUNT = len(LANDMARKS)


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """What the network saw in one crop.

    Attributes:
        crop: where it looked.
        presence: 0-1, how sure it is that a person is there.
        joints: (33, 3) float32: x, y in pixels of the picture, visibility 0-1.
        world: (33, 3) float32: metres, origin between the hips, y down.
        mask: (256, 256) float32 logits in the crop: above 0 is the person.
        circle: the square that the network itself would rather have looked at.
    """

    crop: Crop
    presence: float
    joints: NDArray[np.float32]
    world: NDArray[np.float32]
    mask: NDArray[np.float32]
    circle: Crop


class LandmarkNetwork:
    """Looks at crops; deterministic, without memory. One thread."""

    def __init__(self, threads: int = 1) -> None:
        self._session = load("pose_landmark_lite", threads)

    def look(self, image: BGR, crop: Crop) -> Sighting:
        """Return what is seen in one crop of (H, W, 3) uint8 BGR."""
        square = cv2.cvtColor(crop.cut(image), cv2.COLOR_BGR2RGB)
        network_input = np.multiply(square, np.float32(1 / 255), dtype=np.float32)[None]
        points, presence, mask, world = self._session.run(_OUTPUTS, {"input_1": network_input})
        return Sighting(
            crop=crop,
            presence=float(presence[0, 0]),
            joints=_in_picture(points.reshape(-1, 5)[:_COUNT], crop),
            world=_upright(world.reshape(-1, 3)[:_COUNT], crop.angle),
            mask=mask.reshape(SIDE, SIDE),
            circle=_circle(points.reshape(-1, 5)[_COUNT : _COUNT + 2], crop),
        )


def _in_picture(points: NDArray[np.float32], crop: Crop) -> NDArray[np.float32]:
    matrix = crop.to_image
    joints = np.empty((_COUNT, 3), np.float32)
    joints[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    joints[:, 2] = 1 / (1 + np.exp(-np.clip(points[:, 3], -30, 30)))
    return joints


def _circle(points: NDArray[np.float32], crop: Crop) -> Crop:
    """The square round the circle that two more points span: its middle, and its top."""
    matrix = crop.to_image
    middle, top = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    x, y = top - middle
    side = 2 * MARGIN * float(np.hypot(x, y))
    return Crop(float(middle[0]), float(middle[1]), side, float(np.arctan2(x, -y)))


def _upright(world: NDArray[np.float32], angle: float) -> NDArray[np.float32]:
    """Undo the crop's rotation, as MediaPipe's WorldLandmarkProjectionCalculator does."""
    cosine, sine = np.cos(angle), np.sin(angle)
    turned = world.copy()
    turned[:, 0] = cosine * world[:, 0] - sine * world[:, 1]
    turned[:, 1] = sine * world[:, 0] + cosine * world[:, 1]
    return turned
