"""What becomes of a source that has ended or broken: tried again, or given up."""

from __future__ import annotations

from mirror.live.session.session_status import Status, details_of, told
from mirror.live.sources.source_choice import Choice, FileChoice
from pipeline.errors import SourceError

PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)  # between attempts to get a lost source back


class Retries:
    """Says how a session stands without its source. Told what happened; no thread, no clock."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._pauses = iter(PAUSES_S)

    def after(self, error: Exception | None, ran: bool, has_picture: bool, now: float) -> Status:
        """Return how the session stands after an attempt; ``retry_at`` says when the next is due.

        Args:
            error: what broke it; None where it is at its end.
            ran: whether frames came in this attempt.
            has_picture: whether some came ever. What was never there is a mistake of the user's,
                which trying again does not mend.
            now: on the session's clock.
        """
        if ran:
            self._pauses = iter(PAUSES_S)
        if error is None:
            return Status("ended", has_picture=has_picture)
        words, details = told(error), details_of(error)
        is_file = isinstance(self._choice, FileChoice)
        if is_file or not has_picture or not isinstance(error, SourceError):
            return Status("failed", words, details, has_picture=has_picture)
        retry_at = now + next(self._pauses, PAUSES_S[-1])
        return Status("lost", words, details, retry_at, has_picture=True)
