"""``mirror eval overlay``."""

from __future__ import annotations

import argparse
import itertools
import json

import mirror
from mirror.cli.flags import checked, config_of, files_read_by
from mirror.core.settings import ParserConfig
from mirror.evaluation.overlay.footage import open_footage, parse_clip
from mirror.evaluation.overlay.report import overlay_tables, write_overlay_plot
from mirror.evaluation.overlay.simulation import DELAYS_MS, Setting, simulate
from mirror.evaluation.plot import check_plot
from mirror.evaluation.systems.stored import StoredSystem
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.process import terminal, termination
from pipeline.targets.claims import claimed, write_whole
from pipeline.targets.distinct_paths import InputPath, OutputPath

OVERLAY = "overlay"

_CARRIER = "built-in"
_CARRIER_DELAY_MS = 66.0  # about what the built-in parser takes beside another, on two cores
_LONGEST_MS = 60_000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is simulated."""
    group = parser.add_argument_group("late masks (overlay)")
    group.add_argument(
        "--delays",
        metavar="MS,MS",
        type=checked(_milliseconds),
        default=tuple(map(float, DELAYS_MS)),
        help=f"milliseconds until a mask is there ({','.join(map(str, DELAYS_MS))})",
    )
    group.add_argument(
        "--key-every",
        metavar="MS,MS",
        type=checked(_intervals),
        default=(None,),
        help="milliseconds from one parsed frame to the next; 0: every frame; done: as soon as the "
        "one before is (done)",
    )
    group.add_argument(
        "--carrier-delay",
        metavar="MS",
        type=checked(_one),
        default=_CARRIER_DELAY_MS,
        help=f"of the built-in parser beside a slow one ({_CARRIER_DELAY_MS:g})",
    )


def run(options: argparse.Namespace) -> int:
    """Judge on one clip after the other."""
    if options.plot is not None:
        check_plot(options.plot)
    named = (("--json", options.json), ("--plot", options.plot))
    written = [OutputPath(flag, path) for flag, path in named if path is not None]
    read = [*(InputPath(path, "a clip") for path in options.datasets), *files_read_by(options)]
    with claimed(written, read, options.overwrite, termination.held) as claims:
        config = config_of(options).parser
        judged = _judged(options, config)
        with termination.nothing_to_lose():
            carrier = find_parser(_CARRIER, config)
        outcomes = []
        for path in options.datasets:
            for footage in open_footage(path, options.limit):
                clip = parse_clip(footage, carrier, judged, config, options.quiet)
                outcomes += simulate(clip, _settings(options, clip.is_alone), options.quiet)
        if options.json is not None:
            report = {
                "mirror": mirror.__version__,
                "what": OVERLAY,
                "system": carrier.name if judged is None else judged.name,
                "outcomes": [outcome.as_json() for outcome in outcomes],
            }
            text = json.dumps(report, indent=1) + "\n"
            write_whole(claims.file(OutputPath("--json", options.json)), text.encode())
        if options.plot is not None:
            write_overlay_plot(claims.file(OutputPath("--plot", options.plot)), outcomes)
    if not options.quiet:
        terminal.show(overlay_tables(outcomes))
    return 0


def _judged(options: argparse.Namespace, config: ParserConfig) -> AnyKind | StoredSystem | None:
    """Whose masks come late; None where that is the carrier."""
    if options.predictions is not None:
        return StoredSystem(options.predictions, options.classes)
    if config.name == _CARRIER:
        return None
    with termination.nothing_to_lose():
        return find_parser(config.name, config)


def _settings(options: argparse.Namespace, is_alone: bool) -> list[Setting]:
    return [
        Setting(
            delay_ms / 1e3,
            None if every_ms is None else every_ms / 1e3,
            (delay_ms if is_alone else options.carrier_delay) / 1e3,
        )
        for every_ms, delay_ms in itertools.product(options.key_every, options.delays)
    ]


def _one(text: str) -> float:
    value = float(text)
    if not 0 <= value <= _LONGEST_MS:
        raise ValueError(f"milliseconds from 0 to {_LONGEST_MS:g}, got {text}")
    return value


def _milliseconds(text: str) -> tuple[float, ...]:
    return tuple(_one(part) for part in text.split(","))


def _intervals(text: str) -> tuple[float | None, ...]:
    return tuple(None if part == "done" else _one(part) for part in text.split(","))
