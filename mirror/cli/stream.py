"""Frames on standard input, parsed frames or results on standard output.

Lossless: a slow reader slows the writer down. With --live, old frames are dropped and counted.
Exit code 3 says that the input is cut off: what could be read of it was written.

  ffmpeg -i IN -f yuv4mpegpipe - | mirror stream | ffplay -
  program | mirror stream --size 1280x720 --pix-fmt bgr24 --out-format jsonl
  ... | mirror stream --out - --out labels=masks.fifo --results results.jsonl
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Sequence
from fractions import Fraction

from mirror.cli.flags import (
    add_encoder_flags,
    add_overlay_flags,
    add_parser_flags,
    config_of,
    name,
    path,
    rate,
)
from mirror.core.settings import Config
from mirror.jobs.composition import encoding_of, limits_of, renderer_of, style_of, workers_for
from mirror.jobs.run_metrics import RunHeader
from mirror.jobs.video_run import INCOMPLETE, say_incomplete
from mirror.outputs.instance_folder import InstanceFolder, instances_path
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.process import terminal, termination
from mirror.process.native_output import native_output_on_stderr
from mirror.rendering.overlay import Style
from mirror.stream import inputs, targets
from mirror.stream.run import StreamReport, StreamRun
from pipeline.errors import SinkError
from pipeline.media.input_limits import InputLimits
from pipeline.sources.address import named as named_address
from pipeline.stage_timer import StageTimer
from pipeline.targets.claims import Claims, claimed

_EXIT_CODES = {"SIGHUP": 129, "SIGINT": 130}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what comes in, what goes out, and what may be lost."""
    group = parser.add_argument_group("in")
    group.add_argument(
        "--source",
        metavar="SOURCE",
        type=name,
        help="read a camera, an address or a file instead of stdin",
    )
    group.add_argument("--realtime", action="store_true", help="play a file at its own rate")
    group.add_argument(
        "--in-format",
        choices=inputs.FORMATS,
        help="what comes in, if its first bytes do not say; container: let FFmpeg find out",
    )
    group.add_argument("--size", metavar="WxH", type=_size, help="size of raw pictures")
    group.add_argument(
        "--pix-fmt",
        metavar="NAME",
        default="bgr24",
        help="pixel format of raw pictures, as FFmpeg names it (bgr24)",
    )
    group.add_argument(
        "--fps",
        metavar="N",
        type=rate,
        default=Fraction(30),
        help="frame rate of an input without times (30)",
    )
    group.add_argument(
        "--live", action="store_true", help="drop old frames rather than fall behind"
    )
    group.add_argument(
        "--max-age",
        metavar="S",
        type=_seconds,
        help="when live: drop frames older than S seconds (0.5)",
    )
    group = parser.add_argument_group("out")
    group.add_argument(
        "--out-format", choices=targets.FORMATS, default="y4m", help="format of the output (y4m)"
    )
    group.add_argument(
        "--out",
        metavar="[FORMAT=]TARGET",
        type=name,
        action="append",
        help="- (stdout), a file, a FIFO, tcp://HOST:PORT[?listen], or camera; can be repeated",
    )
    group.add_argument(
        "--out-pix-fmt", metavar="NAME", help="pixel format of the output (as in the input)"
    )
    group.add_argument(
        "--fill",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="when live: repeat pictures for dropped frames in formats without times (on)",
    )
    group.add_argument(
        "--results",
        metavar="TARGET",
        type=name,
        help="also write people and landmarks, as JSON Lines",
    )
    group.add_argument(
        "--instances",
        metavar="DIR",
        type=path,
        help="also write one PNG per frame, of which person each pixel is",
    )
    group.add_argument("--rle", action="store_true", help="add masks to the results")
    group.add_argument("--overwrite", action="store_true", help="replace existing files")
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
    config = config_of(options)
    with termination.nothing_to_lose():
        with contextlib.redirect_stdout(sys.stderr):  # what a user's module prints is no data
            kind = find_parser(config.parser.name, config.parser)
        style = style_of(kind.parts, config.overlay)
    places = _targets(options)
    targets.check(places, options.out_pix_fmt)
    files = [place.file for place in places if place.file is not None]
    folders = [] if options.instances is None else [instances_path(options.instances)]
    read = inputs.paths_of(options.source, options.config)
    with claimed([*files, *folders], read, options.overwrite, termination.held) as claims:
        maps = [InstanceFolder(claims.folder(folder)) for folder in folders]
        report = _stream(options, config, kind, style, places, claims, maps)
    for remark in () if options.quiet else (*report.run.remarks, report):
        terminal.warn(str(remark))
    if not report.run.complete:
        say_incomplete(report.run)
        return INCOMPLETE
    return _EXIT_CODES.get(report.ending, 0)


def _stream(
    options: argparse.Namespace,
    config: Config,
    kind: AnyKind,
    style: Style,
    places: Sequence[targets.Target],
    claims: Claims,
    maps: Sequence[InstanceFolder],
) -> StreamReport:
    workers, threads = workers_for(kind, config.parser)
    wanted = _wanted(options, limits_of(config.input))
    source = termination.interruptible(lambda: inputs.open_input(options.source, wanted), "opening")
    with source:
        timer = StageTimer()
        offer = targets.Offer(
            source,
            options.fps,
            kind.name,
            kind.parts,
            style.palette,
            renderer_of(style, config.overlay.side_by_side, timer),
            encoding_of(config.video),
            options.out_pix_fmt,
            config.overlay.side_by_side,
            options.rle,
            options.fill,
        )
        named = " and ".join(place.place for place in places)
        read = named_address(options.source or "standard input")
        header = RunHeader(read, named, kind.name, workers, threads)
        max_age_s = (options.max_age or 0.5) if source.is_live else None
        stream = StreamRun(
            source,
            kind,
            config.parser,
            lambda facts: [*maps, *targets.open_outputs(places, offer, claims, facts)],
            header,
            max_age_s,
            timer=timer,
        )
        with native_output_on_stderr(), contextlib.redirect_stdout(sys.stderr):
            return stream()


def _wanted(options: argparse.Namespace, limits: InputLimits) -> inputs.Wanted:
    is_live = options.live or options.max_age is not None
    return inputs.Wanted(
        options.in_format,
        options.size,
        options.pix_fmt,
        options.fps,
        is_live,
        options.realtime,
        limits,
    )


def _targets(options: argparse.Namespace) -> list[targets.Target]:
    found = [targets.Target.of(text, options.out_format) for text in options.out or ["-"]]
    if options.results is not None:
        found.append(targets.Target("jsonl", options.results, "--results"))
    return found


def _size(text: str) -> tuple[int, int]:
    """Height and width."""
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text} is not a size; try 1280x720")
    return int(found[2]), int(found[1])


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is no age; try 0.5")
    return seconds
