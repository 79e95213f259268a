"""Looks at one person closely: BlazePose GHUM, 33 landmarks and a mask."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import LANDMARKS
from mirror.inference.onnx_session import load
from mirror.pose.mask_refinement import refined
from mirror.tracking.crop import MARGIN, SIDE, Crop
from pipeline.frame import BGR


def _opposite(name: str) -> str:
    sides = {"left": "right", "right": "left"}
    return "_".join(sides.get(word, word) for word in name.split("_"))


_OUTPUTS = ["Identity", "Identity_1", "Identity_2", "Identity_4"]
_COUNT = len(LANDMARKS)

_AGREES = 0.06  # of a square's side: where two answers lie farther apart, one has the wrong side
CERTAIN = np.float32(6.0)  # logits beyond which a mask is no surer
# the same landmark of the other side; what comes after them, the middle and the top, has no side
_OTHER_SIDE = [LANDMARKS.index(_opposite(name)) for name in LANDMARKS] + list(range(_COUNT, 39))

Size = Literal["lite", "full"]


@dataclass(frozen=True, slots=True, eq=False)
class PoseEstimate:
    """What the network saw in one crop.

    Attributes:
        crop: where it looked.
        presence: 0-1, how sure it is that a person is there.
        joints: (33, 3) float32: x, y in pixels of the picture, visibility 0-1.
        world: (33, 3) float32: metres, origin between the hips, y down.
        mask: (256, 256) float32 logits from -6 to 6 in the crop: above 0 is the person.
        circle: the square that the network itself would rather have looked at.
    """

    crop: Crop
    presence: float
    joints: NDArray[np.float32]
    world: NDArray[np.float32]
    mask: NDArray[np.float32]
    circle: Crop


class Looks(Protocol):
    """Looks at one person."""

    def estimate(self, image: BGR, crop: Crop) -> PoseEstimate:
        """Return what is seen in one crop of (H, W, 3) uint8 BGR."""
        ...


class LandmarkNetwork:
    """Looks at crops; deterministic, without memory. One thread.

    Args:
        threads: that it computes with.
        size: which of the networks: full takes half as long again as lite.
    """

    def __init__(self, threads: int = 1, size: Size = "lite") -> None:
        self._session = load(f"pose_landmark_{size}", threads)

    def estimate(self, image: BGR, crop: Crop) -> PoseEstimate:
        """Return what is seen in one crop of (H, W, 3) uint8 BGR."""
        return _estimate(self.answer(crop.cut(image)), crop)

    def answer(self, square: BGR) -> Answer:
        """Return what the network says of a square, (256, 256, 3) uint8 BGR."""
        colours = cv2.cvtColor(square, cv2.COLOR_BGR2RGB)
        network_input = np.multiply(colours, np.float32(1 / 255), dtype=np.float32)[None]
        points, presence, mask, world = self._session.run(_OUTPUTS, {"input_1": network_input})
        return Answer(
            points.reshape(-1, 5),
            float(presence[0, 0]),
            mask.reshape(SIDE, SIDE),
            world.reshape(-1, 3),
        )


class CarefulNetwork:
    """Looks with a network at a crop and its mirror image, and draws edges to the picture's.

    Args:
        network: which: with the full one, a look takes four times as long as a usual one.
    """

    def __init__(self, network: LandmarkNetwork) -> None:
        self._network = network

    def estimate(self, image: BGR, crop: Crop) -> PoseEstimate:
        """See ``LandmarkNetwork``."""
        square = crop.cut(image)
        plain = self._network.answer(square)
        mirror_image = np.ascontiguousarray(square[:, ::-1])
        both = _together(plain, _mirrored(self._network.answer(mirror_image)))
        return _estimate(dataclasses.replace(both, mask=refined(square, both.mask)), crop)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the network says of a square.

    Attributes:
        points: (39, 5): x, y, z in pixels of the square, logits of visibility and presence.
        presence: 0-1.
        mask: (256, 256) logits.
        world: (39, 3) metres.
    """

    points: NDArray[np.float32]
    presence: float
    mask: NDArray[np.float32]
    world: NDArray[np.float32]


def _mirrored(answer: Answer) -> Answer:
    """What an answer about a mirror image says about the square itself."""
    points, world = answer.points[_OTHER_SIDE], answer.world[_OTHER_SIDE]
    points[:, 0] = SIDE - 1 - points[:, 0]
    world[:, 0] *= -1
    return Answer(points, answer.presence, np.ascontiguousarray(answer.mask[:, ::-1]), world)


def _together(one: Answer, other: Answer) -> Answer:
    """What two answers about one square say; of landmarks that lie far apart, the first's."""
    apart = np.hypot(*(one.points - other.points)[:, :2].T)
    agree = (apart < _AGREES * SIDE)[:, None]
    return Answer(
        np.where(agree, (one.points + other.points) / 2, one.points),
        (one.presence + other.presence) / 2,
        cv2.addWeighted(_certain(one.mask), 0.5, _certain(other.mask), 0.5, 0),
        np.where(agree, (one.world + other.world) / 2, one.world),
    )


def _certain(mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """A mask in which neither side is surer than the other can outweigh."""
    limited: NDArray[np.float32] = np.clip(mask, -CERTAIN, CERTAIN)
    return limited


def _estimate(answer: Answer, crop: Crop) -> PoseEstimate:
    return PoseEstimate(
        crop=crop,
        presence=answer.presence,
        joints=_in_picture(answer.points[:_COUNT], crop),
        world=_upright(answer.world[:_COUNT], crop.angle),
        mask=_certain(answer.mask),
        circle=_circle(answer.points[_COUNT : _COUNT + 2], crop),
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
