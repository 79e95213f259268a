"""Backgrounds that move: another video, over and over, or what another camera sees."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mirror.rendering.effects.background import filling
from pipeline.errors import SourceError
from pipeline.frame import BGR, Frame
from pipeline.sources.camera import Camera
from pipeline.sources.video import VideoFile

_LEAST_S = 1 / 1000  # of a video of one picture, which is shown for ever
_PATIENCE_S = 10.0  # that a camera may take over its first picture


class VideoBackground:
    """A video's picture at each frame's time, from the beginning again when it is over.

    It begins with the first frame, and anew with each scene. Read on the thread that draws.

    Args:
        path: the video.

    Raises:
        SourceError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        with VideoFile(path):  # says what is wrong with it
            pass
        self._path = path
        self._pictures: Iterator[tuple[float, BGR]] | None = None
        self._began_at = 0.0
        self._shown: tuple[float, BGR] | None = None  # and until when
        self._next: tuple[float, BGR] | None = None
        self._filled: tuple[BGR, BGR] | None = None

    def at(self, frame: Frame) -> BGR:
        """See ``Background``.

        Raises:
            SourceError: the video cannot be read any more.
        """
        if self._pictures is None:
            self._pictures, self._began_at = self._over_and_over(), frame.time
            self._shown, self._next = next(self._pictures), next(self._pictures)
        assert self._shown is not None
        assert self._next is not None
        now = frame.time - self._began_at + _LEAST_S / 2  # times are floats
        while self._next[0] <= now:
            self._shown, self._next = self._next, next(self._pictures)
        return self._in_size_of(frame, self._shown[1])

    def end_scene(self) -> None:
        """Let go of the video, and begin anew with the next frame."""
        self._pictures = self._shown = self._next = self._filled = None

    def _over_and_over(self) -> Iterator[tuple[float, BGR]]:
        """Pictures and the seconds at which each begins, without an end."""
        start = 0.0
        while True:
            first, last, step = None, 0.0, _LEAST_S
            with VideoFile(self._path) as source:
                for frame in source:
                    first = frame.time if first is None else first
                    now = frame.time - first
                    step, last = max(_LEAST_S, now - last), now
                    yield start + now, frame.bgr
            start += last + step  # the last picture is shown as long as the one before it

    def _in_size_of(self, frame: Frame, picture: BGR) -> BGR:
        size = frame.height, frame.width
        if self._filled is not None and self._filled[0] is picture:
            filled = self._filled[1]
            if filled.shape[:2] == size:
                return filled
        filled = filling(picture, *size)
        self._filled = picture, filled
        return filled


class CameraBackground:
    """The newest picture of another camera.

    A thread reads the camera from the first frame on, until the scene ends.

    Args:
        device: its index, or the system's name for it.
        open_camera: opens it.
    """

    def __init__(
        self, device: int | str, open_camera: Callable[[int | str], Camera] = Camera
    ) -> None:
        self._device, self._open = device, open_camera
        self._changed = threading.Condition()
        self._newest: BGR | None = None  # guarded by _changed, as are both below
        self._failure: Exception | None = None
        self._camera: Camera | None = None
        self._thread: threading.Thread | None = None

    def at(self, frame: Frame) -> BGR:
        """See ``Background``.

        Raises:
            SourceError: the camera did not open, or delivers nothing.
        """
        if self._thread is None:
            self._start()
        give_up_at = time.monotonic() + _PATIENCE_S
        with self._changed:
            while self._newest is None and self._failure is None:
                if not self._changed.wait(give_up_at - time.monotonic()):
                    raise SourceError(
                        "camera.no_pictures",
                        "camera {device} delivers no pictures; plug it in again, or close other "
                        "programs using it",
                        device=self._device,
                    )
            if self._failure is not None:
                raise self._failure
            assert self._newest is not None
            newest = self._newest
        return filling(newest, frame.height, frame.width)

    def end_scene(self) -> None:
        """Close the camera; the next frame opens it again."""
        if self._camera is not None:
            self._camera.close()
        if self._thread is not None:
            self._thread.join(_PATIENCE_S)  # a read that never returns is left behind
        self._thread = self._camera = self._newest = self._failure = None

    def _start(self) -> None:
        self._camera = self._open(self._device)
        # daemon: a camera's driver that is stuck must not keep the process alive
        self._thread = threading.Thread(
            target=self._read, args=(self._camera,), name="background-camera", daemon=True
        )
        self._thread.start()

    def _read(self, camera: Camera) -> None:
        try:
            with camera:
                for frame in camera:
                    with self._changed:
                        self._newest = frame.bgr
                        self._changed.notify_all()
        except Exception as error:  # it is the drawing thread's to raise
            with self._changed:
                self._failure = error
                self._changed.notify_all()
