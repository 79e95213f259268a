"""People of cardboard: label maps, persons and pictures whose every pixel a test knows."""

from __future__ import annotations

import av
import cv2
import numpy as np

from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing, Person, Pose
from pipeline.frame import BGR, Frame

HEAD, TORSO, LEFT_THIGH, RIGHT_THIGH, LEFT_SHIN, RIGHT_SHIN = 1, 2, 9, 10, 11, 12
JOINTS = ("nose", "left_shoulder", "right_shoulder", "left_hip", "right_hip", "left_knee")


def labels_of_one(height: int = 120, width: int = 160, left: float = 0.5) -> LabelMap:
    """One standing person, centred at ``left`` of the width."""
    labels = np.zeros((height, width), np.uint8)
    unit, centre = height / 12, left * width
    for part, (x, y, across, down) in {
        TORSO: (0, 4.5, 1.4, 2.2),
        LEFT_THIGH: (0.6, 7.4, 0.6, 1.2),
        RIGHT_THIGH: (-0.6, 7.4, 0.6, 1.2),
        LEFT_SHIN: (0.6, 9.6, 0.5, 1.2),
        RIGHT_SHIN: (-0.6, 9.6, 0.5, 1.2),
        HEAD: (0, 1.6, 0.8, 1.0),
    }.items():
        middle = (round(centre + x * unit), round(y * unit))
        cv2.ellipse(labels, middle, (round(across * unit), round(down * unit)), 0, 0, 360, part, -1)
    return labels


def person(number: int = 1, height: int = 120, width: int = 160, left: float = 0.5) -> Person:
    """The person whom ``labels_of_one`` draws."""
    unit, centre = height / 12, left * width
    places = [(0, 1.6), (1, 3), (-1, 3), (0.6, 6.4), (-0.6, 6.4), (0.6, 8.4)]
    image = np.array([(centre + x * unit, y * unit, 0.9) for x, y in places], np.float32)
    world = np.array([(x / 4, y / 4 - 1.6, 0.1) for x, y in places], np.float32)
    box = (centre - 1.4 * unit, 0.6 * unit, centre + 1.4 * unit, 10.8 * unit)
    return Person(number, 0.93, box, Pose(JOINTS, image, world, {"left_knee": 171.25}))


def parsing_of_one(height: int = 120, width: int = 160) -> Parsing:
    labels = labels_of_one(height, width)
    return Parsing(labels, (labels > 0).astype(np.uint8), (person(1, height, width),))


def colourful(height: int = 120, width: int = 160) -> BGR:
    """A smooth picture with every hue in it, which chroma subsampling hardly changes."""
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    blue = 40 + 170 * across / width
    green = 40 + 170 * down / height
    red = 210 - 85 * across / width - 85 * down / height
    return np.dstack([blue, green, red]).round().astype(np.uint8)


def frame_in(pixel_format: str, height: int = 120, width: int = 160) -> Frame:
    """A colourful frame in some pixel format."""
    return Frame(Frame.from_bgr(colourful(height, width), 0.0).copy(pixel_format), 0.0)


def tagged(frame: Frame, matrix: int, full_range: bool) -> Frame:
    """The frame with other colour tags on the same samples."""
    picture: av.VideoFrame = frame.copy()
    picture.colorspace, picture.color_range = matrix, 2 if full_range else 1
    return Frame(picture, frame.captured_at)
