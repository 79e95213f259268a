"""What the phases of a repetition are called by whoever does it."""

from __future__ import annotations

from collections.abc import Mapping

from mirror.coach.exercises.definition import Exercise, Way, Words
from mirror.coach.feedback.phases import LivePhase

HELD = Words(en="seconds held", zh="已保持 (秒)")
_READY = Words(en="Ready", zh="准备")
_WORDS: Mapping[Way, Mapping[LivePhase, Words]] = {
    "down": {
        "start": _READY,
        "out": Words(en="Down", zh="向下"),
        "far": Words(en="Bottom", zh="最低点"),
        "back": Words(en="Up", zh="向上"),
    },
    "up": {
        "start": _READY,
        "out": Words(en="Up", zh="向上"),
        "far": Words(en="Top", zh="最高点"),
        "back": Words(en="Down", zh="向下"),
    },
    "apart": {
        "start": _READY,
        "out": Words(en="Apart", zh="打开"),
        "far": Words(en="Wide", zh="打开到位"),
        "back": Words(en="Together", zh="收回"),
    },
    "out": {
        "start": _READY,
        "out": Words(en="Go", zh="发力"),
        "far": Words(en="All the way", zh="到位"),
        "back": Words(en="And back", zh="还原"),
    },
}


def phase_words(exercise: Exercise | None, phase: LivePhase) -> Words:
    """Return what a phase is called; of an exercise that is not known yet, in words for all."""
    return _WORDS["out" if exercise is None else exercise.way][phase]
