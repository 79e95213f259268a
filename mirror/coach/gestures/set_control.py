"""Sets of one exercise: begun, paused and ended, with a countdown and a timer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

SetState = Literal["ready", "countdown", "active", "paused"]

COUNTDOWN_S = 3.0


@dataclass(frozen=True, slots=True)
class SetStatus:
    """How a set stands.

    Attributes:
        state: ``ready`` before it, and between two; ``countdown`` before it counts, or counts on.
        number: of the set that runs, or is next; from 1.
        elapsed_s: how long it has run, pauses left out.
        seconds_left: of the countdown, whole ones; 0 where none runs.
        rest_s: since the set before ended; None before the first has.
    """

    state: SetState = "ready"
    number: int = 1
    elapsed_s: float = 0.0
    seconds_left: int = 0
    rest_s: float | None = None


class SetControl:
    """Follows what is asked of a set; told the time, never reads it.

    Args:
        countdown_s: so long after it was asked to, a set begins or goes on; 0 for at once.

    Attributes:
        is_counting: whether movement counts now: in a set, and before it, since whoever begins to
            exercise without asking has begun.
    """

    def __init__(self, countdown_s: float = COUNTDOWN_S) -> None:
        self._countdown_s = countdown_s
        self._state: SetState = "ready"
        self._number = 1
        self._elapsed_s = 0.0
        self._since: float | None = None  # the running part of the set
        self._due_at = 0.0  # of the countdown
        self._before: SetState = "ready"  # the countdown
        self._ended_at: float | None = None

    @property
    def is_counting(self) -> bool:
        """Whether movement counts now."""
        return self._state in ("ready", "active")

    @property
    def has_set(self) -> bool:
        """Whether a set has begun that can be ended."""
        return "paused" in (self._state, self._before) or self._state == "active"

    def toggle(self, time: float) -> bool:
        """Begin, pause or go on; return whether what was counted before the set is to be forgotten.

        While a countdown runs, the same again calls it off.
        """
        if self._state == "active":
            self._pause(time)
        elif self._state == "countdown":
            self._state = self._before
        else:
            self._before, self._state = self._state, "countdown"
            self._due_at = time + self._countdown_s
            return self._before == "ready"
        return False

    def end(self, time: float) -> bool:
        """End the set, or call its countdown off; return whether there was one."""
        was_one = self.has_set
        self._state = self._before = "ready"
        self._since, self._elapsed_s = None, 0.0
        if was_one:
            self._number += 1
            self._ended_at = time
        return was_one

    def update(self, time: float, has_begun: bool) -> SetStatus:
        """Say what time it is, and whether anything was counted; return how the set stands."""
        is_due = self._state == "countdown" and time >= self._due_at
        if is_due or (self._state == "ready" and has_begun):
            self._run(time)
        left_s = self._due_at - time if self._state == "countdown" else 0.0
        return SetStatus(
            self._state,
            self._number,
            self._elapsed(time),
            max(0, math.ceil(left_s)),
            None if self._ended_at is None else max(0.0, time - self._ended_at),
        )

    def _run(self, time: float) -> None:
        self._state, self._before, self._since = "active", "ready", time

    def _pause(self, time: float) -> None:
        self._elapsed_s, self._since = self._elapsed(time), None
        self._state = "paused"

    def _elapsed(self, time: float) -> float:
        running_s = 0.0 if self._since is None else max(0.0, time - self._since)
        return self._elapsed_s + running_s
