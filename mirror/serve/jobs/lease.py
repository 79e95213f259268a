"""For as long as a job is carried out, the store hears that it is, and how far it has come."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

from mirror.jobs.cancellation import Cancellation
from mirror.serve.jobs.record import JobRecord
from mirror.serve.jobs.store import JobStore, StoreAway


class JobProgress:
    """How far a job is, from the thread that runs it to the one that says so."""

    def __init__(self, total: int | None) -> None:
        self.frames, self.fps, self.total = 0, 0.0, total

    def begin(self, _title: str, total: int | None) -> AbstractContextManager[JobProgress]:
        """See ``OpenProgress``."""
        self.total = total
        return contextlib.nullcontext(self)

    def show(self, frames: int, fps: float) -> None:
        """See ``Progress``."""
        self.frames, self.fps = frames, fps


@contextlib.contextmanager
def leased(
    store: JobStore,
    job: JobRecord,
    worker: str,
    lease_s: float,
    progress: JobProgress,
    cancellation: Cancellation,
) -> Iterator[None]:
    """Renew a lease during a block; cancel what somebody else has by now, or nobody wants."""
    is_over = threading.Event()

    def renew() -> None:
        failed_at: float | None = None
        while not is_over.wait(min(1.0, lease_s / 3)):
            try:
                goes_on = store.renew(
                    job.id, worker, lease_s, progress.frames, progress.total, progress.fps
                )
                failed_at = None
            except StoreAway:  # a store that is away for a moment
                failed_at = failed_at or time.monotonic()
                goes_on = time.monotonic() - failed_at < lease_s
            if not goes_on:
                cancellation.cancel()
                return

    thread = threading.Thread(target=renew, name=f"{worker} lease")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
