"""How far a value is outside a limit, and how much that tells."""

from __future__ import annotations

import math

from mirror.coach.exercises.definition import Limit

USUAL_STRICTNESS = 0.5


def excess(limit: Limit, value: float, strictness: float = USUAL_STRICTNESS) -> float:
    """Return how far a value is outside a limit, in its unit; 0 or less inside.

    Args:
        limit: the limit.
        value: of its signal.
        strictness: 0 forgives a tolerance more than the limit says, 1 a tolerance less.
    """
    slack = limit.tolerance * 2.0 * (USUAL_STRICTNESS - strictness)
    below = -math.inf if limit.at_least is None else limit.at_least - slack - value
    above = -math.inf if limit.at_most is None else value - limit.at_most - slack
    return max(below, above)


def membership(limit: Limit, value: float) -> float:
    """Return 1 inside a limit, a half at its tolerance outside it, and less further out."""
    outside = max(0.0, excess(limit, value)) / limit.tolerance
    return 1.0 / (1.0 + outside * outside)
