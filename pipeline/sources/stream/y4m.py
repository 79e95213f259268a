"""Uncompressed frames that say their own size and rate: YUV4MPEG2."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av

from pipeline.errors import SourceError
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits, TooManyPixels
from pipeline.media.y4m_header import FRAME, LONGEST, MAGIC, Y4mHeader, parse_header
from pipeline.pipes import PipeReader, Readable
from pipeline.sources import Footage
from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.stream.pushback import Pushback
from pipeline.sources.stream.raw import RawStream

_LIMITED, _FULL = 1, 2  # AVCOL_RANGE
_MARKER = len(FRAME) + 1  # bytes, with what ends the word
_WHERE_TO_GO_ON = re.compile(rb"FRAME[\n ]|YUV4MPEG2 ")
_LONGEST_FIND = len(MAGIC) + 1
_ASTRAY = 3  # so many searches with no frame in its place: the header tells another size


class Y4mStream(RawStream):
    """Frames of a YUV4MPEG2 stream; the constructor reads its header.

    Where something else stands than the next frame, the frame that does come next is looked for;
    what lies before it is lost and counted, and its time passes. A header in mid-stream, as where
    two streams were joined, holds for the frames after it; the times go on at the first one's rate.

    Args:
        stream: open for reading bytes.
        rate: frames a second where the header does not say; None: frames have no times then.
        is_live: whether the writer sends at its own pace.
        clock: monotonic seconds.

    Attributes:
        header: what the stream says of itself at first.
        header_line: the very bytes that said so, for whoever passes frames on as they came.

    Raises:
        SourceError: it is no such stream, or its pictures are too large.
    """

    _is_marked = True

    def __init__(
        self,
        stream: Readable,
        *,
        rate: Fraction | None = None,
        is_live: bool = False,
        clock: Callable[[], float] = time.monotonic,
        limits: InputLimits = USUAL_LIMITS,
    ) -> None:
        self._bytes = Pushback(stream)
        self._pipe = stream if isinstance(stream, PipeReader) else None
        self.header_line = _line_of(self._bytes)
        self.header: Y4mHeader = _parsed(self.header_line)
        self._now = self.header
        layout, rate = self.header.layout, self.header.rate or rate
        super().__init__(self._bytes, layout, rate, is_live=is_live, clock=clock, limits=limits)
        self._skipped = self._lost = self._joints = 0
        self._in_place = self._mended = self._searches = 0

    def close(self) -> None:
        """End the iteration: at once where a pipe is read, else at the next frame."""
        super().close()
        if self._pipe is not None:
            self._pipe.close()

    def _free(self) -> None:
        if self._pipe is not None:
            self._pipe.release()

    @property
    def footage(self) -> Footage:
        """What the first header says."""
        layout = self.header.layout
        return replace(
            super().footage,
            height=layout.height,
            width=layout.width,
            sample_aspect_ratio=self.header.aspect,
            color_range=_color_range(self.header) or 0,
        )

    @property
    def counts(self) -> FrameCounts:
        """How many frames came, and how many of them were lost; complete when the iteration is."""
        return FrameCounts(read=self._number, damaged=self._lost, flawed=self._mended)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was wrong with the stream; complete when the iteration is."""
        found = list(super().remarks)
        if self._skipped:
            found.append(
                f"{self._skipped} bytes of the y4m stream were no frame and were skipped, "
                f"{self._lost} frames with them"
            )
        if self._mended:
            found.append(f"{self._mended} frames were there without a whole mark before them")
        if self._joints:
            found.append(f"{self._joints} more headers came in mid-stream, and hold from there on")
        return tuple(found)

    def _begins(self) -> bool:
        searched = False
        while not _is_marker(marker := self._bytes.take(_MARKER)):
            if FRAME.startswith(marker):  # the end, or one within the marker
                self._cut_off = 0 if self._closed else len(marker)
                return False
            self._bytes.unread(marker)
            if self._joined():
                continue
            if self._is_in_place():
                self._mended += 1
                return True
            if not self._search():
                return False
            searched = True
        if not searched:
            self._in_place += 1
        if marker.endswith(b" "):
            _line_of(self._bytes)  # how this one frame is interlaced: of no use here
        return True

    def _joined(self) -> bool:
        """Read a header in mid-stream, if there is one that makes sense."""
        line = self._bytes.take(len(MAGIC))
        if line == MAGIC:
            line += _line_of(self._bytes)
            try:
                now = parse_header(line)
                self._limits.check(now.layout.height, now.layout.width, "a header in mid-stream")
            except (ValueError, TooManyPixels):
                pass
            else:
                self._now, self._layout = now, now.layout
                self._joints += 1
                return True
        self._bytes.unread(line)
        return False

    def _is_in_place(self) -> bool:
        """Skip a marker that is damaged, if nothing but that is: the next one comes in time."""
        block = self._bytes.take(self._stride + _MARKER)
        after = block[self._stride :]
        found = len(block) >= self._stride and (not after or _is_marker(after))
        self._bytes.unread(block[_MARKER:] if found else block)
        return found

    def _search(self) -> bool:
        """Go to where the next frame begins, or a header; False if there is none."""
        self._check_size()
        skipped, window = 1, b""
        self._bytes.take(1)  # what begins here is known to be nothing
        while (found := _WHERE_TO_GO_ON.search(window)) is None:
            kept = window[1 - _LONGEST_FIND :]
            skipped += len(window) - len(kept)
            piece = self._bytes.take(self._stride)
            if not piece:
                break
            window = kept + piece
        skipped += len(kept) if found is None else found.start()
        if found is not None:
            self._bytes.unread(window[found.start() :])
        lost = round(skipped / self._stride)
        self._skipped += skipped
        self._lost += lost
        self._number += lost
        return found is not None

    def _check_size(self) -> None:
        """Refuse a stream none of whose frames but the first is where it should be."""
        self._searches += 1
        if self._searches > _ASTRAY and self._in_place + self._mended <= 1:
            raise SourceError(
                "stream.out_of_step",
                "after {count} frames of the y4m stream still none comes where it should; its "
                "writer mixes something in, or its header names another size",
                count=self._number,
            )

    @property
    def _stride(self) -> int:
        """Bytes from one frame to the next."""
        return _MARKER + self._layout.size

    def _read_picture(self) -> tuple[av.VideoFrame, int]:
        picture, received = super()._read_picture()
        if (color_range := _color_range(self._now)) is not None:
            picture.color_range = color_range
        return picture, received


class Y4mFile(Y4mStream):
    """A file of such frames.

    Raises:
        SourceError: it may not be read, or is no such file.
    """

    def __init__(
        self,
        path: Path,
        rate: Fraction,
        clock: Callable[[], float] = time.monotonic,
        limits: InputLimits = USUAL_LIMITS,
    ) -> None:
        try:
            file = path.open("rb", buffering=0)
        except OSError as error:
            raise SourceError(
                "source.not_permitted", "{path} may not be read; check its permissions", path=path
            ) from error
        self._file = file
        try:
            super().__init__(file, rate=rate, clock=clock, limits=limits)
        except BaseException:
            file.close()
            raise

    def _free(self) -> None:
        self._file.close()


def is_y4m(path: Path) -> bool:
    """Whether a file begins as such a stream does."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def _is_marker(piece: bytes) -> bool:
    return piece.startswith(FRAME) and piece[len(FRAME) :] in (b"\n", b" ")


def _color_range(header: Y4mHeader) -> int | None:
    if header.full_range is None:
        return None
    return _FULL if header.full_range else _LIMITED


def _line_of(stream: Pushback) -> bytes:
    """The bytes up to a line's end, one by one: what follows belongs to a picture."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < LONGEST and (byte := stream.take(1)):
        line += byte
    return bytes(line)


def _parsed(line: bytes) -> Y4mHeader:
    try:
        if not line.endswith(b"\n"):
            raise ValueError(f"its first line does not end; it begins with {line[:12]!r}")
        return parse_header(line)
    except ValueError as error:
        raise SourceError(
            "stream.bad_header",
            "the stream is no {format}: {reason}. Name its format",
            format=MAGIC.decode(),
            reason=str(error),
        ) from error
