"""Holds repetitions and held positions against form rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.counting.repetition import FoundFault, Repetition
from mirror.coach.exercises.definition import Fault, Phase, View
from mirror.coach.exercises.limits import USUAL_STRICTNESS, excess

Array = NDArray[np.float64]
Rows = NDArray[np.floating]

_AROUND_S = 0.1  # before and after the far end, which lasts a moment
_BESIDE_S = 0.4  # before and after a repetition: its start
_OUTLIERS = 0.1  # of the samples: the lowest is the lowest of the others
_SEEN = 0.5  # of the samples have to be known
_MOST_PARTS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Watching:
    """What rules look at.

    Attributes:
        times: (T,) seconds.
        signals: name -> (T,) values, NaN where not seen.
        view: from where the person is seen; None where that is not known.
        strictness: 0 forgives a tolerance more than the rule, 1 a tolerance less; 0.5 is the rule.
    """

    times: Array
    signals: Mapping[str, Rows]
    view: View | None
    strictness: float = USUAL_STRICTNESS


def faults_in(rules: Sequence[Fault], repetition: Repetition, seen: Watching) -> list[FoundFault]:
    """Return what was wrong in a repetition."""
    found = []
    for rule in rules:
        inside = _phase(rule.phase, repetition, seen.times)
        fault = _judged(rule, inside, seen)
        if fault is not None:
            found.append(fault)
    return found


def faults_while(
    rules: Sequence[Fault], start: float, end: float, seen: Watching
) -> list[FoundFault]:
    """Return what was wrong while something was held."""
    inside = (seen.times >= start) & (seen.times <= end)
    found = [_judged(rule, inside, seen) for rule in rules]
    return [fault for fault in found if fault is not None]


def _judged(rule: Fault, inside: NDArray[np.bool_], seen: Watching) -> FoundFault | None:
    if rule.views and seen.view not in rule.views:
        return None
    values = seen.signals[rule.signal][inside]
    known = np.isfinite(values)
    if not known.any() or known.mean() < _SEEN:
        return None
    value = _taken(rule, values[known])
    if excess(rule, value, seen.strictness) <= 0:
        return None
    worst = int(np.argmin(np.abs(values[known] - value)))
    return FoundFault(rule.name, rule.severity, value, float(seen.times[inside][known][worst]))


def _taken(rule: Fault, values: Rows) -> float:
    if rule.take == "median":
        return float(np.median(values))
    outliers = _OUTLIERS if len(values) >= _MOST_PARTS else 0.0
    return float(np.quantile(values, outliers if rule.take == "lowest" else 1.0 - outliers))


def _phase(phase: Phase, repetition: Repetition, times: Array) -> NDArray[np.bool_]:
    reached = repetition.start + repetition.out_s
    left = reached + repetition.held_s
    if phase == "far":
        return np.abs(times - repetition.far) <= _AROUND_S
    if phase == "start":
        before = (times >= repetition.start - _BESIDE_S) & (times <= repetition.start)
        return before | ((times >= repetition.end) & (times <= repetition.end + _BESIDE_S))
    first, last = {
        "out": (repetition.start, reached),
        "back": (left, repetition.end),
        "whole": (repetition.start, repetition.end),
    }[phase]
    return (times >= first) & (times <= last)
