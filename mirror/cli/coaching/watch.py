"""``mirror coach CLIP``: what everybody did, set by set where there is a programme."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType

from mirror.cli.coaching.parsing import inputs_of, no_others, parse_clip
from mirror.cli.coaching.tables import report_table, sets_table
from mirror.cli.exit_codes import code_of
from mirror.coach.coach import Coach
from mirror.coach.exercises.catalogue import find_exercise, shipped
from mirror.coach.exercises.definition import Exercise
from mirror.coach.feedback.programme_coaching import ProgrammeCoaching
from mirror.coach.programmes.catalogue import find_programme
from mirror.jobs.coaching import coach_files
from mirror.outputs.coach_history import CoachHistory, usual_history
from mirror.process import terminal, termination
from pipeline.targets.claims import Claims, claimed, write_whole
from pipeline.targets.distinct_paths import InputPath, OutputPath
from pipeline.targets.special_file import is_standard_output

if TYPE_CHECKING:
    from mirror.cli.coaching.report_maker import CoachReportMaker

AUTO = "auto"
USUAL = Path()  # stands for the usual place of the history


def watch(options: argparse.Namespace) -> int:
    """Count and judge what a clip shows; write, keep and show it as asked."""
    coach = Coach(_exercises(options.exercise), options.strictness)
    maker = None if options.report is None else _report_maker(options, coach)
    asked = {"--json": options.json, "--report": options.report}
    with _opened(options, asked, coach_files(options.exercise)) as run:
        others = no_others if maker is None else maker.consumers
        report = parse_clip(options, options.input, coach, others)
        said = coach.report()
        for output in run.written:
            if maker is not None and output.flag == "--report":
                page = maker.page(() if run.history is None else run.history.sets())
                write_whole(run.claims.file(output), page.encode())
            else:
                write_whole(run.claims.file(output), _as_json(said.as_json()))
        if run.history is not None:
            run.history.add(time.time(), Path(options.input).name, said)
    _show(options, run.written, report_table(said), is_all=not run.written)
    return code_of(report)


def go_through(options: argparse.Namespace) -> int:
    """Go through a programme with what a clip shows."""
    if options.report is not None:
        options.refuse("--report and --programme cannot be together")
    coaching = ProgrammeCoaching(find_programme(options.programme), options.strictness)
    read = coach_files(options.programme)
    with _opened(options, {"--json": options.json}, read) as run:
        report = parse_clip(options, options.input, coaching)
        for output in run.written:
            write_whole(run.claims.file(output), _as_json(coaching.report()))
        if run.history is not None:
            reports = [one.report for one in coaching.sets]
            name = coaching.status.programme.name
            run.history.add(time.time(), Path(options.input).name, *reports, programme=name)
    _show(options, run.written, sets_table(coaching.sets))
    return code_of(report)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What a run writes to.

    Attributes:
        written: what was asked for.
        claims: the files behind it.
        history: where what was done is kept; None where it is not.
    """

    written: Sequence[OutputPath]
    claims: Claims
    history: CoachHistory | None


@contextmanager
def _opened(
    options: argparse.Namespace,
    asked: dict[str, Path | None],
    also_read: Sequence[InputPath] = (),
) -> Iterator[_Opened]:
    """Claim what is asked for, by its flag, and open the history; both for as long as a block."""
    written = [OutputPath(flag, path) for flag, path in asked.items() if path is not None]
    read = [*inputs_of(options, options.input), *also_read]
    kept = usual_history() if options.history == USUAL else options.history
    if kept is None:
        with claimed(written, read, options.overwrite, termination.held) as claims:
            yield _Opened(written, claims, None)
        return
    read.append(InputPath(kept, "the history"))
    with (
        CoachHistory(kept, is_made=True) as history,
        claimed(written, read, options.overwrite, termination.held) as claims,
    ):
        yield _Opened(written, claims, history)


def _show(
    options: argparse.Namespace,
    written: Sequence[OutputPath],
    table: RenderableType,
    is_all: bool = False,
) -> None:
    """Show what was done: as the command's answer where it is all that was asked for."""
    if options.quiet:
        return
    if is_all:
        terminal.answer(table)
    else:
        holds_data = any(is_standard_output(output.path) for output in written)
        terminal.show(table, on_stderr=holds_data)


def _as_json(said: object) -> bytes:
    return (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()


def _report_maker(options: argparse.Namespace, coach: Coach) -> CoachReportMaker:
    from mirror.cli.coaching.report_maker import CoachReportMaker  # needs Jinja2

    clip: Path = options.input
    return CoachReportMaker(coach, clip.name, not options.no_thumbnails, options.hide_faces)


def _exercises(name: str) -> Sequence[Exercise]:
    return tuple(shipped().values()) if name == AUTO else (find_exercise(name),)
