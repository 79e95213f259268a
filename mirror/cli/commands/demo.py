"""Parse the bundled clip, end to end, and write mirror-demo.mp4 and mirror-demo.png.

Shows where a frame's time goes on this machine. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mirror.cli.error_words import remarked
from mirror.cli.flags import add_parser_flags, config_of, path
from mirror.core.resources import media_file
from mirror.jobs.execution import execute
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.host import Host
from mirror.jobs.video_job import VideoJob
from mirror.process import terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the two files go, and what parses."""
    parser.add_argument(
        "--into", metavar="DIR", type=path, default=Path(), help="the folder to write to (this one)"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress and no table")
    add_parser_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Run the clip through; the two files are replaced if they are there."""
    job = VideoJob(
        source=media_file("demo.mp4"),
        output=options.into / "mirror-demo.mp4",
        sheet=options.into / "mirror-demo.png",
        overwrite=True,
        settings=config_of(options),
    )
    host = Host(
        progress=lambda title, frames: FrameProgress(title, frames, options.quiet),
        calls={"film": "--into", "sheet": "--into"},
        source_name="the bundled clip",
    )
    report = execute(job, host)
    if not options.quiet:
        terminal.show(report.as_table(remarked), report.stages_table())
        terminal.show("Now your own: mirror video YOUR.mp4")
    return 0
