"""How an exercise's main signal went over time, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.analysis import Columns
from mirror.coach.exercises.definition import Exercise
from mirror.coach.signals.track import SignalRecord


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One signal of one person over time.

    Attributes:
        name: the signal's.
        unit: of its values, as it is written behind them.
        times: (T,) seconds.
        sides: (T, 2) of the left and the right side, NaN where not seen.
    """

    name: str
    unit: str
    times: NDArray[np.floating]
    sides: NDArray[np.floating]


def curve_of(record: SignalRecord, exercise: Exercise, columns: Columns) -> Curve:
    """Return the first angle that moves in an exercise; its first signal where it has none."""
    watched = exercise.signals or exercise.all_signals
    angles = [one for one in watched if one.measure in ("angle", "lean")]
    signal = (*angles, *watched)[0]
    unit = {"angle": "°", "lean": "°", "ratio": "", "offset": ""}.get(signal.measure, " m")
    sides = record.sides[:, columns.named[signal.name]]
    return Curve(signal.name, unit, record.times.copy(), sides.copy())
