"""When in the last seconds something was wrong, and what."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mirror.coach.exercises.definition import Fault
from mirror.coach.feedback.cues import Cue
from mirror.coach.feedback.live_coaching import Coached
from mirror.live.replay.stored_frame import StoredFrame

_AROUND_S = 0.6  # a fault is marked so long before and after it was worst


@dataclass(frozen=True, slots=True)
class FaultTime:
    """One fault: whose, which, and when it was worst, in media time."""

    person: int
    fault: Fault
    at: float


def faults_in(frames: Sequence[StoredFrame]) -> tuple[FaultTime, ...]:
    """Return every fault of the repetitions that frames tell of, each once."""
    return tuple(dict.fromkeys(_faults(frames)))


def marked(frame: StoredFrame, faults: Sequence[FaultTime]) -> Coached:
    """Return what is shown of a frame again: faults when they happened, not when they were told."""
    now = [one for one in faults if abs(one.at - frame.time) <= _AROUND_S]
    people = {
        person: dataclasses.replace(
            feedback,
            faults=tuple(one.fault for one in now if one.person == person),
            framing=None,
        )
        for person, feedback in frame.coached.people.items()
    }
    cue = Cue.of_fault(now[0].person, now[0].fault) if now else None
    return dataclasses.replace(frame.coached, people=people, cue=cue, programme=None)


def _faults(frames: Sequence[StoredFrame]) -> Iterator[FaultTime]:
    for frame in frames:
        for person, feedback in frame.coached.people.items():
            if feedback.last is None or feedback.exercise is None:
                continue
            rules = {rule.name: rule for rule in feedback.exercise.faults}
            for found in feedback.last.faults:
                if found.name in rules:
                    yield FaultTime(person, rules[found.name], found.at)
