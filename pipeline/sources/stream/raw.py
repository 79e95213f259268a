"""Uncompressed frames from a pipe or a file, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction

import av
import numpy as np

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits
from pipeline.media.pixel_layout import Layout
from pipeline.pipes import PipeReader, Readable, fill
from pipeline.sources import Footage
from pipeline.sources.managed_source import ManagedSource

_NO_RATE = Fraction(1, 1000)


class RawStream(ManagedSource):
    """Frames as plain bytes: every plane, row after row, with nothing in between.

    A frame that is cut off by the stream's end is left out, and a remark.

    Attributes:
        is_live: as asked; a live stream is better dropped than late.

    Args:
        stream: open for reading bytes.
        layout: the size and pixel format of every frame.
        rate: frames a second, from which they get their times; None: they have none.
        is_live: whether the writer sends at its own pace.
        clock: monotonic seconds.
        limits: what is refused unread.

    Raises:
        TooManyPixels: a frame is too large.
    """

    _is_marked = False  # whether something stands before every frame

    def __init__(
        self,
        stream: Readable,
        layout: Layout,
        rate: Fraction | None = None,
        *,
        is_live: bool = False,
        clock: Callable[[], float] = time.monotonic,
        limits: InputLimits = USUAL_LIMITS,
    ) -> None:
        super().__init__()
        limits.check(layout.height, layout.width, getattr(stream, "name", "the stream"))
        self._limits = limits
        self._stream, self._layout, self._rate, self._clock = stream, layout, rate, clock
        self._closed = False
        self._number = 0  # of the next frame, those that were lost included
        self._cut_off = 0  # bytes of a last frame that is not whole
        self.is_live = is_live

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until the stream ends.

        Raises:
            SourceError: it ends within its first frame, as it does when the size is not the
                writer's.
        """
        return self._reading(self._read())

    def _read(self) -> Generator[Frame, None, None]:
        time_base = None if self._rate is None else 1 / self._rate
        while not self._closed and self._begins():
            picture, received = self._read_picture()
            if received < self._layout.size:
                self._end_within(received)
                return
            pts = None if time_base is None else self._number
            yield Frame(picture, self._clock(), pts, time_base)
            self._number += 1

    def close(self) -> None:
        """End the iteration: at once where a pipe is read, else at the next frame."""
        self._closed = True
        if isinstance(self._stream, PipeReader):
            self._stream.close()

    def _free(self) -> None:
        if isinstance(self._stream, PipeReader):
            self._stream.release()

    @property
    def footage(self) -> Footage:
        """What is known before the first frame."""
        return Footage(
            height=self._layout.height,
            width=self._layout.width,
            time_base=_NO_RATE if self._rate is None else 1 / self._rate,
            rate=self._rate,
            frames=None,
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """Whether the last frame was cut off; complete when the iteration is."""
        if not self._cut_off:
            return ()
        return (
            f"the stream ended {self._layout.size - self._cut_off} bytes short of a frame, which "
            "was left out",
        )

    def _begins(self) -> bool:
        """Read what stands before a frame; whether there is one."""
        return True

    def _read_picture(self) -> tuple[av.VideoFrame, int]:
        """A picture, and how many bytes of it came."""
        picture, received = self._layout.blank(), 0
        for view in self._layout.views(picture):
            if view.flags.c_contiguous:
                count = fill(self._stream, view.reshape(-1).data)
            else:  # FFmpeg pads rows in memory
                rows = np.empty(view.shape, np.uint8)
                count = fill(self._stream, rows.reshape(-1).data)
                view[:] = rows
            received += count
            if count < view.size:
                break
        return picture, received

    def _end_within(self, received: int) -> None:
        if self._closed or (received == 0 and not self._is_marked):
            return
        if self._number == 0:
            layout = self._layout
            raise SourceError(
                "stream.ended_within_first_frame",
                "the stream ended {bytes} bytes short of its first frame of {width}x{height} "
                "{pixel_format}; size and pixel format must be the writer's own",
                bytes=layout.size - received,
                width=layout.width,
                height=layout.height,
                pixel_format=layout.pixel_format,
            )
        self._cut_off = max(1, received)
