"""A camera on the web that sends JPEG pictures one after the other; and whatever else is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction

import av.error

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits, TooManyPixels
from pipeline.media.opening import open_stream
from pipeline.sources.network.http_bytes import HttpBytes
from pipeline.sources.network.url import NetworkCamera
from pipeline.sources.stream.motion_jpeg import START, JpegStream
from pipeline.sources.wrapped_source import WrappedSource

_BEGINNING = 4096  # bytes within which the first picture begins, behind its header
_RATE = Fraction(30)  # of no use: a live frame's time is that of its capture


class JpegCamera(WrappedSource):
    """The pictures of an http stream, as they come; read on the flow's source thread.

    FFmpeg would take as much memory as a picture's header asks for. Here a picture that goes on for
    longer than the limit is skipped, and what it took is let go.

    Attributes:
        is_live: True: an old frame is better dropped.
        has_end: False: a camera's stream breaks off, but does not end.

    Raises:
        SourceError: no picture comes; the connection is let go.
    """

    is_live = True
    has_end = False

    def __init__(
        self,
        source: HttpBytes,
        clock: Callable[[], float] = time.monotonic,
        limits: InputLimits = USUAL_LIMITS,
    ) -> None:
        try:
            stream = JpegStream(source, _RATE, is_live=True, clock=clock, limits=limits)
        except BaseException:
            source.release()
            raise
        super().__init__(stream)

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until the stream ends, or ``close``.

        Raises:
            SourceError: the connection broke, or nothing came for five seconds.
        """
        for frame in self._source:
            yield Frame(frame.picture, frame.captured_at)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Nothing: a camera promises nothing."""
        return ()

    @property
    def counts(self) -> None:
        """None: a camera promises nothing."""


def open_network(
    url: str,
    clock: Callable[[], float] = time.monotonic,
    limits: InputLimits = USUAL_LIMITS,
) -> NetworkCamera | JpegCamera:
    """Return the frames at an address.

    Raises:
        SourceError: nothing can be opened there, or it carries no video.
    """
    if not url.lower().startswith(("http://", "https://")):
        return NetworkCamera(url, clock, limits)
    source = HttpBytes(url, limits)
    try:
        if _are_jpegs(source):
            return JpegCamera(source, clock, limits)
        camera = _by_ffmpeg(source, url, clock, limits)
    except BaseException:
        source.release()
        raise
    if not isinstance(camera, CameraOfBytes):
        source.release()
    return camera


class CameraOfBytes(NetworkCamera):
    """A camera whose server answers nobody else: what has come already is read on."""

    def __init__(
        self, source: HttpBytes, url: str, clock: Callable[[], float], limits: InputLimits
    ) -> None:
        super().__init__(url, clock, limits, container=open_stream(source, limits=limits))
        self._source = source

    def _free(self) -> None:
        super()._free()
        self._source.release()


def _by_ffmpeg(
    source: HttpBytes, url: str, clock: Callable[[], float], limits: InputLimits
) -> NetworkCamera:
    """Have FFmpeg ask by itself, since it may want to ask for parts; a server may answer once."""
    try:
        return NetworkCamera(url, clock, limits)
    except TooManyPixels:
        raise
    except SourceError as refused:
        try:
            return CameraOfBytes(source, url, clock, limits)
        except (av.error.FFmpegError, SourceError):
            raise refused from None


def _are_jpegs(source: HttpBytes) -> bool:
    """Whether JPEG pictures come, by themselves or as the parts of a message."""
    for count in range(16, _BEGINNING, 64):
        head = source.peek(count)
        if not head.startswith((START, b"--", b"\r\n--")):
            return False
        if START in head:
            return True
        if len(head) < count:
            return False
    return False
