"""Uncompressed frames that say their own size and rate: YUV4MPEG2."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import av

from pipeline.errors import SourceError
from pipeline.pipes import Readable, fill
from pipeline.sources import Footage
from pipeline.sources.raw import RawStream
from pipeline.y4m import FRAME, LONGEST, MAGIC, Y4mHeader, parse_header

_LIMITED, _FULL = 1, 2  # AVCOL_RANGE


class Y4mStream(RawStream):
    """Frames of a YUV4MPEG2 stream; the constructor reads its header.

    Attributes:
        header: what the stream says of itself.
        header_line: the very bytes that said so, for whoever passes frames on as they came.

    Raises:
        SourceError: it is no such stream.
    """

    _is_marked = True

    def __init__(
        self,
        stream: Readable,
        *,
        is_live: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.header_line = _line_of(stream)
        self.header: Y4mHeader = _parsed(self.header_line)
        super().__init__(stream, self.header.layout, self.header.rate, is_live=is_live, clock=clock)

    @property
    def footage(self) -> Footage:
        """What the header says."""
        return replace(
            super().footage,
            sample_aspect_ratio=self.header.aspect,
            color_range=self._color_range or 0,
        )

    def _begins(self, number: int) -> bool:
        marker = bytearray(len(FRAME) + 1)
        received = fill(self._stream, memoryview(marker))
        if received < len(marker) and FRAME.startswith(marker[:received]):
            self._cut_off = 0 if self._closed else received
            return False
        if not marker.startswith(FRAME) or marker[-1:] not in b"\n ":
            raise SourceError(
                f"after {number} frames of the y4m stream comes {bytes(marker)!r} instead of "
                f"{FRAME.decode()}; its writer mixes something in, or its header names another size"
            )
        if marker[-1:] == b" ":
            _line_of(self._stream)  # how this one frame is interlaced: of no use here
        return True

    def _read_picture(self) -> tuple[av.VideoFrame, int]:
        picture, received = super()._read_picture()
        if self._color_range is not None:
            picture.color_range = self._color_range
        return picture, received

    @property
    def _color_range(self) -> int | None:
        if self.header.full_range is None:
            return None
        return _FULL if self.header.full_range else _LIMITED


def _line_of(stream: Readable) -> bytes:
    """The bytes up to a line's end, one by one: what follows belongs to a picture."""
    line = bytearray()
    byte = bytearray(1)
    while not line.endswith(b"\n") and len(line) < LONGEST:
        if not fill(stream, memoryview(byte)):
            break
        line += byte
    return bytes(line)


def _parsed(line: bytes) -> Y4mHeader:
    try:
        if not line.endswith(b"\n"):
            raise ValueError(f"its first line does not end; it begins with {line[:12]!r}")
        return parse_header(line)
    except ValueError as error:
        raise SourceError(
            f"the stream is no {MAGIC.decode()}: {error}. Name what it is with --in-format"
        ) from error
