"""A way to end a job from another thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from pipeline.errors import PipelineError


class JobCancelled(PipelineError):
    """Somebody ended a job before its end; what it has written by then is kept as parts."""


class Cancellation:
    """Ends the jobs that it is given to. Any thread may call any of it, many times."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_cancelled = False  # guarded by _lock, as is what follows
        self._calls: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody has."""
        return self._is_cancelled

    def cancel(self) -> None:
        """End the jobs, without waiting for them."""
        with self._lock:
            self._is_cancelled, calls = True, tuple(self._calls)
        for call in calls:
            call()

    @contextlib.contextmanager
    def calling(self, call: Callable[[], None]) -> Iterator[None]:
        """Call something when it is cancelled during a block, or at once if it is already."""
        with self._lock:
            self._calls.append(call)
            is_late = self._is_cancelled
        try:
            if is_late:
                call()
            yield
        finally:
            with self._lock:
                self._calls.remove(call)

    def check(self) -> None:
        """Go on if nobody has cancelled it.

        Raises:
            JobCancelled: somebody has.
        """
        if self._is_cancelled:
            raise JobCancelled("job.cancelled", "cancelled before its end")
