"""``mirror eval repetitions``, ``form``, ``figures`` and ``angles``."""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path
from typing import Any

from rich.table import Table

from mirror.cli.flags import files_read_by, job_of
from mirror.coach.body import Body, body_of
from mirror.coach.exercises.catalogue import shipped
from mirror.core.parsing import Parsing
from mirror.evaluation.coaching.angles import judge_angles, summed_up
from mirror.evaluation.coaching.counters import (
    NearestPoses,
    OurCounter,
    RepetitionCounter,
    TwoThresholds,
)
from mirror.evaluation.coaching.form import FormOutcome, judge_form
from mirror.evaluation.coaching.idling import judge_idling
from mirror.evaluation.coaching.repetitions import (
    CountedRow,
    count_all,
    figures_by_exercise,
    figures_of,
)
from mirror.evaluation.coaching.sequences import Frames, frames_of_lines, open_sequences
from mirror.evaluation.coaching.sessions import judge_sessions
from mirror.evaluation.judges import Figure
from mirror.evaluation.synthetic.camera import CLEAN, REALISTIC
from mirror.evaluation.truth import BadDataSet
from mirror.jobs.execution import execute
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.host import Host
from mirror.jobs.video_job import VideoJob
from mirror.process import terminal, termination
from pipeline.result import Result
from pipeline.targets.claims import claimed, write_whole
from pipeline.targets.distinct_paths import InputPath, OutputPath

COACHING = ("repetitions", "form", "figures", "angles")

_SESSIONS = 200  # of each exercise
_IDLE, _IDLE_SEQUENCES = "idle", 3  # of each exercise and activity
_SEEN = {"clean": CLEAN, "realistic": REALISTIC}


class _Bodies:
    """A consumer that keeps everybody's landmarks."""

    stage = "coach"
    remarks: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.frames: list[list[Body]] = []

    def consume(self, result: Result[Parsing]) -> None:
        """Keep one frame's."""
        people = (body_of(person, result.frame.time) for person in result.parsing.people)
        self.frames.append([body for body in people if body is not None])

    def close(self, failure: BaseException | None = None) -> None:
        """Do nothing: they are in memory."""


def run(options: argparse.Namespace) -> int:
    """Judge the coach on every data set that is named."""
    written = [] if options.json is None else [OutputPath("--json", options.json)]
    folders = [] if options.what == "figures" else options.datasets
    read = [*(InputPath(path, "a data set") for path in folders), *files_read_by(options)]
    with claimed(written, read, options.overwrite, termination.held) as claims:
        judge = {
            "repetitions": _repetitions,
            "form": _form,
            "figures": _figures,
            "angles": _angles,
        }[options.what]
        said = [judge(path, options) for path in options.datasets]
        for output in written:
            text = json.dumps({"what": options.what, "datasets": said}, indent=1) + "\n"
            write_whole(claims.file(output), text.encode())
    return 0


def _repetitions(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    sequences = open_sequences(folder, lambda clip: _parsed(clip, options))[: options.limit]
    if options.half is not None:
        sequences = sequences[("even", "odd").index(options.half) :: 2]
    counters: list[RepetitionCounter] = [
        OurCounter(is_told=True),
        OurCounter(is_told=False),
        TwoThresholds(),
        NearestPoses(),
    ]
    with FrameProgress(folder.name, len(sequences), options.quiet) as progress:
        rows = count_all(sequences, counters, lambda done: progress.show(done, 0.0))
    figures = {counter.name: figures_of(rows, counter.name) for counter in counters}
    by_exercise = figures_by_exercise(rows, counters[0].name)
    if not options.quiet:
        wrong = _wrong(rows, counters)
        whole = _table(f"{folder.name}: repetitions", figures)
        terminal.show(whole, _table(f"by exercise: {counters[0].name}", by_exercise), wrong)
    return {
        "dataset": folder.name,
        "figures": figures,
        "by_exercise": by_exercise,
        "sequences": [row.as_json() for row in rows],
    }


def _parsed(clip: Path, options: argparse.Namespace) -> Frames:
    if options.predictions is not None:
        return frames_of_lines(options.predictions / f"{clip.name}.jsonl")
    bodies = _Bodies()
    job = job_of(options, VideoJob, source=clip, limit=None)
    execute(job, Host(consumers=lambda context: [bodies], also_read=files_read_by(options)))
    return bodies.frames


def _figures(how: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Judge figures made of numbers: so well seen as the word in place of a folder says."""
    if how.name == _IDLE:
        return _idle(options)
    if how.name not in _SEEN:
        raise BadDataSet(
            "dataset.no_figures",
            "figures are seen in one of these ways: {allowed}; got {got}",
            allowed=", ".join((*_SEEN, _IDLE)),
            got=str(how),
        )
    repeated = [one for one in shipped().values() if one.hold is None]
    sessions = options.limit or _SESSIONS
    figures, faults = {}, {}
    with FrameProgress(how.name, sessions * len(repeated), options.quiet) as progress:
        done = itertools.count(1)
        for one in repeated:
            tally = judge_sessions(
                one, sessions, _SEEN[how.name], lambda: progress.show(next(done), 0.0)
            )
            figures[one.name] = tally.figures()
            faults[one.name] = {
                name: [tally.told[name], tally.missed[name], tally.made_up[name]]
                for name in sorted({*tally.told, *tally.missed, *tally.made_up})
            }
    if not options.quiet:
        terminal.show(_rows_table(f"figures, {how.name}", figures))
    return {"dataset": how.name, "figures": figures, "told_missed_made_up": faults}


def _idle(options: argparse.Namespace) -> dict[str, Any]:
    """Judge figures that do no exercise, told each exercise in turn."""
    repeated = [one for one in shipped().values() if one.hold is None]
    sequences = options.limit or _IDLE_SEQUENCES
    with FrameProgress(_IDLE, sequences * len(repeated), options.quiet) as progress:
        done = itertools.count(1)
        figures = {
            one.name: judge_idling(one, sequences, lambda: progress.show(next(done), 0.0))
            for one in repeated
        }
    if not options.quiet:
        terminal.show(_rows_table("figures that do no exercise: counted", figures))
    return {"dataset": _IDLE, "counted": figures}


def _rows_table(title: str, rows: dict[str, dict[str, Figure]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="dim")
    table.add_column("")
    names = list(next(iter(rows.values()), {}))
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for name, figures in rows.items():
        table.add_row(name, *(_shown(figures[key]) for key in names))
    return table


def _form(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    outcomes = judge_form(folder)
    if not options.quiet:
        terminal.show(*map(_form_table, outcomes))
    return {
        "dataset": folder.name,
        "files": [
            {"name": one.name, "exercise": one.exercise, "figures": dict(one.figures)}
            for one in outcomes
        ],
    }


def _angles(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    outcomes = judge_angles(folder)
    figures = summed_up(outcomes)
    if not options.quiet:
        terminal.show(_rows_table(f"{folder.name}: angles", figures))
    takes = [
        {"take": one.take, "angle": one.angle, "how": one.how, "figures": dict(one.figures)}
        for one in outcomes
    ]
    return {"dataset": folder.name, "figures": figures, "takes": takes}


def _form_table(outcome: FormOutcome) -> Table:
    return _table(f"{outcome.name}: form", {outcome.exercise: dict(outcome.figures)})


def _table(title: str, columns: dict[str, dict[str, Figure]]) -> Table:
    """Return figures as a table: a line each, and a column for whom they are of."""
    table = Table(title=title, title_justify="left", box=None, header_style="dim")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for figure in next(iter(columns.values()), {}):
        table.add_row(figure, *(_shown(figures[figure]) for figures in columns.values()))
    return table


def _wrong(rows: list[CountedRow], counters: list[RepetitionCounter]) -> Table:
    table = Table(title="not exact", title_justify="left", box=None, header_style="dim")
    for heading in ("", "exercise", "truth", *(counter.name for counter in counters)):
        table.add_column(heading)
    for row in rows:
        first = row.counts[counters[0].name]
        if first.most != row.truth:
            counts = [str(row.counts[counter.name].most) for counter in counters]
            table.add_row(row.name, row.exercise, str(row.truth), *counts)
    return table


def _shown(figure: Figure) -> str:
    if figure is None:
        return ""
    return str(figure) if isinstance(figure, int) else f"{figure:.3f}"
