"""What the coach says, as results have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mirror.core.parsing import Parsing
from mirror.outputs.result_keys import CoachKeys, ProgrammeKeys

if TYPE_CHECKING:
    from mirror.coach.feedback.coaching import Coaching
    from mirror.coach.feedback.live_coaching import Coached, Feedback
    from mirror.coach.programmes.status import ProgrammeStatus

CoachKeysOf = Callable[[Parsing], Mapping[int, CoachKeys]]


def no_coach(parsing: Parsing) -> Mapping[int, CoachKeys]:
    """Return nothing: nobody is coached."""
    return {}


def keys_from(coaching: Coaching | None) -> CoachKeysOf:
    """Return what says, of a parsing that was coached last, track id to what is said of each."""
    if coaching is None:
        return no_coach
    return lambda parsing: coach_keys(coaching.of(parsing))


def coach_keys(coached: Coached) -> Mapping[int, CoachKeys]:
    """Return track id to what is said of each person in a frame."""
    return {id: _keys(one, coached) for id, one in coached.people.items()}


def _keys(feedback: Feedback, coached: Coached) -> CoachKeys:
    progress, last, cue = feedback.progress, feedback.last, coached.cue
    keys: CoachKeys = {
        "exercise": None if feedback.exercise is None else feedback.exercise.name,
        "count": feedback.count,
        "progress": None if progress is None else round(progress, 3),
        "phase": feedback.phase,
        "faults": [fault.name for fault in feedback.faults],
    }
    if feedback.exercise is not None and feedback.exercise.hold is not None:
        keys["held_s"] = round(feedback.held_s, 2)
    if last is not None:
        keys["range"] = round(last.range, 1)
        keys["tempo"] = [round(part, 2) for part in (last.out_s, last.held_s, last.back_s)]
    if coached.programme is not None:
        keys["programme"] = _programme_keys(coached.programme)
    if cue is not None and cue.person == feedback.person:
        keys["cue"] = {"name": cue.name, "en": cue.words.en, "zh": cue.words.zh}
    return keys


def _programme_keys(status: ProgrammeStatus) -> ProgrammeKeys:
    planned = status.planned
    keys: ProgrammeKeys = {
        "name": status.programme.name,
        "state": status.state,
        "exercise": planned.exercise,
        "set": planned.place + 1,
        "sets": status.sets,
        "count": status.count,
    }
    if planned.repetitions is not None:
        keys["repetitions"] = planned.repetitions
    if planned.held_s is not None:
        keys["held_s"] = planned.held_s
    if status.remaining_s is not None:
        keys["remaining_s"] = round(status.remaining_s, 2)
    return keys
