"""Says which exercise somebody is doing, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mirror.coach.analysis import Done

_CERTAIN = 0.3  # likeness below which nothing is recognised: walking and standing show some signs


@dataclass(frozen=True, slots=True)
class Recognised:
    """An exercise that was recognised.

    Attributes:
        done: what was done of it.
        confidence: 0-1: how well its signs were shown, beside those of the next one.
    """

    done: Done
    confidence: float


def recognise(analysed: Sequence[Done]) -> Recognised | None:
    """Return the exercise whose signs somebody shows best; None where nobody's are shown well."""
    ranked = sorted(analysed, key=lambda done: done.likeness, reverse=True)
    if not ranked or ranked[0].likeness < _CERTAIN:
        return None
    best = ranked[0].likeness
    second = ranked[1].likeness if len(ranked) > 1 else 0.0
    return Recognised(ranked[0], best * best / (best + second))
