"""Count repetitions and judge form in a video; list, check and learn exercises.

mirror coach squats.mp4                          which exercise, how often, and how well
mirror coach squats.mp4 --exercise squat --json squats.json
mirror coach workout.mp4 --programme legs        counts set by set
mirror coach squats.mp4 --report squats.html     curves, tempo and pictures of what went wrong
mirror coach list                                the exercises that ship
mirror coach squats.mp4 --history                keeps what was done, on this machine
mirror coach history                             sessions, streaks and the best so far
mirror coach history --csv all.csv               exports all, as --json and --ics do
mirror coach check my-exercise.toml              what is wrong with a file of your own
mirror coach learn clip.mp4 --repetitions 8 -o my-exercise.toml
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mirror.cli.coach_tables import (
    exercise_table,
    history_table,
    programme_table,
    report_table,
    sets_table,
    summary_of,
)
from mirror.cli.exit_codes import code_of
from mirror.cli.flags import add_job_flags, add_parser_flags, files_read_by, job_of, path
from mirror.coach.coach import Coach, CoachReport
from mirror.coach.exercises.catalogue import find_exercise, read_exercise, shipped
from mirror.coach.exercises.definition import Exercise
from mirror.coach.exercises.learning import as_toml
from mirror.coach.exercises.limits import USUAL_STRICTNESS
from mirror.coach.feedback.programme_coaching import ProgrammeCoaching
from mirror.coach.learner import Learner
from mirror.coach.programmes.catalogue import (
    find_programme,
    is_programme,
    read_programme,
    shipped_programmes,
)
from mirror.core.quantities import positive
from mirror.jobs.coaching import coach_files
from mirror.jobs.execution import execute
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.host import Host, MakeConsumers, RunContext
from mirror.jobs.run_report import RunReport
from mirror.jobs.video_job import VideoJob
from mirror.outputs import Output
from mirror.outputs.coach_history import CoachHistory, usual_history
from mirror.outputs.history_calendar import calendar_of
from mirror.process import terminal, termination
from pipeline.targets.claims import claimed, write_whole
from pipeline.targets.distinct_paths import InputPath, OutputPath
from pipeline.targets.special_file import is_standard_output

if TYPE_CHECKING:
    from mirror.cli.coach_report import CoachReportMaker

AUTO = "auto"
USUAL = Path()  # stands for the usual place of the history

_Given = TypeVar("_Given")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is watched or asked, and where the answer goes."""
    parser.add_argument(
        "input",
        metavar="CLIP",
        type=path,
        help="a video, or a folder of pictures; or one of: list, check, learn, history",
    )
    parser.add_argument("file", metavar="FILE", nargs="?", type=path, help="of the last three")
    parser.add_argument(
        "--exercise",
        metavar="NAME",
        default=AUTO,
        help="an exercise, a file of your own (.toml), or auto (recognises it; the default)",
    )
    parser.add_argument(
        "--programme",
        metavar="NAME",
        help="go through a programme: sets, targets and rests, or a file of your own (.toml)",
    )
    parser.add_argument(
        "--strictness",
        metavar="0-1",
        type=_share,
        default=USUAL_STRICTNESS,
        help="of form rules: 0 forgiving, 1 strict (0.5)",
    )
    for flag, metavar, help in (
        ("--json", "FILE", "write what was done to FILE; of history: all that is kept"),
        ("--report", "FILE", "write a page with curves, tempo and pictures of faults (.html)"),
        ("-o", "FILE", "where learn writes the exercise; without, it is printed"),
    ):
        parser.add_argument(flag, metavar=metavar, type=path, help=help)
    parser.add_argument(
        "--history",
        metavar="FILE",
        nargs="?",
        type=path,
        const=USUAL,
        help="keep what was done, in the usual place or in FILE, an SQLite database",
    )
    for flag, what in (
        ("--csv", "every repetition, a row each"),
        ("--ics", "sessions, for calendars"),
    ):
        parser.add_argument(
            flag, metavar="FILE", type=path, help=f"of history: write {what} to FILE"
        )
    parser.add_argument("--repetitions", metavar="N", type=positive, help="how many learn is shown")
    for flag, help in (
        ("--no-thumbnails", "leave pictures out of the report"),
        ("--hide-faces", "hide heads in the report's pictures"),
        ("--delete-all", "of history: delete all that is kept"),
    ):
        parser.add_argument(flag, action="store_true", help=help)
    parser.add_argument("--overwrite", action="store_true", help="replace existing outputs")
    parser.add_argument("--quiet", action="store_true", help="show no progress bar and no table")
    add_job_flags(parser, VideoJob, "limit", "fps")
    add_parser_flags(parser)
    parser.set_defaults(refuse=parser.error)


def run(options: argparse.Namespace) -> int:
    """Carry the command out."""
    asked = str(options.input)
    if asked == "list":
        programmes = [one.programme for one in shipped_programmes().values()]
        terminal.answer(exercise_table(shipped().values()), "", programme_table(programmes))
        return 0
    if asked == "check":
        return _check(_needed(options, options.file, "check needs FILE, to be checked"))
    if asked == "history":
        return _history(options.file or usual_history(), options)
    if asked == "learn":
        return _learn(options)
    return _watch(options) if options.programme is None else _go_through(options)


def _needed(options: argparse.Namespace, given: _Given | None, otherwise: str) -> _Given:
    if given is None:
        options.refuse(otherwise)  # ends the process
        raise AssertionError
    return given


def _check(file: Path) -> int:
    if is_programme(str(file)):
        terminal.answer(programme_table([read_programme(file).programme]))
    else:
        terminal.answer(exercise_table([read_exercise(file)]))
    return 0


def _history(file: Path, options: argparse.Namespace) -> int:
    made: dict[str, Callable[[CoachHistory], str]] = {
        "json": lambda kept: json.dumps(kept.as_json(), indent=1, ensure_ascii=False) + "\n",
        "csv": CoachHistory.as_csv,
        "ics": lambda kept: calendar_of(kept.sets()),
    }
    asked = {kind: getattr(options, kind) for kind in made if getattr(options, kind) is not None}
    written = [OutputPath(f"--{kind}", path) for kind, path in asked.items()]
    read = [InputPath(file, "the history")]
    with (
        CoachHistory(file, is_made=file == usual_history()) as history,
        claimed(written, read, options.overwrite, termination.held) as claims,
    ):
        for kind, output in zip(asked, written, strict=True):
            write_whole(claims.file(output), made[kind](history).encode())
        if options.delete_all:
            terminal.answer(f"{history.delete_all()} sets deleted")
        elif not written:
            sets = history.sets()
            terminal.answer(history_table(sets), *summary_of(sets, date.today()))
    return 0


def _watch(options: argparse.Namespace) -> int:
    coach = Coach(_exercises(options.exercise), options.strictness)
    asked = {"--json": options.json, "--report": options.report}
    written = [OutputPath(flag, path) for flag, path in asked.items() if path is not None]
    maker = None if options.report is None else _report_maker(options, coach)
    kept = _kept(options)
    read = _read(options, options.input)
    if kept is not None:
        read.append(InputPath(kept, "the history"))
    with (
        contextlib.nullcontext() if kept is None else CoachHistory(kept, is_made=True) as history,
        claimed(written, read, options.overwrite, termination.held) as claims,
    ):
        others = _no_others if maker is None else maker.consumers
        report = _run(options, options.input, coach, others)
        said = coach.report()
        for output in written:
            is_page = maker is not None and output.flag == "--report"
            past = () if history is None else history.sets()
            text = maker.page(past) if maker and is_page else _as_text(said)
            write_whole(claims.file(output), text.encode())
        if history is not None:
            history.add(time.time(), Path(options.input).name, said)
    if not options.quiet:
        holds_data = any(is_standard_output(output.path) for output in written)
        if written:
            terminal.show(report_table(said), on_stderr=holds_data)
        else:  # it is all that was asked for
            terminal.answer(report_table(said))
    return code_of(report)


def _kept(options: argparse.Namespace) -> Path | None:
    """Return where what was done is kept; None where it is not."""
    return usual_history() if options.history == USUAL else options.history


def _go_through(options: argparse.Namespace) -> int:
    """Go through a programme with what a clip shows."""
    if options.report is not None:
        options.refuse("--report and --programme cannot be together")
    coaching = ProgrammeCoaching(find_programme(options.programme), options.strictness)
    written = [] if options.json is None else [OutputPath("--json", options.json)]
    kept = _kept(options)
    read = [*_read(options, options.input), *coach_files(options.programme)]
    if kept is not None:
        read.append(InputPath(kept, "the history"))
    with (
        contextlib.nullcontext() if kept is None else CoachHistory(kept, is_made=True) as history,
        claimed(written, read, options.overwrite, termination.held) as claims,
    ):
        report = _run(options, options.input, coaching)
        said = coaching.report()
        for output in written:
            text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
            write_whole(claims.file(output), text.encode())
        if history is not None:
            reports = [one.report for one in coaching.sets]
            name = coaching.status.programme.name
            history.add(time.time(), Path(options.input).name, *reports, programme=name)
    if not options.quiet:
        on_stderr = any(is_standard_output(output.path) for output in written)
        terminal.show(sets_table(coaching.sets), on_stderr=on_stderr)
    return code_of(report)


def _as_text(said: CoachReport) -> str:
    return json.dumps(said.as_json(), indent=1, ensure_ascii=False) + "\n"


def _report_maker(options: argparse.Namespace, coach: Coach) -> CoachReportMaker:
    from mirror.cli.coach_report import CoachReportMaker  # needs Jinja2

    clip: Path = options.input
    return CoachReportMaker(coach, clip.name, not options.no_thumbnails, options.hide_faces)


def _no_others(context: RunContext) -> Sequence[Output]:
    return ()


def _read(options: argparse.Namespace, clip: Path) -> list[InputPath]:
    return [InputPath(clip), *files_read_by(options)]


def _learn(options: argparse.Namespace) -> int:
    clip: Path = _needed(options, options.file, "learn needs FILE, a video of the exercise")
    count: int = _needed(options, options.repetitions, "learn needs --repetitions N")
    written = [] if options.o is None else [OutputPath("-o", options.o)]
    name = _name_for(clip if options.o is None else options.o)
    learner = Learner(tuple(shipped().values()))
    with claimed(written, _read(options, clip), options.overwrite, termination.held) as claims:
        _run(options, clip, learner)
        text = as_toml(learner.proposed(count, name))
        for output in written:
            write_whole(claims.file(output), text.encode())
    if not written:
        print(text, end="")
    return 0


def _name_for(file: Path) -> str:
    words = re.sub("[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    return words or "exercise"


def _run(
    options: argparse.Namespace,
    clip: Path,
    consumer: Output,
    others: MakeConsumers = _no_others,
) -> RunReport:
    """Parse a clip and let something take its results, and others after it."""
    job = job_of(options, VideoJob, source=clip)
    host = Host(
        progress=lambda title, frames: FrameProgress(title, frames, options.quiet),
        consumers=lambda context: [consumer, *others(context)],
        also_read=files_read_by(options),
    )
    return execute(job, host)


def _exercises(name: str) -> Sequence[Exercise]:
    return tuple(shipped().values()) if name == AUTO else (find_exercise(name),)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1")
    return share
