"""What of this project reads bytes from outside: each takes anything, or refuses it as it says."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from streaming import y4m

from mirror.core.quantities import age_of, positive, rate_of, size_in
from mirror.core.resources import config_file
from mirror.core.settings import load
from mirror.parsers.m2fp.graphs.graph_record import Record
from mirror.parsers.m2fp.network.configuration import ConfigurationRefused, read_settings
from mirror.process.printable import shown
from mirror.stream.inputs import recognised
from pipeline.errors import PipelineError, SourceError
from pipeline.media.input_limits import InputLimits
from pipeline.media.pixel_layout import Layout
from pipeline.media.y4m_header import parse_header
from pipeline.pipes import PipeReader, fill
from pipeline.sources.network.address import named, plain_way, protocols_of, without_secrets
from pipeline.sources.picture_size import size_in_header
from pipeline.sources.stream.motion_jpeg import JpegSplitter, JpegStream
from pipeline.sources.stream.raw import RawStream
from pipeline.sources.stream.y4m import Y4mStream

Read = Callable[[bytes], None]
LIMITS = InputLimits(pixels=1_000_000, jpeg_bytes=100_000)
GOLDEN = Path(__file__).parents[1] / "golden/m2fp"


def read_y4m(data: bytes) -> None:
    source = Y4mStream(io.BytesIO(data), limits=LIMITS)
    frames = sum(frame.height * frame.width > 0 for frame in source)
    assert frames * source.header.layout.size <= len(data)
    assert all(remark for remark in source.remarks)


def read_raw(data: bytes) -> None:
    layout = Layout(48, 64, "bgr24")
    source = RawStream(io.BytesIO(data), layout, limits=LIMITS)
    assert len(list(source)) == len(data) // layout.size
    assert bool(source.remarks) == bool(len(data) % layout.size)


def read_header(data: bytes) -> None:
    header = parse_header(data)
    assert parse_header(header.line()) == header


def read_jpegs(data: bytes) -> None:
    with _pipe(data) as piped:
        split = JpegSplitter(PipeReader(piped.fileno()), LIMITS.jpeg_bytes)
        files = list(split)
    assert all(file.startswith(b"\xff\xd8\xff") and file.endswith(b"\xff\xd9") for file in files)
    lost = split.skipped + split.cut_off
    assert sum(map(len, files)) + lost <= len(data)
    with _pipe(data) as piped:
        for frame in JpegStream(PipeReader(piped.fileno()), Fraction(30), limits=LIMITS):
            assert frame.bgr.shape[0] * frame.bgr.shape[1] <= LIMITS.pixels


def recognise(data: bytes) -> None:
    with _pipe(data) as piped:
        pipe = PipeReader(piped.fileno())
        recognised(pipe)
        received = bytearray(len(data))
        assert fill(pipe, memoryview(received)) == len(data)  # nothing of it is taken
        assert received == data


def read_size(data: bytes) -> None:
    size = size_in_header(data)
    assert size is None or (len(size) == 2 and min(size) >= 0)


def read_config(data: bytes) -> None:
    with _file(data) as path:
        load(path)


def read_network(data: bytes) -> None:
    with _file(data) as path:
        read_settings(path)


def read_record(data: bytes) -> None:
    with _file(data) as path:
        record = Record.read(path)
        assert record is None or record.files is not None


def read_words(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert "\x1b" not in shown(text)
    assert isinstance(without_secrets(named(text)), str)
    for read in (plain_way, protocols_of, rate_of, positive, age_of, size_in):
        try:
            read(text)
        except (SourceError, ValueError) as refusal:
            str(refusal).encode("utf-8", "surrogateescape")


def _jpegs() -> bytes:
    noise = np.random.default_rng(0).integers(0, 256, (24, 32, 3)).astype(np.uint8)
    flags: tuple[list[int], ...] = ([], [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
    return b"--x\r\n".join(cv2.imencode(".jpg", noise, flag)[1].tobytes() for flag in flags) * 2


def _png() -> bytes:
    return bytes(cv2.imencode(".png", np.zeros((24, 32, 3), np.uint8))[1])


# a reader's name -> how it reads, what it may raise, and what it takes
READERS: Mapping[str, tuple[Read, tuple[type[Exception], ...], tuple[bytes, ...]]] = {
    "y4m": (read_y4m, (SourceError,), (y4m(2),)),
    "y4m header": (
        read_header,
        (ValueError,),
        (b"YUV4MPEG2 W64 H48 F30000:1001 Ip A4:3 C422p10 XCOLORRANGE=FULL\n",),
    ),
    "raw": (read_raw, (SourceError,), (bytes(64 * 48 * 3 * 2),)),
    "jpegs": (read_jpegs, (SourceError,), (_jpegs(),)),
    "beginnings": (
        recognise,
        (SourceError,),
        (y4m(0), _jpegs()[:40], b"\x47" + bytes(187) + b"\x47"),
    ),
    "picture size": (
        read_size,
        (),
        (_jpegs(), _png(), b"P6\n# x\n32 24\n255\n", b"BM" + bytes(60)),
    ),
    "settings": (read_config, (PipelineError,), (config_file("default.toml").read_bytes(),)),
    "network": (
        read_network,
        (ConfigurationRefused,),
        ((GOLDEN / "tiny-multiple/configuration.json").read_bytes(),),
    ),
    "graph record": (
        read_record,
        (),
        (
            b'{"of": {"size": [64, 64]}, "accuracy": {"difference": 0.1, "labels": 0.5}, '
            b'"files": {"a.onnx": {"size": 3, "sha256": "00"}}}',
        ),
    ),
    "words": (
        read_words,
        (),
        (
            b"rtsp://me:secret@host/a?user=x",
            b"file:///a",
            b"30000/1001",
            b"29.97",
            b"5",
            b"a[b].mp4",
        ),
    ),
}


def _pipe(data: bytes) -> io.BufferedRandom:
    file = os.fdopen(os.memfd_create("fuzzed"), "w+b")
    file.write(data)
    file.seek(0)
    return file


class _file:
    """A file that is there for a block."""

    def __init__(self, data: bytes) -> None:
        self._file = _pipe(data)

    def __enter__(self) -> Path:
        return Path(f"/proc/self/fd/{self._file.fileno()}")

    def __exit__(self, *error: object) -> None:
        self._file.close()
