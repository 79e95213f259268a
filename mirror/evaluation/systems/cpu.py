"""What a picture costs a parser, apart from reading the picture and judging the answer."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator


class ThreadCost:
    """Adds up the CPU time that threads spend in some blocks; any thread may enter one.

    Only the calling thread's time is seen: of a network that computes with threads of its own, the
    figure is not known.

    Attributes:
        seconds: of CPU time in all blocks that were left.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def block(self) -> Iterator[None]:
        """Count the time that the calling thread spends in a ``with`` block."""
        before = time.thread_time()
        try:
            yield
        finally:
            spent = time.thread_time() - before
            with self._lock:
                self.seconds += spent
