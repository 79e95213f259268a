"""Coaches everybody in a session's frames, set by set, with hands or keys."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from mirror.coach.body import body_of
from mirror.coach.feedback.live_coaching import NOBODY, Coached
from mirror.coach.gestures.raised_hand import HandUp, HandWatch
from mirror.coach.gestures.set_control import SetStatus
from mirror.core.parsing import Parsing
from mirror.jobs.coaching import exercises_of, programme_of
from mirror.live.coaching.coach_options import CoachOptions
from mirror.live.coaching.free_sets import FreeSets
from mirror.live.coaching.history import HistoryKeeper
from mirror.live.coaching.leaps import LeapWatch
from mirror.live.coaching.programme_sets import ProgrammeSets
from mirror.live.coaching.routine import Request, Routine
from mirror.live.coaching.set_results import SetResult
from pipeline.result import Result

_KEPT = 32  # frames that may still wait to be drawn or recorded; a second's worth


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What there is to be shown of one frame.

    Attributes:
        coached: of everybody in it.
        status: of the set.
        has_set: whether a set runs that could be ended.
        last: what was done in the set before.
        hand: that is held up; None while none is.
        alone_s: how long nobody has been in the picture; 0 while somebody is.
        has_joints: whether the parser knows any: without them there is nothing to coach.
        is_replay: whether the frame is shown again.
    """

    coached: Coached = NOBODY
    status: SetStatus = field(default_factory=SetStatus)
    has_set: bool = False
    last: tuple[SetResult, ...] = ()
    hand: HandUp | None = None
    alone_s: float = 0.0
    has_joints: bool = True
    is_replay: bool = False


class SessionCoach:
    """A consumer of results; comes before those that show what it says.

    It is fed from one thread, in order; every other call is any thread's.

    Args:
        options: how to coach.
        begin: returns the sets from the first on.
        keeper: keeps what was done; None where it is not kept.
    """

    stage = "coach"
    remarks: tuple[str, ...] = ()

    def __init__(
        self,
        options: CoachOptions,
        begin: Callable[[], Routine],
        keeper: HistoryKeeper | None = None,
    ) -> None:
        self.options, self._begin, self._keeper = options, begin, keeper
        self._lock = threading.Lock()
        self._moments: deque[tuple[Parsing, Moment]] = deque(maxlen=_KEPT)  # guarded by _lock
        self._requests: deque[Request] = deque(maxlen=8)  # as are both below
        self._sets: tuple[SetResult, ...] = ()
        self._before: tuple[SetResult, ...] = ()
        self._leaps = LeapWatch()
        self._start_over()

    def consume(self, result: Result[Parsing]) -> None:
        """Take in one parsed frame."""
        if self._leaps.is_leap(result.frame):
            self._start_over()
        moment = self._moment_of(result.parsing, result.frame.time)
        with self._lock:
            self._moments.append((result.parsing, moment))
            self._sets = (*self._before, *self._routine.results)

    def moment(self, parsing: Parsing) -> Moment | None:
        """Return what is to be shown of a frame; None where it is long gone, or was never seen."""
        with self._lock:
            return next((told for seen, told in self._moments if seen is parsing), None)

    @property
    def newest(self) -> Moment | None:
        """What is to be shown of the newest frame; None before the first."""
        with self._lock:
            return self._moments[-1][1] if self._moments else None

    @property
    def sets(self) -> tuple[SetResult, ...]:
        """What was done in all sets that have ended, the oldest first."""
        with self._lock:
            return self._sets

    @property
    def failure(self) -> Exception | None:
        """What went wrong while sets were kept; None while nothing did."""
        return None if self._keeper is None else self._keeper.failure

    def ask(self, request: Request) -> None:
        """Begin, pause or go on (``toggle``), or end the set, with the next frame."""
        with self._lock:
            self._requests.append(request)

    def close(self, failure: BaseException | None = None) -> None:
        """Do nothing: what was to be said was said."""

    def _start_over(self) -> None:
        self._before = self._sets
        self._routine, self._hands = self._begin(), HandWatch()
        self._seen_at: float | None = None

    def _moment_of(self, parsing: Parsing, time: float) -> Moment:
        found = [body_of(person, time) for person in parsing.people]
        bodies = [one for one in found if one is not None]
        requests = self._asked()
        if self.options.hands_free and (sign := self._hands.update(bodies, time)) is not None:
            requests.append(sign)
        height, width = parsing.labels.shape
        view = self._routine.watch(bodies, (height, width), time, requests)
        if self._seen_at is None or parsing.people or time < self._seen_at:
            self._seen_at = time
        return Moment(
            view.coached,
            view.status,
            view.has_set,
            view.last,
            self._hands.hand,
            time - self._seen_at,
            bool(bodies) or not parsing.people,
        )

    def _asked(self) -> list[Request]:
        with self._lock:
            asked = list(self._requests)
            self._requests.clear()
        return asked


def coach_for(options: CoachOptions, is_mirror: bool, source: str = "") -> SessionCoach | None:
    """Return what coaches a session; None where nobody asked for it.

    Args:
        options: how to coach.
        is_mirror: whether somebody stands before it, who can say when a programme is to start.
        source: what is looked at, for the history.

    Raises:
        BadExercise: there is none of that name.
        BadProgramme: a programme's file is not as it should be.
    """
    if options.exercise is None:
        return None
    keeper = HistoryKeeper(source) if options.keeps_history else None
    keep = None if keeper is None else keeper.keep
    if (programme := programme_of(options.exercise)) is not None:
        starts = not (is_mirror and options.hands_free)
        return SessionCoach(options, lambda: ProgrammeSets(programme, starts, keep), keeper)
    exercises = exercises_of(options.exercise)
    return SessionCoach(options, lambda: FreeSets(exercises, options.countdown_s, keep), keeper)
