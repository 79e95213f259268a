"""Parse the bundled clip, end to end, and write mirror-demo.mp4 and mirror-demo.png.

Shows where a frame's time goes on this machine. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mirror.cli.flags import add_parser_flags, config_of, path
from mirror.core.resources import media_file
from mirror.jobs.composition import encoding_of, open_source, renderer_of, style_of, workers_for
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.run_metrics import RunHeader
from mirror.jobs.video_run import run as run_through
from mirror.outputs.drawn_pictures import DrawnPictures
from mirror.outputs.sheet import ContactSheet
from mirror.parsers.catalogue import find_parser
from mirror.process import terminal, termination
from pipeline.sinks.video import VideoWriter
from pipeline.stage_timer import StageTimer
from pipeline.targets.apart import InputPath, OutputPath
from pipeline.targets.claims import claimed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the two files go, and what parses."""
    parser.add_argument(
        "--into", metavar="DIR", type=path, default=Path(), help="the folder to write to (this one)"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress and no table")
    add_parser_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Run the clip through; the two files are replaced if they are there."""
    config = config_of(options)
    with termination.nothing_to_lose():
        kind = find_parser(config.parser.name, config.parser)
        style = style_of(kind.parts, config.overlay)
        workers, threads = workers_for(kind, config.parser)
    clip = media_file("demo.mp4")
    film = OutputPath("--into", options.into / "mirror-demo.mp4")
    sheet = OutputPath("--into", options.into / "mirror-demo.png")
    read = [InputPath(clip, "the bundled clip")]
    with (
        claimed([film, sheet], read, overwrite=True, uninterrupted=termination.held) as claims,
        open_source(clip) as source,
    ):
        writer = VideoWriter(
            claims.file(film), source.footage, encoding_of(config.video), passengers=clip
        )
        timer = StageTimer()
        renderer = renderer_of(style, False, timer)
        report = run_through(
            source,
            kind,
            config.parser,
            [DrawnPictures(renderer, writer), ContactSheet(claims.file(sheet), renderer)],
            RunHeader(
                "the bundled clip", f"{film.path} and {sheet.path}", kind.name, workers, threads
            ),
            FrameProgress("demo", source.footage.frames, options.quiet),
            timer,
        )
    if not options.quiet:
        terminal.show(report.as_table(), report.stages_table())
        terminal.show("Now your own: mirror video YOUR.mp4")
    return 0
