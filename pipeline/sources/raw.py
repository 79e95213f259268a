"""Uncompressed frames from a pipe or a file, one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.layout import Layout


class Readable(Protocol):
    """A file or pipe open for reading bytes."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill a buffer as far as there is something; 0 at the end."""
        ...


class RawStream:
    """Frames as plain bytes: every plane, row after row, with nothing in between.

    Attributes:
        is_live: as asked; a live stream is better dropped than late.

    Args:
        stream: open for reading bytes.
        layout: the size and pixel format of every frame.
        rate: frames a second, from which they get their times; None: they have none.
        is_live: whether the writer sends at its own pace.
    """

    def __init__(
        self,
        stream: Readable,
        layout: Layout,
        rate: Fraction | None = None,
        *,
        is_live: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream, self._layout, self._clock = stream, layout, clock
        self._time_base = None if rate is None else 1 / rate
        self._closed = False
        self.is_live = is_live

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until the stream ends.

        Raises:
            SourceError: it ends within a frame, as it does when the size is not the writer's.
        """
        buffer = np.empty(self._layout.size, np.uint8)
        number = 0
        while not self._closed:
            received = self._fill(buffer.data)
            if received == 0:
                return
            if received < len(buffer):
                raise SourceError(
                    f"the stream ended {len(buffer) - received} bytes short of a frame of "
                    f"{self._layout.width}x{self._layout.height} {self._layout.pixel_format}; "
                    "size and pixel format must be the writer's own"
                )
            pts = None if self._time_base is None else number
            yield Frame(self._picture(buffer), self._clock(), pts, self._time_base)
            number += 1

    def close(self) -> None:
        """End the iteration at the next frame."""
        self._closed = True

    def _fill(self, buffer: memoryview) -> int:
        """Read until the buffer is full or the stream ends; a pipe gives pieces of any size."""
        received = 0
        while received < len(buffer) and not self._closed:
            count = self._stream.readinto(buffer[received:])
            if not count:
                break
            received += count
        return received

    def _picture(self, buffer: NDArray[np.uint8]) -> av.VideoFrame:
        picture = self._layout.blank()
        start = 0
        for view in self._layout.views(picture):
            view[:] = buffer[start : start + view.size].reshape(view.shape)
            start += view.size
        return picture
