"""Turn a video, or a folder of pictures, into a video with coloured parts.

Every frame in is a frame out, at its own time; sound and subtitles are kept. Exit code 3 means that
the input is truncated: everything readable was written, and the output is a complete file.

  mirror video squats.mp4                      writes squats-mirror.mp4
  mirror video squats.mp4 --parts left-hand,right-hand --opacity 0.9
  mirror video pictures/ --fps 12 -o film.mp4
  mirror video squats.mp4 --masks masks/ --results poses.jsonl --rle
  mirror video --salvage squats-mirror.part-k3x9qd.mp4    recovers an interrupted run
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mirror.cli.flags import (
    add_job_flags,
    add_overlay_flags,
    add_parser_flags,
    add_video_flags,
    config_of,
    files_read_by,
    job_of,
)
from mirror.cli.outcome import code_of
from mirror.jobs.composition import encoding_of
from mirror.jobs.execution import execute
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.host import Host
from mirror.jobs.video_job import VideoJob
from mirror.process import terminal, termination
from pipeline.errors import SourceError
from pipeline.sinks.container import CONTAINERS
from pipeline.sinks.salvage import salvage
from pipeline.targets.apart import InputPath, OutputPath
from pipeline.targets.claims import claimed
from pipeline.targets.part_name import whole_name
from pipeline.targets.special_file import is_standard_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is read, what is written, and how."""
    written = ("output", "masks", "instances", "results", "stats", "sheet", "rle", "overwrite")
    add_job_flags(parser, VideoJob, "source", *written)
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
    if options.salvage:
        return _salvage(options)
    output = options.output or default_output(options.source)
    job = job_of(options, VideoJob, output=output)
    report = execute(
        job,
        Host(
            progress=lambda title, frames: FrameProgress(title, frames, options.quiet),
            also_read=files_read_by(options),
        ),
    )
    if not options.quiet:
        written = (job.output, job.masks, job.instances, job.results, job.stats, job.sheet)
        holds_data = any(is_standard_output(path) for path in written if path is not None)
        terminal.show(report.as_table(), on_stderr=holds_data)
    return code_of(report)


def _salvage(options: argparse.Namespace) -> int:
    """Complete the part that a run left which was broken off."""
    part: Path = options.source
    target = options.output or whole_name(part)
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


def default_output(source: Path) -> Path:
    """Return IN's name with -mirror before the ending; MP4 where the ending cannot be written."""
    if source.is_dir():
        whole = source.absolute()
        return whole.with_name(f"{whole.name}-mirror.mp4")
    writable = {suffix for container in CONTAINERS for suffix in container.suffixes}
    suffix = source.suffix if source.suffix.lower() in writable else ".mp4"
    return source.with_name(f"{source.stem}-mirror{suffix}")
