"""The seam between a batch and whatever carries its recordings out: processes, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from mirror.batch.clips import Clip
from mirror.batch.records import ClipRecord, Failure

ATTEMPTS = 3  # of a recording whose process, or machine, was lost; then it is to blame itself


@dataclass(frozen=True, slots=True)
class Told:
    """How far a recording is.

    Attributes:
        clip: which.
        frames: how many are out.
        total: how many there will be; None where the source does not say.
        fps: how many came out a second, of late.
    """

    clip: Clip
    frames: int
    total: int | None
    fps: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a recording.

    Attributes:
        clip: which.
        result: its record, or why there is none.
        attempts: how often it was begun.
    """

    clip: Clip
    result: ClipRecord | Failure
    attempts: int


class ClipWorkers(Protocol):
    """Carries out recordings, several at once; a ``with`` block. One thread calls.

    A recording whose worker is lost is begun again, ``ATTEMPTS`` times at most. What the block is
    left by ends everything that is under way.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def outcomes(self, clips: Sequence[Clip], tell: Callable[[Told], None]) -> Iterator[Outcome]:
        """Yield what became of every recording, once each, as they are done.

        Args:
            clips: the recordings.
            tell: is told now and then how far each is, on the caller's thread.

        Raises:
            BatchError: there is nothing left to carry them out.
        """
        ...
