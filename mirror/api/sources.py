"""What may be given as a video, and how it becomes frames."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import numpy as np

from mirror.api.errors import ImageRefused
from mirror.api.images import Image, as_bgr, frame_of
from mirror.core.settings import FASTEST, SLOWEST, ConfigError
from pipeline.frame import Frame
from pipeline.sources import Source
from pipeline.sources.camera import Camera, device_of
from pipeline.sources.managed_source import ClosableSource
from pipeline.sources.network.jpeg_camera import open_network
from pipeline.sources.network.reconnecting import Reconnecting
from pipeline.sources.recording import open_recording

Video: TypeAlias = "str | PathLike[str] | int | Iterable[Image]"


class ImageSource(ClosableSource):
    """A program's own images as a source of frames; see ``pipeline.sources.Source``.

    Args:
        images: read on a thread of the lane's; each is copied, so that a loop may use its memory
            again.
        rate: images a second, from which they get their times; None, when live: their capture.
        rgb: whether arrays are in red-green-blue order.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        images: Iterable[Image],
        rate: Fraction | None,
        rgb: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._images, self._rgb, self._clock = images, rgb, clock
        self._time_base = None if rate is None else 1 / rate
        self._closed = threading.Event()
        self.is_live = rate is None

    def __iter__(self) -> Iterator[Frame]:
        """Yield one frame an image."""
        for number, image in enumerate(self._images):
            if self._closed.is_set():
                return
            pts = None if self._time_base is None else number
            yield Frame.from_bgr(as_bgr(image, self._rgb), self._clock(), pts, self._time_base)

    def close(self) -> None:
        """End the iteration at the next image."""
        self._closed.set()


class SinglePictures(ClosableSource):
    """Pictures that have nothing to do with one another, as a source of frames.

    Args:
        images: see ``frame_of``; read on a thread of the lane's.
        rgb: whether arrays are in red-green-blue order.
    """

    is_live = False

    def __init__(self, images: Iterable[Image], rgb: bool = False) -> None:
        self._images, self._rgb = images, rgb
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        """Yield one frame a picture."""
        for image in self._images:
            if self._closed.is_set():
                return
            yield frame_of(image, self._rgb)

    def close(self) -> None:
        """End the iteration at the next picture."""
        self._closed.set()


def open_frames(video: Video, fps: float, live: bool, rgb: bool) -> Source:
    """Return the frames of a file, a folder, an address, a camera or a program's own images.

    Raises:
        SourceError: there is nothing to be seen there; says why, and what to do.
        ConfigError: the rate cannot be.
        ImageRefused: it is none of these.
    """
    rate = _rate(fps)
    if isinstance(video, str | PathLike | int):
        return _opened(str(video), rate)
    if isinstance(video, np.ndarray) and video.ndim < 4:
        raise ImageRefused(
            "video.is_image", "that is one image; mirror.parse takes it, a video is several"
        )
    if isinstance(video, Iterable) and not isinstance(video, bytes):
        return ImageSource(video, None if live else rate, rgb)
    raise ImageRefused(
        "video.not_a_video",
        "a video is a path, an address, the number of a camera or an iterable of images, got {got}",
        got=type(video).__name__,
    )


def _opened(name: str, rate: Fraction) -> Source:
    if (device := device_of(name)) is not None:
        return Reconnecting(lambda: Camera(device))
    if "://" in name:
        return Reconnecting(lambda: open_network(name))
    return open_recording(Path(name), rate)


def _rate(fps: float) -> Fraction:
    if not SLOWEST <= fps <= FASTEST:
        raise ConfigError(
            "rate.out_of_range",
            "fps is a number from {least} to {most}, got {rate}",
            least=float(SLOWEST),
            most=FASTEST,
            rate=fps,
        )
    return Fraction(fps).limit_denominator(1001)
