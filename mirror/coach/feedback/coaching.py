"""What coaches a run, whether one exercise or a whole programme."""

from __future__ import annotations

from typing import Protocol

from mirror.coach.feedback.live_coaching import Coached
from mirror.core.parsing import Parsing
from pipeline.result import Result


class Coaching(Protocol):
    """A consumer of results that comes before those that show what it says."""

    stage: str
    remarks: tuple[str, ...]

    def consume(self, result: Result[Parsing]) -> None:
        """Take in one parsed frame, in order, from one thread."""

    def of(self, parsing: Parsing) -> Coached:
        """Return what is to be shown of the frame that was taken in last; of others, nothing."""
        ...

    def close(self, failure: BaseException | None = None) -> None:
        """Work out what is left to be said."""
