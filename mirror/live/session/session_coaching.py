"""What is coached in a session, and what of it can be shown again."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mirror.core.parsing import Parsing
from mirror.live.coaching.coach_options import CoachOptions
from mirror.live.coaching.glass_renderer import GlassRenderer
from mirror.live.coaching.session_coach import Moment, SessionCoach, coach_for
from mirror.live.coaching.voice import spoken_coach
from mirror.live.replay.replay import Replay, Screen
from mirror.live.replay.replay_recorder import ReplayRecorder
from mirror.outputs.spoken_coach import SpokenCoach
from pipeline.result import Result

_FEWEST = 2  # frames that are shown again: one alone would be over at once


class SessionCoaching:
    """Coaches the people of a session's results while that is wanted. Only ``join`` waits.

    Results come from one thread, in order; every other call is any thread's.

    Args:
        options: whether and how people are coached, at first.
        is_mirror: whether somebody stands before it.
        screen: where the last seconds are shown again.
        clock: monotonic seconds.
        source: what is looked at, for the history.
    """

    def __init__(
        self,
        options: CoachOptions,
        is_mirror: bool,
        screen: Screen,
        clock: Callable[[], float],
        source: str = "",
    ) -> None:
        self._source = source
        self._is_mirror, self._screen, self._clock = is_mirror, screen, clock
        self._lock = threading.Lock()
        self._options = options  # guarded by _lock, as are all below
        self._coach: SessionCoach | None = None
        self._kept: ReplayRecorder | None = None  # while people are coached
        self._replay: Replay | None = None
        self._newest: Result[Parsing] | None = None
        self._seen_at: float | None = None  # somebody, on the session's clock
        self._is_closed = False
        self._language: str | None = None  # to speak; None is silent
        self._spoken: tuple[str, SpokenCoach] | None = None  # the session's thread's

    def take_in(self, result: Result[Parsing]) -> None:
        """Coach everybody in one result; comes before those that show what is said of it."""
        if (coach := self._present()) is not None:
            coach.consume(result)
        with self._lock:
            self._newest = result
            if self._seen_at is None or result.parsing.people or result.parsing.labels.any():
                self._seen_at = self._clock()
        self._keep(result, coach)
        self._speak(result, coach)

    def speak(self, language: str | None) -> None:
        """Say aloud what the coach says, in a language as gettext names it; None: be silent."""
        with self._lock:
            self._language = language

    def coach_by(self, options: CoachOptions) -> None:
        """Coach from the next frame on like this, from the first set on."""
        with self._lock:
            if options != self._options:
                self._options, self._coach = options, None

    @property
    def coach(self) -> SessionCoach | None:
        """The coach; None where nobody is coached, and before the first frame."""
        with self._lock:
            return self._coach

    @property
    def alone_s(self) -> float:
        """How long nobody has been in the picture; 0 while that is not known."""
        with self._lock:
            return 0.0 if self._seen_at is None else max(0.0, self._clock() - self._seen_at)

    def renderer(self, keeps_corner: bool = False) -> GlassRenderer:
        """Return what draws the coach's words; ``parts`` and ``language`` are still to be set."""
        return GlassRenderer(self._moment, self._is_mirror, keeps_corner)

    @property
    def can_replay(self) -> bool:
        """Whether there is something to be shown again."""
        with self._lock:
            return self._kept is not None and len(self._kept.store.frames) >= _FEWEST

    @property
    def is_replaying(self) -> bool:
        """Whether the last seconds are shown again: then nothing else is."""
        with self._lock:
            return self._replay is not None

    def replay(self) -> None:
        """Show the last seconds again, slowly; everything else goes on meanwhile, unseen."""
        with self._lock:
            frames = () if self._kept is None else self._kept.store.frames
            if self._replay is not None or len(frames) < _FEWEST or self._is_closed:
                return
            self._replay = Replay(frames, self._screen, self._clock, self._replayed)
            self._replay.start()

    def stop_replay(self) -> None:
        """Show what there is now again."""
        with self._lock:
            replay = self._replay
        if replay is not None:
            replay.close()

    def close(self) -> None:
        """Stop everything; wait for nothing."""
        with self._lock:
            self._is_closed, kept = True, self._kept
        self.stop_replay()
        if kept is not None:
            kept.close()

    def join(self, within_s: float) -> None:
        """Wait until its threads have stopped."""
        with self._lock:
            members = self._kept, self._replay
        for one in members:
            if one is not None:
                one.join(within_s)
        if self._spoken is not None:
            self._spoken[1].close()

    def _present(self) -> SessionCoach | None:
        """The coach as it is wanted now, made when a frame first asks for it."""
        with self._lock:
            coach, options = self._coach, self._options
        if coach is None and options.is_on:
            made = coach_for(options, self._is_mirror, self._source)
            with self._lock:
                if options == self._options:
                    self._coach = coach = made
        return coach

    def _keep(self, result: Result[Parsing], coach: SessionCoach | None) -> None:
        with self._lock:
            if coach is None or self._is_closed:
                return
            if (kept := self._kept) is None:
                kept = self._kept = ReplayRecorder()
                kept.start()
        if (moment := coach.moment(result.parsing)) is not None:
            kept.offer(result.frame, result.parsing, moment.coached)

    def _speak(self, result: Result[Parsing], coach: SessionCoach | None) -> None:
        with self._lock:
            language = None if self._is_closed or coach is None else self._language
        if self._spoken is not None and self._spoken[0] != language:
            self._spoken[1].close()
            self._spoken = None
        if language is None or coach is None:
            return
        if self._spoken is None:
            self._spoken = language, spoken_coach(language)
        if (moment := coach.moment(result.parsing)) is not None:
            self._spoken[1].tell(moment.coached, result.frame.time)

    def _moment(self, parsing: Parsing) -> Moment | None:
        with self._lock:
            coach, replay = self._coach, self._replay
        told = None if replay is None else replay.moment(parsing)
        return told if told is not None or coach is None else coach.moment(parsing)

    # the replay's thread

    def _replayed(self) -> None:
        with self._lock:
            self._replay, newest, is_closed = None, self._newest, self._is_closed
        if newest is not None and not is_closed:
            self._screen.captured(newest.frame)
            self._screen.parsed(newest)  # what is held would else stay in the past
