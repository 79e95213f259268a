"""Watches a recording to propose an exercise from it."""

from __future__ import annotations

from collections.abc import Sequence

from mirror.coach.body import Body, body_of
from mirror.coach.exercises.catalogue import BadExercise
from mirror.coach.exercises.definition import Exercise
from mirror.coach.exercises.learning import propose
from mirror.coach.identity import Identities
from mirror.coach.signals.track import SignalTrack
from mirror.coach.watch_list import WatchList
from mirror.core.parsing import Parsing
from pipeline.result import Result


class Learner:
    """A consumer of results that learns what the person does who is seen longest.

    Args:
        exercises: whose signals may be part of the new one.
    """

    stage = "coach"
    remarks: tuple[str, ...] = ()

    def __init__(self, exercises: Sequence[Exercise]) -> None:
        self._bank = WatchList(exercises).bank
        self._identities = Identities()
        self._tracks: dict[int, SignalTrack] = {}

    def consume(self, result: Result[Parsing]) -> None:
        """Take in one parsed frame."""
        people = (body_of(person, result.frame.time) for person in result.parsing.people)
        self.watch([body for body in people if body is not None])

    def watch(self, bodies: Sequence[Body]) -> None:
        """Take in the bodies of one frame."""
        for number, body in zip(self._identities.assign(bodies), bodies, strict=True):
            self._tracks.setdefault(number, SignalTrack(self._bank)).add(body)

    def close(self, failure: BaseException | None = None) -> None:
        """Take in what smoothing still holds back."""
        for track in self._tracks.values():
            track.finish()

    def proposed(self, count: int, name: str) -> Exercise:
        """Return the exercise; call it after ``close``.

        Args:
            count: repetitions in the recording.
            name: of the new exercise.

        Raises:
            BadExercise: nobody was seen, or no signal moved so often.
        """
        if not self._tracks:
            raise BadExercise("exercise.nobody_seen", "nobody was seen of whom it could be learnt")
        longest = max(self._tracks.values(), key=len)
        return propose(longest.record(), self._bank.signals, count, name)
