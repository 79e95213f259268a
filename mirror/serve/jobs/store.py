"""Where jobs, their inputs and their results are kept: one protocol, several stores."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from mirror.serve.jobs.record import Failure, JobRecord, ResultFile, State

INPUT = "input"  # the name of the file that a job came with
UPLOAD_S = 3600.0  # what belongs to no job after that is left of an upload that was cut off
CHUNK = 1 << 20  # bytes of a file that are kept, and given out, together


class StoreFull(Exception):
    """There is no room for what is to be kept."""


class StoreAway(Exception):
    """The store cannot be reached at the moment; what was asked of it may have been done or not."""


@contextlib.contextmanager
def saying_away(*errors: type[Exception]) -> Iterator[None]:
    """Say of a library's own errors that the store is away; for ``with``, and as a decorator.

    Raises:
        StoreAway: one of them was raised.
    """
    try:
        yield
    except errors as error:
        raise StoreAway(str(error)) from error


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long and how much is kept.

    Attributes:
        results_s: seconds that results are kept after a job's end.
        record_s: seconds after that in which a job is still known, as expired.
        most_bytes: of inputs and results together.
    """

    results_s: float = 3600.0
    record_s: float = 24 * 3600.0
    most_bytes: int = 4 << 30


USUAL_KEEPING = Keeping()


class JobStore(Protocol):
    """Keeps jobs and files. Any thread may call it, of any of the instances that share it.

    A job belongs to whoever claimed it until the lease is over; only they may renew or finish it.
    Files belong to an attempt, so that one that is late writes over nobody's.

    Every call raises StoreAway where the store cannot be reached, and may be made again then.
    """

    def add(self, job: JobRecord, data: Iterable[bytes]) -> JobRecord:
        """Keep a new job with its input; return it, or the one its owner has under its key.

        Raises:
            StoreFull: there is no room for the input.
        """
        ...

    def get(self, id: str) -> JobRecord | None:
        """Return a job; None where it is not, or no longer, known."""
        ...

    def position(self, job: JobRecord) -> int:
        """Return how many jobs are to be begun before a queued one."""
        ...

    def claim(self, worker: str, lease_s: float) -> JobRecord | None:
        """Take the oldest job that is due; None where there is none."""
        ...

    def renew(
        self, id: str, worker: str, lease_s: float, frames: int, total: int | None, fps: float
    ) -> bool:
        """Say how far a job is; False where it is to end, or is somebody else's by now."""
        ...

    def finish(
        self,
        id: str,
        worker: str,
        state: State,
        results: tuple[ResultFile, ...] = (),
        failure: Failure | None = None,
    ) -> bool:
        """End a job; False, and no change, where it is somebody else's by now."""
        ...

    def release(self, id: str, worker: str) -> bool:
        """Give a job back unfinished: it is queued again, or ends where nobody wants it any more.

        Returns:
            False, and no change, where it is somebody else's by now.
        """
        ...

    def cancel(self, id: str) -> JobRecord | None:
        """End a job, or have it ended; return it."""
        ...

    def put(self, id: str, attempt: int, name: str, data: Iterable[bytes]) -> int:
        """Keep a file of an attempt; return its size.

        Raises:
            StoreFull: there is no room for it.
        """
        ...

    def read(self, id: str, attempt: int, name: str) -> Iterator[bytes]:
        """Yield a file in pieces.

        Raises:
            KeyError: there is none.
        """
        ...

    def sweep(self) -> None:
        """Let go of what has been kept long enough."""
        ...

    def counts(self) -> Mapping[State, int]:
        """Return how many jobs are in each state."""
        ...

    def size(self) -> int:
        """Return the bytes of all files."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
