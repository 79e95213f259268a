"""Frames of a camera on this machine, through OpenCV."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from pipeline.errors import CameraNotFound, SourceError
from pipeline.frame import Frame
from pipeline.sources.managed_source import ManagedSource

_VIDEO_DEVICES = Path("/sys/class/video4linux")
_PATIENCE = 30  # reads in a row that may fail: cameras deliver nothing, or rubbish, when they start


class Capture(Protocol):
    """What is used of ``cv2.VideoCapture``, so that a test can be the camera."""

    def isOpened(self) -> bool:  # noqa: D102
        ...

    def set(self, property: int, value: float) -> bool:  # noqa: D102
        ...

    def read(self) -> tuple[bool, np.ndarray | None]:  # noqa: D102
        ...

    def release(self) -> None:  # noqa: D102
        ...


@dataclass(frozen=True, slots=True)
class CameraListing:
    """A camera that the system knows: the index to open it by, and what it calls itself."""

    index: int
    name: str


def list_cameras(devices: Path = _VIDEO_DEVICES) -> Iterator[CameraListing]:
    """Yield the cameras of this machine without opening them. Only Linux tells; others: none."""
    for device in sorted(devices.glob("video*"), key=lambda path: int(path.name[5:] or 0)):
        try:
            name = (device / "name").read_text().strip() if _is_capture(device) else None
        except OSError:  # unplugged just now
            continue
        if name is not None:
            yield CameraListing(int(device.name[5:]), name)


def device_of(text: str) -> int | str | None:
    """Return the camera that a text names, by its index or as a device; None: it names none."""
    if re.fullmatch("[0-9]{1,4}", text):
        return int(text)
    is_device = text.startswith("/dev/") and not (Path(text).is_file() or Path(text).is_dir())
    return text if is_device else None


class Camera(ManagedSource):
    """A camera's frames, as they come; read on the flow's source thread.

    Opening fails at once if there is no camera. One that vanishes later ends the run with a
    SourceError. A read that blocks in the driver for ever cannot be woken: the flow leaves that
    thread behind and says so.

    Attributes:
        is_live: True: an old frame is better dropped.

    Args:
        device: its index, or the system's name for it.
        size: height and width to ask for; it may deliver others all the same.
        rate: frames a second to ask for.
        open_capture: opens it.
        clock: monotonic seconds.

    Raises:
        CameraNotFound: it did not open.
    """

    is_live = True

    def __init__(
        self,
        device: int | str,
        *,
        size: tuple[int, int] | None = None,
        rate: float | None = None,
        open_capture: Callable[[int | str], Capture] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._device, self._clock = device, clock
        self._closed = False
        self._capture: Capture = (open_capture or _opened)(device)
        if not self._capture.isOpened():
            self._capture.release()
            found = tuple(f"{camera.index}: {camera.name}" for camera in list_cameras())
            raise CameraNotFound(device, found)
        self._ask_for(size, rate)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until ``close``.

        Raises:
            SourceError: the camera stopped delivering.
        """
        return self._reading(self._read())

    def _read(self) -> Generator[Frame, None, None]:
        failures = 0
        while not self._closed:
            succeeded, image = self._capture.read()
            if succeeded and image is not None and image.size:
                failures = 0
                yield Frame.from_bgr(image.astype(np.uint8, copy=False), self._clock())
                continue
            failures += 1
            if failures >= _PATIENCE:
                raise SourceError(
                    "camera.no_pictures",
                    "camera {device} delivers no pictures; plug it in again, or close other "
                    "programs using it",
                    device=self._device,
                )

    def _free(self) -> None:
        self._capture.release()  # OpenCV allows it only when nobody reads

    def _ask_for(self, size: tuple[int, int] | None, rate: float | None) -> None:
        if size is not None:
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, size[1])
            self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, size[0])
        if rate is not None:
            self._capture.set(cv2.CAP_PROP_FPS, rate)

    def close(self) -> None:
        """End the iteration once the present read returns. Any thread may call it."""
        self._closed = True


def _opened(device: int | str) -> cv2.VideoCapture:
    if isinstance(device, str) and sys.platform == "linux":
        # by itself, OpenCV would have FFmpeg open what is no camera, and whatever that names
        return cv2.VideoCapture(device, cv2.CAP_V4L2)
    return cv2.VideoCapture(device)


def _is_capture(device: Path) -> bool:
    """Whether a device node delivers pictures: a camera's second node carries its metadata."""
    index = device / "index"
    return device.name[5:].isdecimal() and (not index.exists() or index.read_text().strip() == "0")
