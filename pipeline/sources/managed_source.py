"""What makes a source a ``with`` block, which frees all that it holds."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from types import TracebackType
from typing import Self

from pipeline.frame import Frame


class ClosableSource:
    """A source that is left by closing it: it holds nothing else."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wake a blocked read; the iteration then ends. Any thread may call it, many times."""
        raise NotImplementedError


class ManagedSource(ClosableSource):
    """A source that frees what it holds, be it a file, a device or a connection, when it is left.

    It need not have been read for that, nor to its end, and any thread may leave it. Where another
    one is in the middle of a read then, that thread frees it as soon as the read returns: nothing
    can be taken from under a driver. Reading to the end frees it, too.

    A source yields its frames through ``_reading``, and frees what it holds in ``_free``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: Generator[Frame, None, None] | None = None  # guarded by _lock, as are all
        self._is_reading = self._is_left = self._is_freed = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, traceback)
        self._leave()

    def _free(self) -> None:
        """Let go of what is held. Called once, when no thread is in a read."""

    def _reading(self, frames: Generator[Frame, None, None]) -> Iterator[Frame]:
        """Yield what a generator yields, as long as nobody has left the source."""
        with self._lock:
            self._frames = frames
        try:
            while self._begin_read():
                try:
                    frame = next(frames, None)
                finally:
                    self._end_read()
                if frame is None:
                    return
                yield frame
                del frame  # a picture is not held while the next one is waited for
        finally:
            self._leave()

    def _begin_read(self) -> bool:
        with self._lock:
            self._is_reading = not self._is_left
            return self._is_reading

    def _end_read(self) -> None:
        with self._lock:
            self._is_reading = False
            is_left = self._is_left
        if is_left:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._is_left = True
            if self._is_reading or self._is_freed:
                return
            self._is_freed = True
            frames, self._frames = self._frames, None
        if frames is not None:
            frames.close()  # what it was at holds on to a decoder
        self._free()
