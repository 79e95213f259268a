"""What ``mirror coach`` shows on a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from rich.table import Table

from mirror.coach.coach import CoachReport, PersonReport
from mirror.coach.counting.repetition import FoundFault
from mirror.coach.exercises.definition import Exercise
from mirror.outputs.coach_history import KeptSet


def exercise_table(exercises: Iterable[Exercise]) -> Table:
    """Return exercises with what is watched, and the faults that are told."""
    table = _table("exercise", "", "counts", "best seen from", "faults")
    for one in exercises:
        faults = ", ".join(fault.name for fault in one.faults)
        counts = "seconds held" if one.hold is not None else "repetitions"
        table.add_row(one.name, one.title.zh, counts, " or ".join(one.views), faults)
    return table


def report_table(report: CoachReport) -> Table | str:
    """Return what everybody did, a line a repetition or held position; a sentence if nothing."""
    table = _table("person", "exercise", "", "from", "to", "range", "tempo", "side", "faults")
    for person in report.people:
        for row in _rows(person):
            table.add_row(*row)
    if not table.rows:
        return "nobody did an exercise that was recognised"
    return table


def history_table(sets: Iterable[KeptSet]) -> Table:
    """Return what was done, a line a set, with the best of each exercise so far marked."""
    table = _table("when", "clip", "person", "exercise", "repetitions", "clean", "held", "")
    best: dict[str, tuple[int, float]] = {}
    for one in sets:
        figures = one.repetitions, one.held_s
        is_best = figures > best.get(one.exercise, (0, 0.0))
        best[one.exercise] = max(figures, best.get(one.exercise, figures))
        table.add_row(
            time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at)),
            one.source,
            str(one.person),
            one.exercise,
            str(one.repetitions) if one.repetitions else "",
            str(one.clean),
            f"{one.held_s:.1f} s" if one.held_s else "",
            "best" if is_best else "",
        )
    if not table.rows:
        table.title = "nothing is kept"
    return table


def _rows(person: PersonReport) -> Iterator[tuple[str, ...]]:
    if person.found is None:
        return
    done = person.found.done
    for number, one in enumerate(done.repetitions, 1):
        tempo = " ".join(f"{part:.1f}" for part in (one.out_s, one.held_s, one.back_s))
        yield (
            str(person.id),
            done.exercise.name,
            f"{number}" if one.complete else f"{number} (cut off)",
            f"{one.start:.1f} s",
            f"{one.end:.1f} s",
            f"{one.range:.2f}" if one.range < 3 else f"{one.range:.0f}",
            tempo,
            one.side,
            _faults(one.faults),
        )
    for held in done.held:
        yield (
            str(person.id),
            done.exercise.name,
            f"held {held.seconds:.1f} s",
            f"{held.start:.1f} s",
            f"{held.end:.1f} s",
            "",
            "",
            "",
            _faults(held.faults),
        )


def _faults(faults: Iterable[FoundFault]) -> str:
    return ", ".join(fault.name for fault in faults)


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", title_justify="left")
    for column in columns:
        table.add_column(column)
    return table
