"""How well what somebody did shows the signs of an exercise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mirror.coach.exercises.definition import Sign
from mirror.coach.exercises.limits import membership

Rows = NDArray[np.floating]

_OUTLIERS = 0.1  # of the samples at either end are not looked at
_SEEN = 0.2  # of the samples have to be known
_UNSEEN = 0.6  # stands for a sign that is not seen: neither for nor against


def signs_shown(signs: Sequence[Sign], signals: Mapping[str, Rows]) -> float:
    """Return 0-1, the product of how well each sign is met.

    Args:
        signs: of one exercise.
        signals: name -> values while it was done, NaN where not seen.
    """
    score = 1.0
    for sign in signs:
        values = signals[sign.signal]
        known = values[np.isfinite(values)]
        if len(known) < max(2, _SEEN * len(values)):
            score *= _UNSEEN
        else:
            score *= membership(sign, _taken(sign, known))
    return score


def _taken(sign: Sign, values: Rows) -> float:
    low, middle, high = np.quantile(values, (_OUTLIERS, 0.5, 1.0 - _OUTLIERS)).tolist()
    return float({"lowest": low, "median": middle, "highest": high, "range": high - low}[sign.take])
