"""How truly repetitions are counted, by each counter on the same sequences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mirror.evaluation.coaching.counters import Count, RepetitionCounter
from mirror.evaluation.coaching.sequences import Counted
from mirror.evaluation.judges import Figure, mean


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One sequence, by one counter."""

    name: str
    exercise: str
    truth: int
    frames: int
    seen: int
    counts: dict[str, Count]

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        about = {
            "name": self.name,
            "exercise": self.exercise,
            "repetitions": self.truth,
            "frames": self.frames,
            "seen": self.seen,
        }
        counts = {
            name: {
                "complete": one.least,
                "counted": one.most,
                "live": one.live,
                "exercise": one.exercise,
                "held_s": round(one.held_s, 2),
            }
            for name, one in self.counts.items()
        }
        return {**about, "counts": counts}


def count_all(
    sequences: Sequence[Counted],
    counters: Sequence[RepetitionCounter],
    watch: Callable[[int], None],
) -> list[CountedRow]:
    """Return what every counter says of every sequence.

    Args:
        sequences: of one data set.
        counters: each is shown the same frames.
        watch: is told how many sequences are done.
    """
    rows = []
    for number, one in enumerate(sequences, 1):
        frames = one.frames()
        counts = {counter.name: counter.count(one, frames) for counter in counters}
        seen = sum(bool(bodies) for bodies in frames)
        rows.append(CountedRow(one.name, one.exercise, one.count, len(frames), seen, counts))
        watch(number)
    return rows


def figures_of(rows: Sequence[CountedRow], counter: str) -> dict[str, Figure]:
    """Return a counter's figures.

    ``exact``, ``obo`` (off by one at most) and ``mae`` (mean of the error over the truth) are as
    published; ``exact_or_cut_off`` takes what a recording breaks off as one may: counted or not.
    ``_seen`` leaves out sequences without a single pose.
    """
    judged = [(row, row.counts[counter]) for row in rows]
    seen = [(row, count) for row, count in judged if row.seen]
    live = [(row, count.live) for row, count in judged if count.live is not None]
    return {
        "sequences": len(judged),
        "exact": mean(float(count.most == row.truth) for row, count in judged),
        "exact_or_cut_off": mean(
            float(count.least <= row.truth <= count.most) for row, count in judged
        ),
        "obo": mean(float(_off(row, count) <= 1) for row, count in judged),
        "mae": mean(_off(row, count) / row.truth for row, count in judged if row.truth),
        "obo_seen": mean(float(_off(row, count) <= 1) for row, count in seen),
        "mae_seen": mean(_off(row, count) / row.truth for row, count in seen if row.truth),
        "recognised": mean(float(count.exercise == row.exercise) for row, count in judged),
        "live_obo": mean(float(abs(count - row.truth) <= 1) for row, count in live),
    }


def figures_by_exercise(rows: Sequence[CountedRow], counter: str) -> dict[str, dict[str, Figure]]:
    """Return a counter's figures of each exercise."""
    kinds = sorted({row.exercise for row in rows})
    return {
        kind: figures_of([row for row in rows if row.exercise == kind], counter) for kind in kinds
    }


def _off(row: CountedRow, count: Count) -> int:
    return abs(count.most - row.truth)
