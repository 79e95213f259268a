"""Real media, made by PyAV in a temporary folder. Frame n is grey 20 (n mod 10) + 30."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

QUARTER_TURN = bytes.fromhex("00000000 00010000 00000000 ffff0000 00000000 00000000")


def level(number: int) -> int:
    return 20 * (number % 10) + 30


def number_in(picture: av.VideoFrame) -> int:
    """Read a frame's number, modulo 10, off its pixels, even after encoding."""
    grey = picture.to_ndarray(format="gray")
    return round((float(grey.mean()) - 30) / 20)


def write_video(
    path: Path,
    count: int = 10,
    *,
    size: tuple[int, int] = (64, 48),
    rate: int = 30,
    pts: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    sound: bool = False,
    subtitles: bool = False,
    metadata: dict[str, str] | None = None,
    aspect: Fraction | None = None,
) -> Path:
    """Make a video; ``pts`` in ticks of ``time_base``, both the rate's own without."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=rate)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        if codec == "libx264":
            stream.options = {"crf": "1", "preset": "ultrafast"}
        if time_base is not None:
            stream.time_base = stream.codec_context.time_base = time_base
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        output.metadata.update(metadata or {})
        tone = output.add_stream("aac", rate=16000) if sound else None
        for number in range(count):
            grey = np.full((size[1], size[0], 3), level(number), np.uint8)
            picture = av.VideoFrame.from_ndarray(grey, format="bgr24").reformat(format=pixel_format)
            picture.pts = pts[number] if pts is not None else number
            picture.time_base = time_base or Fraction(1, rate)
            output.mux(stream.encode(picture))
        if isinstance(tone, AudioStream):
            _add_tone(output, tone, count / rate)
        output.mux(stream.encode(None))
    return path


def faststart(path: Path, codec: str = "libx264", options: dict[str, str] | None = None) -> Path:
    """A film of 50 frames of noise, so that each has some bytes; an MP4's index comes first."""
    container = {"movflags": "+faststart"} if path.suffix == ".mp4" else {}
    with av.open(str(path), "w", container_options=container) as output:
        stream = output.add_stream(codec, rate=30, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
        for number in range(50):
            picture = av.VideoFrame.from_ndarray(np.roll(noise, number, 1), format="bgr24")
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


def packets_of(path: Path) -> list[tuple[int, int]]:
    """Where in a file each packet lies: its place and its size."""
    with av.open(str(path)) as source:
        return [
            (packet.pos, packet.size)
            for packet in source.demux(video=0)
            if packet.size and packet.pos is not None
        ]


def cut_after(path: Path, count: int) -> Path:
    """Cut a file off in the middle of the packet after so many."""
    place, size = packets_of(path)[count]
    cut = path.with_name(f"cut{path.suffix}")
    cut.write_bytes(path.read_bytes()[: place + size // 2])
    return cut


def turn_a_quarter(path: Path) -> Path:
    """Say in an MP4's track header that it is to be shown turned by 90 degrees clockwise."""
    contents = bytearray(path.read_bytes())
    matrix = contents.index(b"tkhd") + 4 + 40
    contents[matrix : matrix + len(QUARTER_TURN)] = QUARTER_TURN
    path.write_bytes(contents)
    return path


def pts_of(path: Path) -> list[tuple[int, Fraction]]:
    """The time of every frame: ticks and time base, in order of presentation."""
    with av.open(str(path)) as source:
        return [
            (picture.pts or 0, picture.time_base or Fraction(0))
            for picture in source.decode(video=0)
        ]


def numbers_in(path: Path) -> list[int]:
    with av.open(str(path)) as source:
        return [number_in(picture) for picture in source.decode(video=0)]


def sound_of(path: Path) -> list[tuple[float, bytes]]:
    """Every audio packet: seconds, and what is in it."""
    with av.open(str(path)) as source:
        return [
            (float((packet.pts or 0) * packet.time_base), bytes(packet))
            for packet in source.demux(audio=0)
            if packet.size
        ]


def _add_tone(output: av.container.OutputContainer, stream: AudioStream, seconds: float) -> None:
    times = np.arange(round(16000 * seconds)) / 16000
    samples = (np.sin(2 * np.pi * 440 * times) * 8000).astype(np.int16)[None]
    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
    frame.rate, frame.pts, frame.time_base = 16000, 0, Fraction(1, 16000)
    for piece in [frame, None]:
        output.mux(stream.encode(piece))


def jpeg(number: int, size: tuple[int, int] = (48, 64), *flags: int) -> bytes:
    grey = np.full((*size, 3), level(number), np.uint8)
    return bytes(cv2.imencode(".jpg", grey, list(flags))[1])


def picture_folder(folder: Path, count: int = 12) -> Path:
    folder.mkdir()
    for number in range(count):
        with av.open(str(folder / f"frame-{number}.png"), "w", format="image2") as output:
            stream = output.add_stream("png", rate=1)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24"
            grey = np.full((48, 64, 3), level(number), np.uint8)
            output.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
            output.mux(stream.encode(None))
    return folder
