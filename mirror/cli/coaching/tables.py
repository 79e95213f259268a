"""What ``mirror coach`` shows on a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rich.console import RenderableType
from rich.table import Table

from mirror.coach.coach import CoachReport, PersonReport
from mirror.coach.counting.repetition import FoundFault
from mirror.coach.exercises.definition import Exercise
from mirror.coach.feedback.programme_coaching import CoachedSet
from mirror.coach.programmes.definition import Programme
from mirror.outputs.coach_history import KeptSet
from mirror.outputs.history_figures import bests, streak


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


def programme_table(programmes: Iterable[Programme]) -> Table:
    """Return programmes, a line a step."""
    table = _table("programme", "", "exercise", "sets", "target", "rest")
    for one in programmes:
        names = one.name, one.title.zh
        for step in one.steps:
            targets = (
                f"{step.repetitions} repetitions" if step.repetitions is not None else "",
                f"{step.held_s:g} s held" if step.held_s is not None else "",
                f"{step.work_s:g} s" if step.work_s is not None else "",
            )
            target = " or ".join(filter(None, targets))
            sets = str(step.sets) if one.rounds == 1 else f"{step.sets} x {one.rounds}"
            table.add_row(*names, step.exercise, sets, target, f"{step.rest_s:g} s")
            names = "", ""
    return table


def sets_table(sets: Iterable[CoachedSet]) -> Table | str:
    """Return the sets of a programme, a line each."""
    table = _table("set", "exercise", "from", "to", "repetitions", "clean", "held", "")
    for one in sets:
        result = one.result
        best = max(one.report.people, key=lambda person: done_by(person), default=None)
        count, held_s, clean = (0, 0.0, 0) if best is None else done_by(best)
        table.add_row(
            str(result.planned.place + 1),
            one.exercise.name,
            f"{result.start:.1f} s",
            f"{result.end:.1f} s",
            str(count) if count else "",
            str(clean),
            f"{held_s:.1f} s" if held_s else "",
            "" if result.reached else "not to its end",
        )
    return table if table.rows else "no set was begun"


def done_by(person: PersonReport) -> tuple[int, float, int]:
    """Return a person's repetitions, seconds held, and how many of either had no fault."""
    if person.found is None:
        return 0, 0.0, 0
    done = person.found.done
    clean = sum(not one.faults for one in done.repetitions or done.held)
    return len(done.repetitions), done.held_s, clean


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


def summary_of(sets: Sequence[KeptSet], today: date) -> Iterator[RenderableType]:
    """Yield what a history comes to: days in a row, and the best set of each exercise."""
    if not sets:
        return
    days = streak((one.at for one in sets), today)
    yield f"\ndays in a row: {days.now} now, {days.longest} at most"
    table = _table("best so far", "", "on")
    for best in bests(sets):
        figure = f"{best.figure:.1f} s held" if best.is_held else f"{best.figure:.0f} repetitions"
        table.add_row(best.exercise, figure, time.strftime("%Y-%m-%d", time.localtime(best.at)))
    yield table


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
