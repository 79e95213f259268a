"""Turn a video, or a folder of pictures, into a video with coloured parts.

Every frame in is a frame out, at its own time; sound and subtitles are kept. Exit code 3 means that
the input is truncated: everything readable was written, and the output is a complete file. With
several inputs, -o, --masks and the like name folders; one that fails does not stop the others.

  mirror video squats.mp4                      writes squats-mirror.mp4
  mirror video squats.mp4 --parts left-hand,right-hand --opacity 0.9
  mirror video pictures/ --fps 12 -o film.mp4
  mirror video squats.mp4 --masks masks/ --results poses.jsonl --rle
  mirror video squats.mp4 --coach squat        counts, and shows what to do better
  mirror video *.mp4 -o parsed/                writes parsed/squats-mirror.mp4 and so on
  mirror video --salvage squats-mirror.part-k3x9qd.mp4    recovers an interrupted run
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from mirror.cli.error_words import remarked
from mirror.cli.exit_codes import FAILED, code_of, say_failure, say_which_failed
from mirror.cli.flags import (
    add_job_flags,
    add_overlay_flags,
    add_parser_flags,
    add_video_flags,
    config_of,
    files_read_by,
    job_of,
    path,
)
from mirror.jobs.composition import encoding_of
from mirror.jobs.engine import Engine
from mirror.jobs.execution import execute
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.host import Host
from mirror.jobs.video_job import VideoJob
from mirror.jobs.videos.video_plan import make_folders, one_each, outputs_of, with_output
from mirror.process import terminal, termination
from pipeline.errors import SourceError
from pipeline.sinks.salvage import salvage
from pipeline.targets.claims import claimed
from pipeline.targets.distinct_paths import InputPath, OutputPath
from pipeline.targets.part_name import whole_name
from pipeline.targets.path import is_folder
from pipeline.targets.special_file import is_standard_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is read, what is written, and how."""
    parser.add_argument(
        "sources", metavar="IN", nargs="+", type=path, help="videos, or folders of pictures"
    )
    folders = ("masks", "instances")
    add_job_flags(parser, VideoJob, "output", *folders, "results", "stats", "sheet")
    add_job_flags(parser, VideoJob, "rle", "coach", "overwrite")
    for flag, help in (
        ("--salvage", "complete IN, a part that an interrupted run left; nothing is parsed"),
        ("--quiet", "show no progress bar and no table"),
    ):
        parser.add_argument(flag, action="store_true", help=help)
    add_job_flags(parser, VideoJob, "limit", "fps")
    add_parser_flags(parser)
    add_overlay_flags(parser)
    add_video_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; nothing is written before all was found to be in order."""
    sources: list[Path] = options.sources
    if options.salvage:
        return _each(sources, lambda part: _salvage(part, options), options.debug)
    job = job_of(options, VideoJob, source=sources[0])
    if len(sources) == 1:
        return _parse(with_output(job), options)
    jobs = dict(zip(sources, one_each(job, sources), strict=True))
    engine = Engine.of(job.settings)

    def parse(source: Path) -> int:
        make_folders(jobs[source])
        return _parse(jobs[source], options, engine)

    return _each(sources, parse, options.debug)


def _each(sources: Sequence[Path], carry_out: Callable[[Path], int], debug: bool) -> int:
    """Do something with every source, whatever becomes of the others; return the exit code."""
    if len(sources) == 1:
        return carry_out(sources[0])
    codes, failed = [], []
    for source in sources:
        try:
            codes.append(carry_out(source))
        except Exception as error:
            if debug:
                raise
            say_failure(source, error)
            failed.append(source)
    if not failed:
        return max(codes)
    say_which_failed(failed, len(sources))
    return FAILED


def _parse(job: VideoJob, options: argparse.Namespace, engine: Engine | None = None) -> int:
    host = Host(
        progress=lambda title, frames: FrameProgress(title, frames, options.quiet),
        also_read=files_read_by(options),
        engine=engine,
    )
    report = execute(job, host)
    if not options.quiet:
        holds_data = any(is_standard_output(output.path) for output in outputs_of(job).all)
        terminal.show(report.as_table(remarked), on_stderr=holds_data)
    return code_of(report)


def _salvage(part: Path, options: argparse.Namespace) -> int:
    """Complete the part that a run left which was broken off."""
    target, output = whole_name(part), options.output
    if output is not None:
        goes_into = target is not None and is_folder(output)
        target = output / target.name if target is not None and goes_into else output
    if target is None:
        raise SourceError(
            "part.no_target_name",
            "{path} is not called as parts of runs are; say what it becomes with -o",
            path=part,
        )
    film, read = OutputPath("-o", target), [InputPath(part), *files_read_by(options)]
    container = encoding_of(config_of(options).video).container
    with claimed([film], read, bool(options.overwrite), termination.held) as claims:
        pictures = salvage(part, claims.file(film), container)
    if not options.quiet:
        print(f"{target} is complete, with {pictures} frames; {part} may go now")
    return 0
