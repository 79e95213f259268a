"""Frames on standard input, parsed frames or results on standard output.

Lossless: a slow reader slows the writer down. With --live, old frames are dropped and counted.
Exit code 3 says that the input is cut off: what could be read of it was written.

  ffmpeg -i IN -f yuv4mpegpipe - | mirror stream | ffplay -
  program | mirror stream --size 1280x720 --pix-fmt bgr24 --out-format jsonl
  ... | mirror stream --out - --out labels=masks.fifo --results results.jsonl
"""

from __future__ import annotations

import argparse
import os

from mirror.cli.error_words import remarked
from mirror.cli.exit_codes import code_of
from mirror.cli.flags import (
    add_encoder_flags,
    add_job_flags,
    add_overlay_flags,
    add_parser_flags,
    files_read_by,
    job_of,
)
from mirror.jobs.execution import execute
from mirror.jobs.host import Host
from mirror.jobs.stream_job import StreamJob
from mirror.process import terminal
from pipeline.errors import SinkError

_EXIT_CODES = {"SIGHUP": 129, "SIGINT": 130}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what comes in, what goes out, and what may be lost."""
    came_in = ("source", "realtime", "in_format", "size", "pix_fmt", "fps", "live", "max_age")
    add_job_flags(parser.add_argument_group("in"), StreamJob, *came_in)
    group = parser.add_argument_group("out")
    places = ("out_format", "out", "out_pix_fmt", "fill", "results", "instances")
    coached = ("rle", "coach", "speak", "vmc", "vmc_calibration", "overwrite")
    add_job_flags(group, StreamJob, *places, *coached)
    group.add_argument("--quiet", action="store_true", help="print nothing but errors on stderr")
    add_parser_flags(parser)
    add_overlay_flags(parser)
    add_encoder_flags(parser.add_argument_group("encoding (matroska)"))


def run(options: argparse.Namespace) -> int:
    """Carry the command out; all but the data goes to stderr."""
    if not hasattr(os, "writev"):
        raise SinkError(
            "stream.not_on_windows", "mirror stream needs Linux or macOS; on Windows, run it in WSL"
        )
    job = job_of(options, StreamJob)
    report = execute(job, Host(also_read=files_read_by(options), has_data_on_stdout=True))
    for remark in () if options.quiet else (*map(remarked, report.run.remarks), report):
        terminal.warn(str(remark))
    return code_of(report.run) or _EXIT_CODES.get(report.ending, 0)
