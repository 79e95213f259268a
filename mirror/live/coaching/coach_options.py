"""How the user wants to be coached; plain values."""

from __future__ import annotations

from dataclasses import dataclass

from mirror.coach.gestures.set_control import COUNTDOWN_S

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class CoachOptions:
    """What is coached, and how.

    Attributes:
        exercise: a name, a file of one's own (``.toml``) or ``auto``; None: nobody is coached.
        hands_free: whether a raised hand begins, pauses and ends a set.
        countdown_s: before a set begins or goes on.
        keeps_history: whether sets are kept when they end.
    """

    exercise: str | None = None
    hands_free: bool = True
    countdown_s: float = COUNTDOWN_S
    keeps_history: bool = False

    @property
    def is_on(self) -> bool:
        """Whether anybody is coached."""
        return self.exercise is not None


NOT_COACHED = CoachOptions()
