"""The bench's clip as test footage: real people, small enough to be parsed in a moment."""

from __future__ import annotations

import functools
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.resources import media_file
from pipeline.frame import BGR, Frame
from pipeline.sources.video import VideoFile

MAN = (0, 200, 480, 840)  # x0, y0, x1, y1 in the clip: the man alone


@functools.cache
def images() -> tuple[BGR, ...]:
    """All 50 images of the clip, (1280, 720, 3)."""
    return tuple(frame.bgr for frame in VideoFile(media_file("leg-raise.mp4")))


def man(count: int = 50, height: int = 320) -> list[BGR]:
    """The first images, cut to the man alone, who then is about 200 pixels tall."""
    x0, y0, x1, y1 = MAN
    size = (round(height * (x1 - x0) / (y1 - y0)), height)
    return [
        cv2.resize(image[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA)
        for image in images()[:count]
    ]


def on_ground(image: BGR, height: int, width: int, x: int, y: int) -> BGR:
    """An image laid on a larger plain one."""
    ground = np.full((height, width, 3), 120, np.uint8)
    ground[y : y + image.shape[0], x : x + image.shape[1]] = image
    return ground


def frames_of(pictures: list[BGR], rate: int = 30) -> list[Frame]:
    """Frames in a row, as a source would give them."""
    return [
        Frame.from_bgr(picture.copy(), 0.0, number, Fraction(1, rate))
        for number, picture in enumerate(pictures)
    ]


def noisy(image: BGR, seed: int, sigma: float = 3.0) -> BGR:
    """The image with a sensor's noise."""
    noise: NDArray[np.float64] = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def write_film(path: Path, pictures: list[BGR], rate: int = 30) -> None:
    """Write pictures to a video file."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=rate)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        output.mux(stream.encode())
