"""Finds people in a picture: MoveNet MultiPose, up to six with 17 joints each."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.inference.onnx_session import load
from mirror.tracking.body_geometry import travelled
from mirror.tracking.box_detector import BoxDetector
from mirror.tracking.crop import Crop
from mirror.tracking.detector_input import detector_input
from mirror.tracking.motion import Motion
from pipeline.frame import BGR

SIDE = 256  # the longer side that the network was trained for
_STRIDE = 32  # its input's sides are multiples of it
_LEAST_SCORE = 0.2  # below it, most of what it finds is furniture


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One person found.

    Attributes:
        joints: (17, 3) float32: x, y in pixels of the picture, score 0-1; COCO's order.
        score: 0-1.
        moved: pixels that what moves fastest about the person has gone since the picture.
        crop: the square in which the landmark network saw the person best, where that was tried.
    """

    joints: NDArray[np.float32]
    score: float
    moved: float = 0.0
    crop: Crop | None = None

    def carried(self, motion: Motion) -> Detection:
        """Return where the person is one frame later."""
        joints, moved = self.joints.copy(), self.moved + travelled(self.joints, motion)
        joints[:, :2] = motion.carry(joints[:, :2])
        return replace(self, joints=joints, moved=moved, crop=None)


class PersonDetector:
    """Finds people; deterministic, without memory. One thread."""

    def __init__(self, threads: int = 1) -> None:
        self._session = load("movenet-multipose", threads)
        self._threads = threads

    @functools.cached_property
    def boxes(self) -> BoxDetector:
        """The detector of boxes that goes with this one; loaded when it is first asked for."""
        return BoxDetector(self._threads)

    def find(self, image: BGR, x0: int = 0, y0: int = 0, side: int = SIDE) -> list[Detection]:
        """Return the people in (H, W, 3) uint8 BGR, the surest first.

        Args:
            image: the picture, or a part of it.
            x0: column of the picture, in whose pixels joints are given, where the part begins.
            y0: its row.
            side: pixels that the longer side is brought to; the cost goes with its square.
        """
        height, width = image.shape[:2]
        padded, inner_height, inner_width = detector_input(image, side, _STRIDE, cv2.INTER_AREA)
        colours = padded[None, :, :, ::-1].astype(np.int32, order="C")
        (found,) = self._session.run(None, {"input": colours})
        rows, columns = padded.shape[:2]
        stretch = np.array([columns / inner_width * width, rows / inner_height * height])
        detections = [_detection(person, stretch, x0, y0) for person in found[0]]
        return sorted(
            (found for found in detections if found.score >= _LEAST_SCORE),
            key=lambda found: -found.score,
        )


def _detection(
    person: NDArray[np.float32], stretch: NDArray[np.float64], x0: int, y0: int
) -> Detection:
    joints = person[:51].reshape(17, 3)[:, [1, 0, 2]].astype(np.float32)
    joints[:, :2] = joints[:, :2] * stretch + (x0, y0)
    return Detection(joints, float(person[55]))
