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
import json
from fractions import Fraction
from pathlib import Path

from mirror.cli.flags import (
    add_overlay_flags,
    add_parser_flags,
    add_video_flags,
    config_of,
    path,
    positive,
    rate,
)
from mirror.core.settings import Config
from mirror.jobs.composition import (
    encoding_of,
    limits_of,
    open_source,
    renderer_of,
    style_of,
    workers_for,
)
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.run_metrics import RunHeader
from mirror.jobs.video_run import INCOMPLETE, say_incomplete
from mirror.jobs.video_run import run as run_through
from mirror.outputs import Output
from mirror.outputs.drawn_pictures import DrawnPictures
from mirror.outputs.instance_folder import InstanceFolder
from mirror.outputs.lines import ResultLines, header_line
from mirror.outputs.masks import MaskFolder
from mirror.outputs.planned import PlannedOutputs
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.process import terminal, termination
from mirror.rendering.overlay import Style
from pipeline.errors import SourceError
from pipeline.sinks.container import CONTAINERS
from pipeline.sinks.salvage import salvage
from pipeline.sinks.video import VideoWriter
from pipeline.sources import Footage, Recorded
from pipeline.sources.limited import Limited
from pipeline.stage_timer import StageTimer
from pipeline.targets.apart import InputPath, OutputPath
from pipeline.targets.claims import Claims, claimed, write_whole
from pipeline.targets.part_name import whole_name
from pipeline.targets.special_file import is_standard_output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is read, what is written, and how."""
    parser.add_argument("input", metavar="IN", type=path, help="a video, or a folder of pictures")
    parser.add_argument("-o", "--output", metavar="OUT", type=path, help="the video to write")
    for flag, metavar, help in (
        ("--masks", "DIR", "write one label PNG per frame, and parts.json, to DIR"),
        ("--instances", "DIR", "write one PNG per frame, of which person each pixel is, to DIR"),
        ("--results", "FILE", "write people and landmarks to FILE, as JSON Lines"),
        ("--stats", "FILE", "write the figures of the run to FILE, as JSON"),
    ):
        parser.add_argument(flag, metavar=metavar, type=path, help=help)
    for flag, help in (
        ("--rle", "add masks to the results, in COCO's RLE encoding"),
        ("--overwrite", "replace existing outputs"),
        ("--salvage", "complete IN, a part that an interrupted run left; nothing is parsed"),
        ("--quiet", "show no progress bar and no table"),
    ):
        parser.add_argument(flag, action="store_true", help=help)
    parser.add_argument("--limit", metavar="N", type=positive, help="stop after N frames")
    parser.add_argument(
        "--fps",
        metavar="N",
        type=rate,
        default=Fraction(30),
        help="frame rate of a folder of pictures (30)",
    )
    add_parser_flags(parser)
    add_overlay_flags(parser)
    add_video_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Carry the command out; nothing is written before all was found to be in order."""
    config = config_of(options)
    if options.salvage:
        return _salvage(options)
    planned = PlannedOutputs.at(
        options.output or default_output(options.input),
        options.masks,
        options.results,
        options.stats,
        options.instances,
    )
    with termination.nothing_to_lose():
        kind = find_parser(config.parser.name, config.parser)
        style = style_of(kind.parts, config.overlay)
        workers, threads = workers_for(kind, config.parser)
        source: Recorded = open_source(options.input, options.fps, limits_of(config.input))
    if options.limit is not None:
        source = Limited(source, options.limit)
    read, overwrite = _inputs(options), options.overwrite
    with source, claimed(planned.all, read, overwrite, termination.held) as claims:
        film = planned.film.path
        header = RunHeader(str(options.input), str(film), kind.name, workers, threads)
        timer = StageTimer()
        outputs = _outputs(options, config, source.footage, planned, claims, kind, style, timer)
        progress = FrameProgress(options.input.name, source.footage.frames, options.quiet)
        report = run_through(source, kind, config.parser, outputs, header, progress, timer)
        if planned.stats is not None:
            text = json.dumps(report.as_json(), indent=1) + "\n"
            write_whole(claims.file(planned.stats), text.encode())
    if not options.quiet:
        holds_data = any(is_standard_output(output.path) for output in planned.all)
        terminal.show(report.as_table(), on_stderr=holds_data)
    if not report.complete:
        say_incomplete(report)
        return INCOMPLETE
    return 0


def _inputs(options: argparse.Namespace) -> list[InputPath]:
    found = [InputPath(options.input)]
    if options.config is not None:
        found.append(InputPath(options.config, "the configuration"))
    return found


def _salvage(options: argparse.Namespace) -> int:
    """Complete the part that a run left which was broken off."""
    target = options.output or whole_name(options.input)
    if target is None:
        raise SourceError(
            "part.no_target_name",
            "{path} is not called as parts of runs are; say what it becomes with -o",
            path=options.input,
        )
    film = OutputPath("-o", target)
    with claimed([film], _inputs(options), options.overwrite, termination.held) as claims:
        pictures = salvage(options.input, claims.file(film), options.container)
    if not options.quiet:
        print(f"{target} is complete, with {pictures} frames; {options.input} may go now")
    return 0


def default_output(source: Path) -> Path:
    """Return IN's name with -mirror before the ending; MP4 where the ending cannot be written."""
    if source.is_dir():
        whole = source.absolute()
        return whole.with_name(f"{whole.name}-mirror.mp4")
    writable = {suffix for container in CONTAINERS for suffix in container.suffixes}
    suffix = source.suffix if source.suffix.lower() in writable else ".mp4"
    return source.with_name(f"{source.stem}-mirror{suffix}")


def _outputs(
    options: argparse.Namespace,
    config: Config,
    footage: Footage,
    planned: PlannedOutputs,
    claims: Claims,
    kind: AnyKind,
    style: Style,
    timer: StageTimer,
) -> list[Output]:
    """Everything that the run writes while it goes on."""
    found: list[Output] = []
    if planned.masks is not None:
        found.append(MaskFolder(claims.folder(planned.masks), kind.parts, style.palette))
    if planned.instances is not None:
        found.append(InstanceFolder(claims.folder(planned.instances)))
    if planned.results is not None:
        header = header_line(
            kind.name, kind.parts, footage.height, footage.width, footage.time_base
        )
        results = claims.file(planned.results)
        found.append(ResultLines(results, header, kind.parts, options.rle))
    writer = VideoWriter(
        claims.file(planned.film),
        footage,
        encoding_of(config.video),
        passengers=None if options.input.is_dir() else options.input,
        cut_short=options.limit is not None,
    )
    found.append(DrawnPictures(renderer_of(style, config.overlay.side_by_side, timer), writer))
    return found
