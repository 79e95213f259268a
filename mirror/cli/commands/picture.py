"""Colour the parts of everybody in pictures: PNG, JPEG or WebP in, the same out.

Each picture is parsed by itself, with time to look closely. One that cannot be read does not stop
the others; the exit code is then 1, and the last line says which. Pictures come out upright.

  mirror picture photo.jpg                     writes photo-mirror.jpg
  mirror picture photo.jpg -o drawn.png
  mirror picture *.jpg -o drawn/ --labels people
  mirror picture holiday/ --masks masks/ --results people.jsonl
"""

from __future__ import annotations

import argparse

from mirror.cli.error_words import remarked
from mirror.cli.exit_codes import FAILED, say_failure, say_which_failed
from mirror.cli.flags import (
    add_job_flags,
    add_overlay_flags,
    add_parser_flags,
    files_read_by,
    job_of,
)
from mirror.core.schema import fields_of
from mirror.jobs.execution import execute
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.host import Host
from mirror.jobs.picture_job import PictureJob
from mirror.process import terminal
from pipeline.targets.special_file import is_standard_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is read, what is written, and how."""
    written = ("output", "format", "masks", "instances", "results", "rle", "overwrite")
    add_job_flags(parser, PictureJob, "sources", *written)
    parser.add_argument("--quiet", action="store_true", help="show no progress bar and no table")
    add_parser_flags(parser, encoder=fields_of(PictureJob)["quality"], encoder_dest="quality")
    add_overlay_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; nothing is written before all names were found to be in order."""
    job = job_of(options, PictureJob)
    host = Host(
        progress=lambda title, count: FrameProgress(title, count, options.quiet),
        also_read=files_read_by(options),
    )
    report = execute(job, host)
    if not options.quiet and report.run.frames:
        holds_data = job.results is not None and is_standard_output(job.results)
        terminal.show(report.run.as_table(remarked, "picture"), on_stderr=holds_data)
    if not report.failed:
        return 0
    for path, error in report.failed:
        say_failure(path, error)
    say_which_failed([path for path, _ in report.failed], report.of)
    return FAILED
