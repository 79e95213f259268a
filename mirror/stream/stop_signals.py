"""How a run without a window is told to end."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from mirror.process.signal_policies import interruption_of
from mirror.process.termination import Listener, listening
from pipeline.errors import SinkError, StageStuck


class ReaderStalled(SinkError):
    """Nobody read what a run that was told to end still had to write."""


class DrainStalled(StageStuck):
    """A run that was told to end waited for frames that did not come."""


class Signals:
    """Turns signals into ends between two frames; a ``with`` block.

    On any thread but the main one it hears nothing: signals are the main thread's.

    SIGTERM drains: the source ends, and what is in flight goes out; where nothing more comes out
    for ``drain_s``, DrainStalled is raised. SIGINT raises KeyboardInterrupt, and SIGHUP Terminated,
    once the frame that is being written is whole. A reader that does not read can hold up none of
    them for longer than ``patience_s``; a second signal does not wait at all.

    Attributes:
        draining: whether SIGTERM came.

    Args:
        drain: ends the source; called on a thread of its own.
        patience_s: how long a write may take after a signal.
        drain_s: how long a frame may take to come out after SIGTERM.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        drain: Callable[[], None],
        patience_s: float = 1.2,
        drain_s: float = 1.2,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._drain, self._patience_s, self._drain_s = drain, patience_s, drain_s
        self._clock = clock
        self.draining = False
        self._interruption: BaseException | None = None
        self._writing = self._raised = self._hurried = False
        self._gives_up_at: float | None = None
        self._stack = contextlib.ExitStack()
        self._listener: Listener | None = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._listener = self._stack.enter_context(listening(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold signals back while a frame is written.

        Raises:
            KeyboardInterrupt, Terminated: SIGINT or SIGHUP came meanwhile.
            ReaderStalled: the reader does not read, and SIGTERM came.
        """
        told_before = self._interruption is not None
        if told_before or self.draining:
            self._gives_up_at = self._clock() + self._patience_s
        self._raised, self._writing = False, True
        try:
            yield
        finally:
            self._raised, self._writing = self._raised or told_before, False
            if self.draining:
                self._gives_up_at = self._clock() + self._drain_s
        if self.draining and self._listener is not None:
            self._listener.put_off()  # something was written
        if (interruption := self.take()) is not None:
            raise interruption

    def drained(self) -> None:
        """Say that no more frames are waited for."""
        self._gives_up_at = None

    # what a signal means; see ``Policy``

    def heard(self, number: int) -> None:
        """Drain, or interrupt; called on the listener's thread."""
        is_second = self.draining or self._interruption is not None
        wait_s = self._patience_s if self._writing else self._drain_s
        self._gives_up_at = self._clock() + wait_s
        if number == signal.SIGTERM and not is_second:
            self.draining = True
            self._drain()
        else:
            self._hurried, self._raised = is_second, False
            self._interruption = interruption_of(number)

    def due(self) -> bool:
        """Say whether the main thread is to leave what it does."""
        if self._raised:
            return False
        is_late = self._gives_up_at is not None and self._clock() >= self._gives_up_at
        if self._interruption is not None:
            return is_late or self._hurried or not self._writing
        return self.draining and is_late

    def take(self) -> BaseException | None:
        """Return why it is to."""
        if not self.due():
            return None
        self._raised = True
        if self._interruption is not None:
            return self._interruption
        if self._writing:
            return ReaderStalled(
                "drain.reader_stalled",
                "told to end, but nobody read for {limit_s:g} s: what was left is lost",
                limit_s=self._patience_s,
            )
        return DrainStalled(
            "drain.stalled",
            "told to end, but no frame came out for {limit_s:g} s",
            limit_s=self._drain_s,
        )
