"""How a run without a window is told to end."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Self

from pipeline.errors import SinkError, StageStuck


class ReaderStalled(SinkError):
    """Nobody read what a run that was told to end still had to write."""


class DrainStalled(StageStuck):
    """A run that was told to end waited for frames that did not come."""


class Signals:
    """Turns SIGTERM and SIGINT into ends between two frames; a ``with`` block, main thread only.

    SIGTERM drains: the source ends, and what is in flight goes out; where nothing more comes out
    for ``drain_s``, DrainStalled is raised. SIGINT raises KeyboardInterrupt once the frame that is
    being written is whole. A reader that does not read can hold up neither for longer than
    ``patience_s``; a second signal does not wait at all.

    Attributes:
        draining: whether SIGTERM came.

    Args:
        drain: ends the source; called within the signal handler.
        patience_s: how long a write may take after a signal.
        drain_s: how long a frame may take to come out after SIGTERM.
    """

    def __init__(
        self, drain: Callable[[], None], patience_s: float = 5.0, drain_s: float = 10.0
    ) -> None:
        self._drain, self._patience_s, self._drain_s = drain, patience_s, drain_s
        self.draining = False
        self._interrupted = self._writing = False

    def __enter__(self) -> Self:
        self._before = {
            number: signal.signal(number, handler)
            for number, handler in (
                (signal.SIGTERM, self._on_terminate),
                (signal.SIGINT, self._on_interrupt),
                (signal.SIGALRM, self._on_alarm),
            )
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold signals back while a frame is written.

        Raises:
            KeyboardInterrupt: SIGINT came meanwhile.
            ReaderStalled: the reader does not read, and SIGTERM came.
        """
        told_before = self._interrupted
        self._writing = True
        if self.draining or self._interrupted:
            self._set_alarm(self._patience_s)
        try:
            yield
        finally:
            self._writing = False
            if self.draining or self._interrupted:
                self._set_alarm(self._drain_s if self.draining else 0)
        if self._interrupted and not told_before:
            raise KeyboardInterrupt

    def drained(self) -> None:
        """Say that no more frames are waited for."""
        self._set_alarm(0)

    def _on_terminate(self, number: int, where: FrameType | None) -> None:
        if self.draining:
            raise KeyboardInterrupt
        self.draining = True
        self._drain()
        self._set_alarm(self._patience_s if self._writing else self._drain_s)

    def _on_interrupt(self, number: int, where: FrameType | None) -> None:
        if self._interrupted or not self._writing:
            self._interrupted = True
            raise KeyboardInterrupt
        self._interrupted = True
        self._set_alarm(self._patience_s)

    def _on_alarm(self, number: int, where: FrameType | None) -> None:
        if not self._writing:
            if self.draining:
                raise DrainStalled(f"told to end, but no frame came out for {self._drain_s:g} s")
            return
        if self._interrupted:
            raise KeyboardInterrupt
        raise ReaderStalled(
            f"told to end, but nobody read for {self._patience_s:g} s: what was left is lost"
        )

    def _set_alarm(self, seconds: float) -> None:
        """Have the alarm go off in some seconds; 0 is never."""
        signal.setitimer(signal.ITIMER_REAL, seconds)
