"""What stands in the strip over the picture, one thing after the other; plain values."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from mirror.live.gettext_noop import N_
from mirror.live.session.session_status import Phase, Sentence, Status
from mirror.live.session.view_preferences import ViewPreferences

Tone = Literal["plain", "caution", "alarm"]

_MOST = 8  # reported errors that wait to be read; one that comes again and again fills no memory


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to be told.

    Attributes:
        words: what happened, and what to do about it.
        details: for a report.
        tone: how bad it is.
        again: what doing the same once more is called, in English; empty where it is of no use.
        back: the parser to go back to; empty where there is none.
        retry_at: when it is tried again by itself, on the session's clock; None where it is not.
    """

    words: Sentence
    details: str = ""
    tone: Tone = "alarm"
    again: str = ""
    back: str = ""
    retry_at: float | None = None


class Alerts:
    """What was reported comes before how the source stands, and stays until it is dismissed."""

    def __init__(self) -> None:
        self._reported: deque[Alert] = deque(maxlen=_MOST)
        self._of_source: Alert | None = None
        self._phase: Phase = "opening"
        self._dismissed: Phase | None = None  # of the source, until it runs again

    @property
    def current(self) -> Alert | None:
        """What is to be told now."""
        return self._reported[-1] if self._reported else self._of_source

    def report(self, alert: Alert) -> None:
        """Tell something until the user has dismissed it."""
        if alert not in self._reported:
            self._reported.append(alert)

    def show_status(self, status: Status, wanted: ViewPreferences) -> None:
        """Tell how the source stands, unless the user has dismissed that it is in this phase."""
        self._phase = status.phase
        if status.phase in ("loading", "running"):
            self._dismissed = None
        self._of_source = None if status.phase == self._dismissed else alert_of(status, wanted)

    def dismiss(self) -> None:
        """Tell what is told now no more."""
        if self._reported:
            self._reported.pop()
        elif self._of_source is not None:
            self._dismissed, self._of_source = self._phase, None

    def begin(self) -> None:
        """Forget the source: another one is looked at."""
        self._of_source = self._dismissed = None


def alert_of(status: Status, wanted: ViewPreferences) -> Alert | None:
    """Return what is to be told of a source and its parser; None while all is well."""
    if status.phase == "ended":
        return Alert(Sentence("The video has ended"), tone="plain", again=N_("Play again"))
    if not status.problem:
        return None
    words, back = status.problem, ""
    if status.phase == "unparsed":
        words = Sentence("There are no masks. {problem}", {"problem": status.problem})
        back = wanted.before.name if wanted.before != wanted.parser else ""
    tone: Tone = "alarm" if status.phase == "failed" else "caution"
    return Alert(words, status.details, tone, N_("Try again"), back, status.retry_at)
