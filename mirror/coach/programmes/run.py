"""A programme while it is gone through: countdown, work, rest, done. Pure: it is told the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from mirror.coach.exercises.definition import Words
from mirror.coach.programmes.definition import PlannedSet, Programme
from mirror.coach.programmes.events import Event, EventKind
from mirror.coach.programmes.status import ProgrammeStatus, SetResult, State

_SOON_S = (3, 2, 1)  # seconds before work begins that are said


class ProgrammeRun:
    """Goes through a programme. Times only grow; who calls with an older one is told the newest.

    Args:
        programme: what is gone through.
        titles: of exercises, by the names that the programme has for them; others are shown by
            their names.
    """

    def __init__(self, programme: Programme, titles: Mapping[str, Words] | None = None) -> None:
        self.programme, self._titles = programme, titles or {}
        self._sets = programme.sets()
        self._state: State = "ready"
        self._place = 0
        self._now = 0.0
        self._began = 0.0  # the state
        self._length: float | None = None  # of the state
        self._paused_in: State | None = None
        self._paused_at = 0.0
        self._started_work = 0.0
        self._count, self._held_s = 0, 0.0
        self._said = 0
        self._done: list[SetResult] = []
        self._events: list[Event] = []

    @property
    def state(self) -> State:
        """What it is in."""
        return self._state

    @property
    def planned(self) -> PlannedSet:
        """The set that is done, or comes next; the last one when all is done."""
        return self._sets[min(self._place, len(self._sets) - 1)]

    @property
    def results(self) -> tuple[SetResult, ...]:
        """The sets that are over."""
        return tuple(self._done)

    def start(self, now: float) -> tuple[Event, ...]:
        """Begin with the countdown; a run that has begun goes on as it was."""
        if self._state == "ready":
            self._now = now
            self._enter("countdown", now, self.programme.countdown_s)
            self._advance(now)
        return self._told()

    def update(self, now: float, count: int = 0, held_s: float = 0.0) -> tuple[Event, ...]:
        """Let time pass; return what happened, in order.

        Args:
            now: seconds.
            count: repetitions done in the set that is being done; looked at while there is work.
            held_s: seconds held in it, likewise.
        """
        self._now = now = max(now, self._now)
        if self._state == "work":
            self._count, self._held_s = count, held_s
        self._advance(now)
        return self._told()

    def pause(self, now: float) -> tuple[Event, ...]:
        """Stop the clock."""
        if self._state in ("countdown", "work", "rest"):
            self._now = max(now, self._now)
            self._paused_in, self._paused_at, self._state = self._state, self._now, "paused"
            self._say("paused", self._now)
        return self._told()

    def resume(self, now: float) -> tuple[Event, ...]:
        """Let the clock go on."""
        self._resume(now)
        return self._told()

    def skip(self, now: float) -> tuple[Event, ...]:
        """End the countdown, the rest or the set that is on, without a target reached."""
        self._resume(now)
        self._now = now = max(now, self._now)
        if self._state == "work":
            self._finish_set(now, reached=False)
        elif self._state in ("countdown", "rest"):
            self._begin_work(now)
        return self._told()

    def stop(self, now: float) -> tuple[Event, ...]:
        """End the programme; a set that is on is kept as far as it went."""
        now = max(now, self._now)
        if self._state == "work" or self._paused_in == "work":
            self._keep(self._paused_at if self._paused_in else now, reached=False)
        if self._state not in ("done", "ready"):
            self._now = now
            self._end(now)
        return self._told()

    def status(self) -> ProgrammeStatus:
        """Return where it is, at the time that it was told last."""
        now = self._paused_at if self._paused_in else self._now
        state = self._paused_in or self._state
        remaining = None if self._length is None else max(0.0, self._began + self._length - now)
        is_work, name = state == "work", self.planned.exercise
        return ProgrammeStatus(
            self.programme,
            self._state,
            self.planned,
            self._titles.get(name, Words(en=name, zh=name)),
            len(self._sets),
            self._count if is_work else 0,
            self._held_s if is_work else 0.0,
            now - self._began if is_work else 0.0,
            remaining,
            self._paused_in,
            self.results,
        )

    def _advance(self, now: float) -> None:
        """Go through every state whose time has come by now: a late call skips nothing."""
        while True:
            self._count_down(now)
            ends = self._ends()
            if self._state == "work":
                if self._is_reached():
                    self._finish_set(now if ends is None else min(now, ends), reached=True)
                elif ends is not None and now >= ends:
                    self._finish_set(ends, reached=True)
                else:
                    return
            elif self._state in ("countdown", "rest") and ends is not None and now >= ends:
                self._begin_work(ends)
            else:
                return

    def _resume(self, now: float) -> None:
        if self._paused_in is None:
            return
        self._now = max(now, self._now)
        self._began += self._now - self._paused_at
        self._state, self._paused_in = self._paused_in, None
        self._say("resumed", self._now)

    def _ends(self) -> float | None:
        return None if self._length is None else self._began + self._length

    def _is_reached(self) -> bool:
        planned = self.planned
        enough = planned.repetitions is not None and self._count >= planned.repetitions
        return enough or (planned.held_s is not None and self._held_s >= planned.held_s)

    def _count_down(self, now: float) -> None:
        ends = self._ends()
        if self._state not in ("countdown", "rest") or ends is None:
            return
        for seconds in _SOON_S:
            at = ends - seconds
            if self._began <= at <= now and self._said < 4 - seconds:
                self._said = 4 - seconds
                self._say("soon", at, seconds)

    def _begin_work(self, now: float) -> None:
        self._enter("work", now, self.planned.work_s)
        self._started_work = now

    def _finish_set(self, now: float, reached: bool) -> None:
        self._keep(now, reached)
        rest_s = self.planned.rest_s
        if self._place + 1 == len(self._sets):
            self._end(now)
            return
        self._place += 1
        if rest_s > 0:
            self._enter("rest", now, rest_s)
        else:
            self._begin_work(now)

    def _keep(self, now: float, reached: bool) -> None:
        worked = max(0.0, now - self._began)
        self._done.append(
            SetResult(
                self.planned, self._started_work, now, worked, self._count, self._held_s, reached
            )
        )
        self._say("set-done", now)

    def _end(self, now: float) -> None:
        self._paused_in = None
        self._enter("done", now, None)

    def _enter(
        self, state: Literal["countdown", "work", "rest", "done"], now: float, length: float | None
    ) -> None:
        self._state, self._began, self._length = state, now, length
        self._count, self._held_s, self._said = 0, 0.0, 0
        self._say(state, now, 0.0 if state in ("work", "done") else length or 0.0)

    def _say(self, kind: EventKind, time: float, seconds: float = 0.0) -> None:
        self._events.append(Event(time, kind, self.planned, seconds))

    def _told(self) -> tuple[Event, ...]:
        told, self._events = tuple(self._events), []
        return told
