"""``mirror coach history``: what was kept is shown, written or deleted."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

from mirror.cli.coaching.tables import history_table, summary_of
from mirror.outputs.coach_history import CoachHistory, usual_history
from mirror.outputs.history_calendar import calendar_of
from mirror.process import terminal, termination
from pipeline.targets.claims import claimed, write_whole
from pipeline.targets.distinct_paths import InputPath, OutputPath


def history(file: Path, options: argparse.Namespace) -> int:
    """Write or delete what a database keeps, as asked; asked for neither, show it."""
    made: dict[str, Callable[[CoachHistory], str]] = {
        "json": lambda kept: json.dumps(kept.as_json(), indent=1, ensure_ascii=False) + "\n",
        "csv": CoachHistory.as_csv,
        "ics": lambda kept: calendar_of(kept.sets()),
    }
    asked = {kind: getattr(options, kind) for kind in made if getattr(options, kind) is not None}
    written = [OutputPath(f"--{kind}", path) for kind, path in asked.items()]
    read = [InputPath(file, "the history")]
    with (
        CoachHistory(file, is_made=file == usual_history()) as database,
        claimed(written, read, options.overwrite, termination.held) as claims,
    ):
        for kind, output in zip(asked, written, strict=True):
            write_whole(claims.file(output), made[kind](database).encode())
        if options.delete_all:
            terminal.answer(f"{database.delete_all()} sets deleted")
        elif not written:
            sets = database.sets()
            terminal.answer(history_table(sets), *summary_of(sets, date.today()))
    return 0
