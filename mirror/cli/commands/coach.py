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
from pathlib import Path

from mirror.cli.coaching.history import history
from mirror.cli.coaching.learn import learn
from mirror.cli.coaching.parsing import needed
from mirror.cli.coaching.tables import exercise_table, programme_table
from mirror.cli.coaching.watch import AUTO, USUAL, go_through, watch
from mirror.cli.flags import add_job_flags, add_parser_flags, path
from mirror.coach.exercises.catalogue import read_exercise, shipped
from mirror.coach.exercises.limits import USUAL_STRICTNESS
from mirror.coach.programmes.catalogue import is_programme, read_programme, shipped_programmes
from mirror.core.quantities import positive
from mirror.jobs.video_job import VideoJob
from mirror.outputs.coach_history import usual_history
from mirror.process import terminal


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
        return _check(needed(options, options.file, "check needs FILE, to be checked"))
    if asked == "history":
        return history(options.file or usual_history(), options)
    if asked == "learn":
        return learn(options)
    return watch(options) if options.programme is None else go_through(options)


def _check(file: Path) -> int:
    if is_programme(str(file)):
        terminal.answer(programme_table([read_programme(file).programme]))
    else:
        terminal.answer(exercise_table([read_exercise(file)]))
    return 0


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 0 to 1")
    return share
