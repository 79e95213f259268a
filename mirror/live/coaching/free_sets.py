"""Sets that begin, pause and end as whoever exercises likes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from mirror.coach.body import Body
from mirror.coach.coach import CoachReport
from mirror.coach.exercises.definition import Exercise
from mirror.coach.feedback.live_coaching import NOBODY, LiveCoaching
from mirror.coach.gestures.set_control import SetControl
from mirror.live.coaching.routine import Request, SetView
from mirror.live.coaching.set_results import Repetitions, SetResult, results_of

_FRESH_AFTER_S = 120.0  # while nobody begins, so that no session without end is remembered


class FreeSets:
    """Coaches one set after the other; see ``Routine``.

    Args:
        exercises: what may be done: one, or several of which each person's is recognised.
        countdown_s: before a set that was asked for.
        keep: takes the report of every set that has ended; None keeps none.
    """

    def __init__(
        self,
        exercises: Sequence[Exercise],
        countdown_s: float,
        keep: Callable[[CoachReport], None] | None = None,
    ) -> None:
        self._exercises, self._keep = tuple(exercises), keep
        self._control = SetControl(countdown_s)
        self._last: tuple[SetResult, ...] = ()
        self._results: list[SetResult] = []
        self._began_at: float | None = None
        self._begin_set()

    @property
    def results(self) -> tuple[SetResult, ...]:
        """What was done in all sets that have ended, the oldest first."""
        return tuple(self._results)

    def watch(
        self,
        bodies: Sequence[Body],
        size: tuple[int, int],
        time: float,
        requests: Sequence[Request],
    ) -> SetView:
        """Take in the bodies of one frame; return how the set stands."""
        for request in requests:
            self._carry_out(request, time)
        if self._control.is_counting:
            self._coached = self._coaching.watch(bodies, size, time)
            self._done.add(self._coached)
        else:
            self._coached = dataclasses.replace(self._coached, time=time, cue=None)
        has_begun = any(one.count or one.held_s for one in self._coached.people.values())
        status = self._control.update(time, has_begun)
        self._began_at = time if self._began_at is None else self._began_at
        if status.state == "ready" and time - self._began_at > _FRESH_AFTER_S:
            self._begin_set()
        return SetView(self._coached, status, self._control.has_set, self._last)

    def _carry_out(self, request: Request, time: float) -> None:
        if request == "toggle":
            if self._control.toggle(time):
                self._begin_set()
        elif self._control.has_set:
            self._end_set(time)

    def _begin_set(self) -> None:
        remembers = self._keep is not None
        self._coaching = LiveCoaching(self._exercises, remembers=remembers)
        self._done = Repetitions()
        self._coached = NOBODY
        self._began_at = None

    def _end_set(self, time: float) -> None:
        status = self._control.update(time, has_begun=False)
        self._last = results_of(self._coached, self._done, status.number, status.elapsed_s)
        self._control.end(time)
        self._results.extend(self._last)
        if self._keep is not None and self._last:
            self._keep(self._coaching.report())
        self._begin_set()
