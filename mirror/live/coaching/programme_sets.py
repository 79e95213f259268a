"""Sets that a programme prescribes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mirror.coach.body import Body
from mirror.coach.coach import CoachReport
from mirror.coach.feedback.programme_coaching import CoachedSet, ProgrammeCoaching
from mirror.coach.gestures.set_control import SetState, SetStatus
from mirror.coach.programmes.catalogue import ProgrammeFile
from mirror.coach.programmes.status import State
from mirror.live.coaching.routine import Request, SetView
from mirror.live.coaching.set_results import SetResult

_STATES: dict[State, SetState] = {
    "ready": "ready",
    "countdown": "countdown",
    "work": "active",
    "rest": "countdown",
    "paused": "paused",
    "done": "ready",
}


class ProgrammeSets:
    """Goes through a programme; see ``Routine``. An end skips what is on: a set, or a rest.

    Args:
        programme: which.
        starts: whether it starts when somebody comes into the picture, without being asked.
        keep: takes the report of every set that is over; None keeps none.
    """

    def __init__(
        self,
        programme: ProgrammeFile,
        starts: bool,
        keep: Callable[[CoachReport], None] | None = None,
    ) -> None:
        self._coaching = ProgrammeCoaching(programme, starts=starts)
        self._keep, self._kept = keep, 0

    @property
    def results(self) -> tuple[SetResult, ...]:
        """What was done in all sets that are over."""
        return tuple(map(_result_of, self._coaching.sets))

    def watch(
        self,
        bodies: Sequence[Body],
        size: tuple[int, int],
        time: float,
        requests: Sequence[Request],
    ) -> SetView:
        """Take in the bodies of one frame; return how the set stands."""
        for request in requests:
            self._ask(request)
        coached = self._coaching.watch(bodies, size, time)
        status = self._coaching.status
        for done in self._coaching.sets[self._kept :]:
            self._kept += 1
            if self._keep is not None and (done.result.count or done.result.held_s):
                self._keep(done.report)
        told = SetStatus(_STATES[status.state], status.planned.place + 1, status.worked_s)
        return SetView(coached, told, has_set=status.state not in ("ready", "done"))

    def _ask(self, request: Request) -> None:
        state = self._coaching.status.state
        if request == "end":
            self._coaching.ask("skip")
        elif state in ("ready", "paused"):
            self._coaching.ask("start" if state == "ready" else "resume")
        else:
            self._coaching.ask("pause")


def _result_of(done: CoachedSet) -> SetResult:
    result = done.result
    found = [one.found.done for one in done.report.people if one.found is not None]
    best = max(found, key=lambda one: (len(one.repetitions), one.held_s), default=None)
    faulty = 0 if best is None else sum(bool(one.faults) for one in best.repetitions)
    return SetResult(
        number=result.planned.place + 1,
        person=0,
        exercise=done.exercise,
        count=result.count,
        clean=max(0, result.count - faulty),
        held_s=result.held_s,
        elapsed_s=result.worked_s,
    )
