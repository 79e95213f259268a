"""The session that is shown, and those before it that have not ended yet."""

from __future__ import annotations

import time
from collections.abc import Callable

from mirror.live.display.display_options import DisplayOptions
from mirror.live.session.live_session import Session
from mirror.live.session.view_preferences import ViewPreferences
from mirror.live.sources.source_choice import Choice, OpenSource


class SessionManager:
    """Begins one session after the other. One thread; only ``join`` waits.

    Args:
        open_source: opens the choice of each.
        clock: monotonic seconds.

    Attributes:
        present: the one that is shown; None before the first.
    """

    def __init__(self, open_source: OpenSource, clock: Callable[[], float]) -> None:
        self._open_source, self._clock = open_source, clock
        self.present: Session | None = None
        self._leaving: list[Session] = []

    def begin(
        self, choice: Choice, wanted: ViewPreferences, look: DisplayOptions, view: tuple[int, int]
    ) -> None:
        """Close the present session and start another."""
        self.leave()
        self.present = Session(
            choice,
            wanted.parser,
            look,
            view,
            after=self._leaving,
            open_source=self._open_source,
            clock=self._clock,
            coach=wanted.coach,
            carries=wanted.carries,
            avatar=wanted.avatar,
        )
        self.present.start()

    def leave(self) -> None:
        """Close the present session; show none."""
        if self.present is not None:
            self.present.close()
            self._leaving.append(self.present)
            self.present = None

    def forget_ended(self) -> None:
        """Let go of those that have ended."""
        self._leaving = [one for one in self._leaving if not one.join(0.0)]

    def close(self) -> None:
        """Close all that there are."""
        for session in self._all:
            session.close()

    def join(self, give_up_at: float) -> None:
        """Wait until all have ended, or until so late on the monotonic clock."""
        for session in self._all:
            session.join(max(0.0, give_up_at - time.monotonic()))

    @property
    def _all(self) -> list[Session]:
        return [*self._leaving, *([self.present] if self.present else [])]
