"""What comes in: recognised from its first bytes, or named."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits, TooManyPixels
from pipeline.media.pixel_layout import Layout
from pipeline.media.y4m_header import MAGIC
from pipeline.pipes import PipeReader
from pipeline.sources import Recorded, Source
from pipeline.sources.camera import Camera, device_of
from pipeline.sources.network.jpeg_camera import open_network
from pipeline.sources.network.reconnecting import Reconnecting
from pipeline.sources.paced import PacedRecording
from pipeline.sources.recording import open_recording
from pipeline.sources.stream.motion_jpeg import START, JpegStream
from pipeline.sources.stream.piped import PipedVideo
from pipeline.sources.stream.raw import RawStream
from pipeline.sources.stream.y4m import Y4mStream
from pipeline.targets.distinct_paths import InputPath

_CONTAINERS = {"matroska": "matroska", "mpegts": "mpegts", "mp4": "mp4", "container": None}
FORMATS = ("y4m", "raw", "mjpeg", *_CONTAINERS)
_BEGINNINGS = {  # what a stream begins with, from a place in it on -> what it is
    (0, MAGIC): "y4m",
    (0, START): "mjpeg",
    (0, b"\x1a\x45\xdf\xa3"): "matroska",
    (4, b"ftyp"): "mp4",
    (4, b"styp"): "mp4",
    (4, b"moof"): "mp4",
    (0, b"FLV\x01"): "container",
    (0, b"OggS"): "container",
    (0, b"RIFF"): "container",
    (0, b"\x00\x00\x01\xba"): "container",
}
_TS_PACKET = 188  # bytes, each packet with the same first one
_LONGEST = max(place + len(bytes) for place, bytes in _BEGINNINGS)
_TS_SYNC = b"\x47"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is said of the input beforehand.

    Attributes:
        format: one of ``FORMATS``; None looks at the first bytes.
        size: height and width of raw pictures.
        pixel_format: of raw pictures.
        rate: frames a second, where the input does not say itself.
        is_live: whether frames may be dropped rather than get late.
        real_time: whether a file is shown at its own rate.
        limits: what is refused unread.
    """

    format: str | None = None
    size: tuple[int, int] | None = None
    pixel_format: str = "bgr24"
    rate: Fraction = Fraction(30)
    is_live: bool = False
    real_time: bool = False
    limits: InputLimits = USUAL_LIMITS


def paths_of(name: str | None) -> list[InputPath]:
    """Return what a stream reads as paths: nothing of it must be written to."""
    if name is None:
        return [InputPath(Path("/dev/stdin"), "what standard input reads")]
    is_file = not name.isdigit() and "://" not in name
    return [InputPath(Path(name))] if is_file else []


def open_input(name: str | None, wanted: Wanted) -> Source:
    """Return the frames of a camera, an address or a file; None stands for standard input.

    Cameras are live, and are opened again when they go away, also those at addresses. A recording
    that is downloaded is read like a file, unless it is wanted live.

    Raises:
        SourceError: there is nothing to be seen there; says why, and what to do.
    """
    if name is None:
        return open_stdin(wanted)
    if (device := device_of(name)) is not None:
        return Reconnecting(lambda: Camera(device))
    if "://" in name:
        return Reconnecting(lambda: open_network(name, limits=wanted.limits), wanted.is_live)
    source = open_recording(Path(name), wanted.rate, wanted.limits)
    return PacedRecording(source, is_live=wanted.is_live) if wanted.real_time else source


def open_stdin(wanted: Wanted) -> Recorded:
    """Return the frames on standard input; waits for its first bytes.

    Raises:
        SourceError: nothing is piped in, or nothing that is known.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise SourceError("stream.nothing_piped", "nothing is piped in")
    return open_pipe(PipeReader(sys.stdin.fileno()), wanted)


def open_pipe(pipe: PipeReader, wanted: Wanted) -> Recorded:
    """Return the frames that a pipe delivers; waits for its first bytes.

    Raises:
        SourceError: they are nothing that is known.
    """
    name = wanted.format or ("raw" if wanted.size else recognised(pipe))
    if name == "raw":
        return RawStream(
            pipe, _layout(wanted), wanted.rate, is_live=wanted.is_live, limits=wanted.limits
        )
    if name == "y4m":
        return Y4mStream(pipe, is_live=wanted.is_live, limits=wanted.limits)
    if name == "mjpeg":
        return JpegStream(pipe, wanted.rate, is_live=wanted.is_live, limits=wanted.limits)
    try:
        return PipedVideo(pipe, _CONTAINERS[name], is_live=wanted.is_live, limits=wanted.limits)
    except TooManyPixels:
        raise
    except SourceError as error:
        if name != "mp4":
            raise
        raise SourceError(
            "stream.mp4_not_read",
            "{reason}. Through a pipe, an MP4 must come in fragments (ffmpeg -movflags "
            "frag_keyframe+empty_moov)",
            reason=str(error),
        ) from error


def recognised(pipe: PipeReader) -> str:
    """Return what a pipe's first bytes are the beginning of; they are not taken.

    Raises:
        SourceError: of nothing that is known.
    """
    first = pipe.peek(_LONGEST)
    for (place, bytes), name in _BEGINNINGS.items():
        if first[place:].startswith(bytes):
            return name
    if first.startswith(_TS_SYNC) and pipe.peek(_TS_PACKET + 1)[_TS_PACKET:] == _TS_SYNC:
        return "mpegts"
    if not first:
        raise SourceError(
            "stream.empty",
            "{name} ended before its first byte; its writer failed, perhaps",
            name=pipe.name,
        )
    raise SourceError(
        "stream.unknown_format",
        "{name} begins with {got!r}, which is no format that is known; name its format "
        "({hint}), and for raw pictures size and pixel format",
        name=pipe.name,
        got=first,
        hint=", ".join(FORMATS),
    )


def _layout(wanted: Wanted) -> Layout:
    if wanted.size is None:
        raise SourceError("stream.no_size", "raw pictures do not say their size; name it")
    try:
        return Layout(*wanted.size, wanted.pixel_format)
    except ValueError as error:
        raise SourceError("stream.bad_pixel_format", "{reason}", reason=str(error)) from error
