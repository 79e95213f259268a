"""Measure this machine, side by side with what it is held against.

mirror bench                        everything
mirror bench parser threads         some of it
mirror bench window                 needs a screen: xvfb-run mirror bench window
mirror bench parser --peer PYTHON   beside MediaPipe, which that Python's environment has
mirror bench serve --peer PYTHON    the service beside Flask, LitServe and Mosec; takes minutes
mirror bench serve --parser m2fp --random-weights
mirror bench serve --parser none    what the services take by themselves
mirror bench --parser m2fp          M2FP beside a plain implementation of what ModelScope does
mirror bench --parser m2fp-single --random-weights
mirror bench --parser m2fp --device cuda
                                    pictures a second on a GPU
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import os
import platform
from collections.abc import Callable, Iterator

from rich.console import Console

import mirror
from mirror.bench import coach, effects, engine, motion, parser, stream, video, worker_scaling
from mirror.bench.rows import Row, as_table
from mirror.bench.serve.figures import Figures
from mirror.bench.serve.run import CLIENTS, Asked, Report, measure
from mirror.bench.serve.table import as_table as as_load_table
from mirror.cli.commands.camera import check_window
from mirror.cli.flags import checked, path
from mirror.core import machine
from mirror.core.quantities import positive
from mirror.core.settings import ConfigError
from mirror.parsers.catalogue import needing
from mirror.process import termination
from pipeline.targets.claims import claimed, write_whole
from pipeline.targets.distinct_paths import InputPath, OutputPath

WHAT = ("parser", "threads", "engine", "motion", "coach", "effects", "video", "stream")
ON_REQUEST = ("window", "serve")  # needs a screen; takes many minutes
M2FP = ("m2fp", "m2fp-single")
_SERVED = ("built-in", "none", "m2fp")  # parsers that the service is measured with


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to measure, beside whom, and where the figures go."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        type=_known,  # argparse takes no word at all for a choice, too
        help=", ".join(WHAT + ON_REQUEST),
    )
    parser.add_argument(
        "--rounds", metavar="N", type=checked(positive), default=3, help="turns (3)"
    )
    parser.add_argument(
        "--peer",
        metavar="PYTHON",
        type=path,
        help="a Python with mediapipe 0.10.21 and lite; for serve: smart-mirror, flask, litserve, "
        "mosec (this one)",
    )
    parser.add_argument(
        "--network", metavar="FILE", type=path, help="the landmark network as it was published"
    )
    parser.add_argument(
        "--parser",
        choices=("built-in", "none", *M2FP),
        default="built-in",
        help="what is measured; serve with none: what serving alone takes",
    )
    _add_serve_flags(parser)
    parser.add_argument(
        "--random-weights", action="store_true", help="measure M2FP without a checkpoint"
    )
    parser.add_argument(
        "--device", choices=("cpu", "cuda"), default="cpu", help="where M2FP runs (cpu)"
    )
    parser.add_argument("--json", metavar="FILE", type=path, help="write the figures there too")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it is there")


def _add_serve_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("serve")
    group.add_argument(
        "--clients",
        metavar="N,N",
        type=checked(_clients),
        help="how many ask at once, one load each (1,5,20,50; of M2FP 1,5)",
    )
    group.add_argument(
        "--answers",
        metavar="N",
        type=checked(positive),
        default=2,
        help="that each client has in a load, on average (2)",
    )
    group.add_argument(
        "--poll-ms",
        metavar="N",
        type=checked(positive),
        default=500,
        help="between two looks of the Flask pattern's clients (500)",
    )


def run(options: argparse.Namespace) -> int:
    """Print each table as soon as it is measured."""
    _check(options)
    measures = _measures(options)
    console = Console()
    console.print(f"mirror {mirror.__version__}, {machine.cores()} cores, {platform.machine()}")
    if options.random_weights:
        console.print("random weights: the speed is that of trained ones, the answers mean nothing")
    found: dict[str, list[Row]] = {}
    loads: list[Figures] = []
    given = [path for path in (options.peer, options.network) if path is not None]
    read = [InputPath(path, "what is measured against") for path in given]
    files = [] if options.json is None else [OutputPath("--json", options.json)]
    with claimed(files, read, options.overwrite, termination.held) as claims:
        for name in options.what or [name for name in measures if name not in ON_REQUEST]:
            with console.status(f"measuring: {name}") as status:
                if name == "serve":
                    served = _served(options, lambda said: status.update(f"measuring: {said}"))
                    console.print(as_load_table("under load", served.loads, served.missing))
                    loads, found[name] = served.loads, served.rows
                else:
                    found[name] = list(measures[name]())
            console.print(as_table(name, found[name], console.width))
        figures = {name: [row.as_json() for row in rows] for name, rows in found.items()}
        if loads:
            figures["serve_loads"] = [load.as_json() for load in loads]
        about = {"mirror": mirror.__version__, "cores": machine.cores(), "of": os.cpu_count()}
        for file in files:
            text = json.dumps({**about, **figures}, indent=1) + "\n"
            write_whole(claims.file(file), text.encode())
    return 0


def _clients(text: str) -> tuple[int, ...]:
    return tuple(positive(number) for number in text.split(","))


def _known(text: str) -> str:
    known = WHAT + ON_REQUEST
    if text not in known:
        names = ", ".join(map(repr, known))
        raise argparse.ArgumentTypeError(f"invalid choice: {text!r} (choose from {names})")
    return text


def _check(options: argparse.Namespace) -> None:
    is_served = options.what == ["serve"] and options.parser in _SERVED
    if options.parser == "none" and not is_served:
        raise ConfigError(
            "bench.none_serve_only", "only serve is measured without a parser: add serve"
        )
    if options.parser in M2FP and options.what and not is_served:
        raise ConfigError(
            "bench.built_in_only",
            "{what} is measured with the built-in parser only; leave it out to measure "
            "{parser} by itself",
            what=" ".join(options.what),
            parser=options.parser,
        )
    if options.random_weights and options.parser not in M2FP:
        raise ConfigError(
            "bench.m2fp_only", "--random-weights is of M2FP: add --parser m2fp, or leave it out"
        )
    if options.device == "cuda" and options.parser != "m2fp":
        raise ConfigError(
            "bench.cuda_m2fp_only", "--device cuda is measured with --parser m2fp only"
        )


def _measures(options: argparse.Namespace) -> dict[str, Callable[[], Iterator[Row]]]:
    if options.parser in M2FP:
        return {options.parser: lambda: _m2fp(options)}
    return {
        "parser": lambda: parser.measure(options.rounds, options.peer, options.network),
        "threads": lambda: worker_scaling.measure(options.rounds),
        "engine": lambda: engine.measure(options.rounds),
        "motion": lambda: motion.measure(options.rounds),
        "coach": lambda: coach.measure(options.rounds),
        "effects": lambda: effects.measure(options.rounds),
        "video": lambda: video.measure(options.rounds),
        "stream": lambda: stream.measure(options.rounds),
        "window": _window,
    }


def _served(options: argparse.Namespace, tell: Callable[[str], None]) -> Report:
    asked = Asked(
        clients=options.clients or CLIENTS,
        rounds=options.rounds,
        per_client=options.answers,
        peer=None if options.peer is None else str(options.peer),
        poll_s=options.poll_ms / 1e3,
        parser=options.parser,
    )
    if options.parser not in M2FP:
        return measure(asked, tell)
    with needing(f"measuring {options.parser}"):
        from mirror.bench.serve import m2fp_parsers

    clients = options.clients or m2fp_parsers.CLIENTS
    return m2fp_parsers.measure(
        options.random_weights, dataclasses.replace(asked, clients=clients), tell
    )


def _m2fp(options: argparse.Namespace) -> Iterator[Row]:
    with needing(f"measuring {options.parser}"):
        from mirror.bench.m2fp import multi_person, on_cuda, single_person  # load torch

    if options.device == "cuda":
        return on_cuda.measure(
            multi_person.weights_for(options.parser, options.random_weights), options.rounds
        )
    measure = single_person.measure if options.parser == "m2fp-single" else multi_person.measure
    return measure(options.rounds, options.random_weights)


def _window() -> Iterator[Row]:
    check_window()
    from mirror.bench import window

    return itertools.chain(window.measure(), window.measure_carried())
