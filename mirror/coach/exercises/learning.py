"""Proposes an exercise from a recording of somebody who does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.counting.review import Recorded, review
from mirror.coach.exercises.catalogue import BadExercise
from mirror.coach.exercises.definition import Exercise, Sign, Tempo, Watched, Words
from mirror.coach.signals.definition import Signal
from mirror.coach.signals.track import SignalRecord

_MOST_SIGNALS = 5
_LEAST_SHARE = 0.4  # of the range that was seen is a repetition
_FASTER, _SLOWER = 0.4, 4.0  # times the pace that was seen
_SMALLEST = {"angle": 20.0, "lean": 15.0, "ratio": 0.3, "offset": 0.1}  # else metres
_SMALLEST_M = 0.08
_TOLERANCES = {"angle": 15.0, "lean": 15.0, "ratio": 0.3, "offset": 0.1}
_TOLERANCE_M = 0.12


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A signal with what it shows when it is watched alone."""

    signal: Watched
    place: int
    count: int
    evenness: float  # 0-1, how alike its repetitions are


def propose(record: SignalRecord, signals: Sequence[Signal], count: int, name: str) -> Exercise:
    """Return an exercise that counts what was recorded as often as somebody says it was done.

    Args:
        record: of one person, nothing else than the exercise in it.
        signals: what was recorded.
        count: repetitions in it.
        name: of the new exercise.

    Raises:
        BadExercise: no signal goes to and fro so often.
    """
    candidates = [
        found
        for place, signal in enumerate(signals)
        for far in ("low", "high")
        if (found := _tried(record, signal, place, far, name)) is not None
    ]
    right = [one for one in candidates if one.count == count]
    if not right:
        counts = sorted({one.count for one in candidates if one.count})
        raise BadExercise(
            "exercise.not_learnt",
            "no signal was seen to move {count} times; {known}. Record it again, all of the body "
            "in the picture and nothing before or after it, or count again",
            count=count,
            known="they moved " + ", ".join(map(str, counts)) if counts else "none moved enough",
        )
    chosen = _best(right, record)
    watched = tuple(one.signal for one in chosen)
    return _exercise(record, watched, [one.place for one in chosen], name)


def _tried(
    record: SignalRecord, signal: Signal, place: int, far: str, name: str
) -> _Candidate | None:
    values = record.combined[:, [place]]
    if np.isfinite(values).mean() < 0.5:
        return None
    low, high = np.nanquantile(values, (0.05, 0.95)).tolist()
    smallest = _SMALLEST.get(signal.measure, _SMALLEST_M)
    if high - low < smallest:
        return None
    watched = Watched(
        **signal.model_dump(include=set(Signal.model_fields)),
        far=far,  # type: ignore[arg-type]  # one of the two
        least=round(_LEAST_SHARE * (high - low), 3),
        source="proposed from a recording",
    )
    exercise = _bare(name, (watched,))
    recorded = Recorded(record.times, values, record.sides[:, [place]])
    found = review(recorded, exercise)
    if found.own is None or not found.repetitions:
        return None
    heights = np.array([one.range for one in found.repetitions])
    lengths = np.array([one.end - one.start for one in found.repetitions])
    spread = heights.std() / heights.mean() + lengths.std() / max(lengths.mean(), 1e-6)
    return _Candidate(watched, place, len(found.repetitions), float(1.0 / (1.0 + spread)))


def _best(candidates: Sequence[_Candidate], record: SignalRecord) -> list[_Candidate]:
    """Return the signals that agree best, all with the person at rest at their start."""
    by_place: dict[int, _Candidate] = {}
    for one in sorted(candidates, key=lambda one: one.evenness):
        values = record.combined[:, one.place]
        known = values[np.isfinite(values)]
        low, high = np.quantile(known, (0.05, 0.95)).tolist()
        begins = (float(np.median(known[:10])) - low) / max(high - low, 1e-9)
        starts_here = begins if one.signal.far == "low" else 1.0 - begins
        if starts_here >= 0.5:  # it goes from where the recording begins to the far end
            by_place[one.place] = one
    chosen = sorted(by_place.values() or candidates, key=lambda one: -one.evenness)
    return chosen[:_MOST_SIGNALS]


def _exercise(
    record: SignalRecord, watched: Sequence[Watched], places: Sequence[int], name: str
) -> Exercise:
    draft = _bare(name, tuple(watched))
    recorded = Recorded(record.times, record.combined[:, places], record.sides[:, places])
    seconds = [one.end - one.start for one in review(recorded, draft).repetitions]
    usual = float(np.median(seconds)) if seconds else 2.0
    tempo = Tempo(
        shortest_s=round(max(0.2, _FASTER * usual), 2), longest_s=round(_SLOWER * usual + 2.0, 1)
    )
    signs = tuple(_sign(one, recorded.values[:, column]) for column, one in enumerate(watched))
    return draft.model_copy(update={"tempo": tempo, "recognition": signs[:3]})


def _sign(signal: Watched, values: NDArray[np.floating]) -> Sign:
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, (0.1, 0.9)).tolist()
    tolerance = _TOLERANCES.get(signal.measure, _TOLERANCE_M)
    return Sign(
        signal=signal.name,
        take="range",
        at_least=round(0.6 * (high - low), 3),
        tolerance=tolerance,
    )


def _bare(name: str, signals: tuple[Watched, ...]) -> Exercise:
    words = Words(en=name.replace("-", " ").capitalize(), zh=name)
    return Exercise(name=name, title=words, signals=signals)


def as_toml(exercise: Exercise) -> str:
    """Return an exercise as the text of a file that describes it."""
    described = exercise.model_dump(exclude_defaults=True, exclude_none=True)
    lines = [f"# {exercise.title.en}: proposed from a recording. Check the figures before use.", ""]
    tables = []
    for key, value in described.items():
        if isinstance(value, Mapping) and key != "title":
            tables.append((f"[{key}]", value))
        elif isinstance(value, tuple) and value and isinstance(value[0], Mapping):
            tables += [(f"[[{key}]]", one) for one in value]
        else:
            lines.append(f"{key} = {_value(value)}")
    for heading, entries in tables:
        lines += ["", heading, *(f"{key} = {_value(one)}" for key, one in entries.items())]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return repr(value).lower() if isinstance(value, bool) else repr(value)
