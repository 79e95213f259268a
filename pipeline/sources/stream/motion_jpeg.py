"""JPEG pictures one after the other, with anything in between: Motion JPEG."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from typing import Protocol

import av
import av.error
from av.video.codeccontext import VideoCodecContext

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits, TooManyPixels
from pipeline.sources import Footage
from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.managed_source import ManagedSource
from pipeline.sources.picture_size import size_in_header

START = b"\xff\xd8\xff"
_PIECE = 1 << 16
_WITHIN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # a marker that ends compressed data
_SCAN, _START_OF_IMAGE, _END_OF_IMAGE = 0xDA, 0xD8, 0xD9
_BARE = {0x01, *range(0xD0, 0xD8)}  # markers without a length


class ByteSource(Protocol):
    """What JPEG files are cut out of, such as a ``PipeReader``.

    Attributes:
        name: what messages call it.
    """

    name: str

    def read(self, count: int, /) -> bytes:
        """Return up to so many bytes, none at the end; wait for the first."""
        ...

    def close(self) -> None:
        """Wake a waiting read; from now on the bytes are at their end. Any thread."""
        ...

    def release(self) -> None:
        """Let go of what is held; nobody reads now, or will."""
        ...


class JpegSplitter:
    """Cuts a stream of bytes into JPEG files; what is none is skipped and counted.

    Segments are walked, so that a thumbnail within a picture is not taken for the next one.

    Args:
        pipe: where the bytes come from.
        largest: bytes: more is no picture, and as much without one is no stream of pictures.

    Attributes:
        pictures: how many were whole.
        skipped: bytes between pictures.
        damaged: pictures that break off where the next one begins.
        cut_off: bytes of a last picture that is not whole.
    """

    def __init__(self, pipe: ByteSource, largest: int = USUAL_LIMITS.jpeg_bytes) -> None:
        self._pipe, self._largest = pipe, largest
        self._buffer = bytearray()
        self.pictures = self.skipped = self.damaged = self.cut_off = 0

    def __iter__(self) -> Iterator[bytes]:
        """Yield one JPEG file after the other, each as soon as its last byte has come.

        Raises:
            SourceError: nothing that came for a long time is a picture.
        """
        while self._find_start():
            end = self._find_end()
            if end is None and self._buffer.find(START, len(START)) < 0:
                self.cut_off = len(self._buffer)
                return
            if end:
                self.pictures += 1
                yield bytes(self._buffer[:end])
                del self._buffer[:end]
            else:
                self.damaged += 1
                del self._buffer[: len(START)]

    def _find_start(self) -> bool:
        """Skip to where a picture starts; False at the end."""
        in_a_row = 0
        while (place := self._buffer.find(START)) < 0:
            in_a_row += self._skip(max(0, len(self._buffer) - len(START) + 1))
            if in_a_row > self._largest and not self.pictures:
                raise SourceError(
                    "stream.no_jpeg",
                    "{name} has held no JPEG picture for {megabytes} MB; name its format",
                    name=self._pipe.name,
                    megabytes=self._largest >> 20,
                )
            if not self._more():
                self._skip(len(self._buffer))
                return False
        self._skip(place)
        return True

    def _find_end(self) -> int | None:
        """Where the picture at the start of the buffer ends; 0 if it is none, None if cut off."""
        at = 2
        while self._has(at + 2):
            marker = self._buffer[at + 1]
            if self._buffer[at] != 0xFF or marker == _START_OF_IMAGE or at > self._largest:
                return 0
            if marker == _END_OF_IMAGE:
                return at + 2
            if marker == 0xFF:  # filling
                at += 1
            elif marker in _BARE:
                at += 2
            elif not self._has(at + 4):
                return None
            else:
                at += 2 + int.from_bytes(self._buffer[at + 2 : at + 4])
                if marker == _SCAN:
                    end = self._end_of_scan(at)
                    if not end:
                        return end
                    at = end
        return None

    def _end_of_scan(self, at: int) -> int | None:
        """Where the marker after compressed data is; 0 if far too late, None if cut off."""
        while (found := _WITHIN_SCAN.search(self._buffer, at)) is None:
            at = max(at, len(self._buffer) - 1)
            if len(self._buffer) > self._largest:
                return 0
            if not self._more():
                return None
        return found.start()

    def _has(self, count: int) -> bool:
        while len(self._buffer) < count:
            if not self._more():
                return False
        return True

    def _more(self) -> bool:
        piece = self._pipe.read(_PIECE)
        self._buffer += piece
        return bool(piece)

    def _skip(self, count: int) -> int:
        self.skipped += count
        del self._buffer[:count]
        return count


class JpegStream(ManagedSource):
    """The frames of a Motion JPEG stream; they may change their size.

    Opening waits for the first picture.

    Attributes:
        is_live: as asked; a live stream is better dropped than late.
        footage: the first picture's size, and the rate as asked.

    Args:
        pipe: where the bytes come from.
        rate: frames a second, from which they get their times.
        is_live: whether the writer sends at its own pace.
        clock: monotonic seconds.
        limits: what is refused unread.

    Raises:
        SourceError: no picture comes.
    """

    def __init__(
        self,
        pipe: ByteSource,
        rate: Fraction,
        *,
        is_live: bool = False,
        clock: Callable[[], float] = time.monotonic,
        limits: InputLimits = USUAL_LIMITS,
    ) -> None:
        super().__init__()
        self._pipe, self._clock, self._limits = pipe, clock, limits
        self.is_live = is_live
        self._split = JpegSplitter(pipe, limits.jpeg_bytes)
        self._undecodable = 0
        self._refused: TooManyPixels | None = None
        self._pictures = self._decoded()
        self._first = next(self._pictures, None)
        if self._first is None:
            raise self._refused or SourceError(
                "stream.ended_within_picture",
                "{name} ended before a JPEG picture was whole; its writer failed, perhaps",
                name=pipe.name,
            )
        picture = self._first[0]
        self.footage = Footage(picture.height, picture.width, 1 / rate, rate, None)

    def __iter__(self) -> Iterator[Frame]:
        """Yield every picture that can be decoded."""
        return self._reading(self._read())

    def _read(self) -> Generator[Frame, None, None]:
        number = 0
        while self._first is not None:
            picture, captured_at = self._first
            yield Frame(picture, captured_at, number, self.footage.time_base, 1)
            self._first = next(self._pictures, None)
            number += 1

    def close(self) -> None:
        """End the stream here; what has come of it is still decoded. Any thread may call it."""
        self._pipe.close()

    def _free(self) -> None:
        self._pipe.release()

    @property
    def counts(self) -> FrameCounts:
        """How many pictures came, and how many were damaged; complete when the iteration is."""
        split = self._split
        damaged = split.damaged + self._undecodable
        return FrameCounts(read=split.pictures + split.damaged, damaged=damaged)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was wrong with the stream; complete when the iteration is."""
        split = self._split
        counts = (
            (split.skipped, "bytes between pictures were skipped"),
            (split.damaged + self._undecodable, "damaged pictures were skipped"),
            (split.cut_off, "bytes of a last picture that was cut off were left out"),
        )
        return tuple(f"{count} {what}" for count, what in counts if count)

    def _decoded(self) -> Iterator[tuple[av.VideoFrame, float]]:
        """Pictures, and when the last byte of each had come."""
        decoder = av.CodecContext.create("mjpeg", "r")
        assert isinstance(decoder, VideoCodecContext)
        decoder.thread_count = 1  # more would hold pictures back
        decoder.options = {"max_pixels": str(self._limits.decoder_pixels)}
        for data in self._split:
            captured_at = self._clock()
            try:
                self._limits.check(*(size_in_header(data) or (0, 0)), self._pipe.name)
                pictures = decoder.decode(av.Packet(data))
            except TooManyPixels as refusal:
                self._refused, pictures = refusal, []
            except av.error.FFmpegError:
                pictures = []
            self._undecodable += not pictures
            for picture in pictures:
                yield picture, captured_at
