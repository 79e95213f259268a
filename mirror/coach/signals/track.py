"""The signals of one person over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.body import Body
from mirror.coach.signals.bank import SignalBank
from mirror.coach.signals.history import History, MedianFilter
from mirror.coach.signals.scale import BodyScale
from mirror.coach.signals.view import facing

Array = NDArray[np.float64]
Rows = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class SignalRecord:
    """Signals of one person over some time; views into what is kept, valid until more is added.

    Attributes:
        times: (T,) seconds.
        combined: (T, N) of every signal of a bank, NaN where not seen.
        sides: (T, N, 2) of its left and right side.
        facings: (T,) from where the person was seen; see ``view.facing``.
        calibrated: whether degrees are degrees and metres metres.
    """

    times: Array
    combined: Rows
    sides: Rows
    facings: Rows
    calibrated: bool

    def named(self, places: Mapping[str, int]) -> dict[str, Rows]:
        """Return (T,) of some signals by the names that an exercise has for them."""
        return {name: self.combined[:, place] for name, place in places.items()}


class SignalTrack:
    """Reads signals off one person's bodies and keeps them, smoothed.

    Args:
        bank: what is read; shared between people.
        calibrated: whether degrees are degrees and metres metres; not in data scaled per axis.
    """

    def __init__(self, bank: SignalBank, calibrated: bool = True) -> None:
        self._bank, self._calibrated = bank, calibrated
        self._count = len(bank.signals)
        self._scale, self._filter = BodyScale(), MedianFilter()
        self._history = History(3 * self._count + 1)

    def __len__(self) -> int:
        return len(self._history)

    def add(self, body: Body) -> None:
        """Take one body in, in order of time."""
        reading = self._bank.read(body, self._scale.update(body))
        row = np.concatenate([reading.values, reading.sides.ravel(), [facing(body)]])
        for time, values in self._filter.push(body.time, row):
            self._history.append(time, values)

    def finish(self) -> None:
        """Take in what smoothing still holds back: nobody is added any more."""
        for time, values in self._filter.flush():
            self._history.append(time, values)

    def forget_before(self, time: float) -> None:
        """Drop what is older."""
        self._history.forget_before(time)

    def newest(self, columns: Sequence[int]) -> tuple[float, Array]:
        """Return the newest sample's time and some of the signals; there has to be one."""
        return float(self._history.times[-1]), self._history.rows[-1, list(columns)].astype(float)

    def record(self, since: float = -np.inf) -> SignalRecord:
        """Return what was recorded from a time on."""
        first = int(np.searchsorted(self._history.times, since))
        rows, count = self._history.rows[first:], self._count
        sides = rows[:, count : 3 * count].reshape(len(rows), count, 2)
        times = self._history.times[first:]
        return SignalRecord(times, rows[:, :count], sides, rows[:, -1], self._calibrated)
