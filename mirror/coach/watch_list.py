"""All signals of some exercises, each of them once."""

from __future__ import annotations

from collections.abc import Sequence

from mirror.coach.analysis import Columns
from mirror.coach.exercises.definition import Exercise
from mirror.coach.signals.bank import SignalBank
from mirror.coach.signals.definition import Signal


class WatchList:
    """What has to be read off bodies for some exercises, and where each finds its own.

    Attributes:
        exercises: in the order given.
        bank: reads all of their signals.
    """

    def __init__(self, exercises: Sequence[Exercise]) -> None:
        self.exercises = tuple(exercises)
        places: dict[tuple[object, ...], int] = {}
        signals: list[Signal] = []
        self._columns = []
        for exercise in exercises:
            named = {}
            for signal in exercise.all_signals:
                key = (signal.measure, signal.points, signal.space, signal.sides)
                if key not in places:
                    places[key] = len(signals)
                    signals.append(signal)
                named[signal.name] = places[key]
            watched = tuple(named[signal.name] for signal in exercise.signals)
            self._columns.append(Columns(watched, named))
        self.bank = SignalBank(signals)

    def columns(self, exercise: Exercise) -> Columns:
        """Return where one of the exercises finds its signals."""
        return self._columns[self.exercises.index(exercise)]
