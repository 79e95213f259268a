"""How a clip is parsed for whoever counts, judges or learns."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from mirror.cli.flags import files_read_by, job_of
from mirror.jobs.execution import execute
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.host import Host, MakeConsumers, RunContext
from mirror.jobs.run_report import RunReport
from mirror.jobs.video_job import VideoJob
from mirror.outputs import Output
from pipeline.targets.distinct_paths import InputPath

Given = TypeVar("Given")


def no_others(context: RunContext) -> Sequence[Output]:
    """Return that nothing else takes the results."""
    return ()


def parse_clip(
    options: argparse.Namespace,
    clip: Path,
    consumer: Output,
    others: MakeConsumers = no_others,
) -> RunReport:
    """Parse a clip and let something take its results, and others after it."""
    job = job_of(options, VideoJob, source=clip)
    host = Host(
        progress=lambda title, frames: FrameProgress(title, frames, options.quiet),
        consumers=lambda context: [consumer, *others(context)],
        also_read=files_read_by(options),
    )
    return execute(job, host)


def inputs_of(options: argparse.Namespace, clip: Path) -> list[InputPath]:
    """Return what a run reads, none of which it may write."""
    return [InputPath(clip), *files_read_by(options)]


def needed(options: argparse.Namespace, given: Given | None, otherwise: str) -> Given:
    """Return what was given; without it, end the process with what is wrong."""
    if given is None:
        options.refuse(otherwise)
        raise AssertionError
    return given
