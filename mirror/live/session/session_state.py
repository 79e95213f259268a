"""How a session stands from moment to moment, as its threads tell it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mirror.live.session.session_status import (
    NOTHING,
    PARSER_FAILED,
    Phase,
    Sentence,
    Status,
    details_of,
    told,
)


class SessionState:
    """Keeps a session's status. Any thread may tell and ask.

    Args:
        has_picture: whether a picture of the source stands already.
        clock: monotonic seconds.
    """

    def __init__(self, has_picture: bool, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._status = Status("opening", has_picture=has_picture, since=clock())  # guarded by _lock
        self._ran = self._has_masks = False  # as are these

    @property
    def status(self) -> Status:
        """How it stands."""
        with self._lock:
            return self._status

    @property
    def ran(self) -> bool:
        """Whether a frame came since the source was last opened."""
        with self._lock:
            return self._ran

    def opens(self) -> None:
        """Say that the source is being opened."""
        with self._lock:
            self._ran = False

    def captured(self) -> None:
        """Say that a frame came."""
        with self._lock:
            if not self._ran:
                self._ran = True
                self._become("running" if self._has_masks else "loading")

    def parsed(self, failure: Exception | None) -> None:
        """Say that a frame's mask came, or what has ended the parsing."""
        with self._lock:
            if self._status.phase not in ("loading", "running"):
                return
            if failure is not None:
                self._become("unparsed", told(failure, PARSER_FAILED), details_of(failure))
            elif not self._has_masks:
                self._has_masks = True
                self._become("running")

    def stopped(self, error: Exception | None, retry_in_s: float | None) -> Status:
        """Say that no frames come for now, or none any more; return how it stands.

        Args:
            error: what broke the source; None where it is at its end.
            retry_in_s: how soon it is tried again; None: it is not.
        """
        words, details = (NOTHING, "") if error is None else (told(error), details_of(error))
        now = self._clock()
        with self._lock:
            has_picture = self._status.has_picture
            if retry_in_s is None:
                phase: Phase = "ended" if error is None else "failed"
                self._status = Status(phase, words, details, None, has_picture, now)
            else:
                self._status = Status("lost", words, details, now + retry_in_s, True, now)
            return self._status

    def failed(self, error: Exception) -> None:
        """Say that something broke besides the source and the parser."""
        with self._lock:
            has_picture = self._status.has_picture
            self._status = Status("failed", told(error), details_of(error), None, has_picture)

    def _become(self, phase: Phase, problem: Sentence = NOTHING, details: str = "") -> None:
        self._status = Status(phase, problem, details, None, True, self._clock())
