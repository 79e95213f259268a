"""What the bench looks at: pieces of a clip of its own, back and forth.

It is not the clip of ``mirror demo``, so that figures stay comparable when that one changes.
"""

from __future__ import annotations

import functools
from fractions import Fraction

import av
import cv2
import numpy as np

from mirror.core.resources import media_file
from pipeline.frame import BGR, Frame
from pipeline.sources.video import VideoFile

_RATE = 30
# x0, y0, x1, y1 of 480 x 640 pixels in the clip: the man alone, and with who stands behind him
_ONE, _TWO = (0, 200, 480, 840), (120, 200, 600, 840)


def one_person() -> list[BGR]:
    """Return (640, 480, 3) uint8 images with one person in them."""
    return _cut(_ONE)


def two_people() -> list[BGR]:
    """Return images of the same size with two people in them."""
    return _cut(_TWO)


def at_720p() -> list[BGR]:
    """Return (720, 1280, 3) uint8 images with two people in them."""
    return [cv2.resize(image[280:685], (1280, 720)) for image in _clip()]


def as_frames(images: list[BGR]) -> list[Frame]:
    """Return fresh frames, 1/30 s apart: a frame remembers what was made from it."""
    made = []
    for number, image in enumerate(images):
        picture = av.VideoFrame.from_ndarray(image, format="bgr24").reformat(format="yuv420p")
        made.append(Frame(picture, 0.0, number, Fraction(1, _RATE)))
    return made


def _cut(box: tuple[int, int, int, int]) -> list[BGR]:
    x0, y0, x1, y1 = box
    return [np.ascontiguousarray(image[y0:y1, x0:x1]) for image in _clip()]


@functools.cache
def _clip() -> tuple[BGR, ...]:
    there = [frame.bgr for frame in VideoFile(media_file("leg-raise.mp4"))]
    return (*there, *there[-2:0:-1]) * 2
