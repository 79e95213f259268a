"""One repetition, and what there is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from mirror.coach.exercises.definition import Severity

Side = Literal["left", "right", "both"]


@dataclass(frozen=True, slots=True)
class FoundFault:
    """A fault in a repetition, or while something is held.

    Attributes:
        name: the rule's.
        severity: how much it matters.
        value: of the rule's signal.
        at: seconds, where it is worst.
    """

    name: str
    severity: Severity
    value: float
    at: float

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        return {
            "name": self.name,
            "severity": self.severity,
            "value": round(self.value, 3),
            "at": round(self.at, 3),
        }


@dataclass(frozen=True, slots=True)
class Repetition:
    """One repetition. Times are media time in seconds.

    Attributes:
        start, far, end: when it began, was at its far end, and was over.
        range: how far the exercise's first angle moved, in degrees; metres of one without angles.
        out_s, held_s, back_s: tempo: to the far end, at it, and back.
        side: which side did it.
        quality: 0-1: the share of the usual range, less for faults.
        complete: whether it was seen to its end; not if the recording ends before.
        faults: what was wrong.
    """

    start: float
    far: float
    end: float
    range: float
    out_s: float
    held_s: float
    back_s: float
    side: Side = "both"
    quality: float = 1.0
    complete: bool = True
    faults: tuple[FoundFault, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        return {
            "start": round(self.start, 3),
            "far": round(self.far, 3),
            "end": round(self.end, 3),
            "range": round(self.range, 3),
            "tempo": [round(part, 3) for part in (self.out_s, self.held_s, self.back_s)],
            "side": self.side,
            "quality": round(self.quality, 3),
            "complete": self.complete,
            "faults": [fault.as_json() for fault in self.faults],
        }
