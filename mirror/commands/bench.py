"""Measure this machine, side by side with what it is held against.

mirror bench                        everything
mirror bench parser threads         some of it
mirror bench window                 needs a screen: xvfb-run mirror bench window
mirror bench parser --peer PYTHON   beside MediaPipe, which that Python's environment has
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

import mirror
from mirror import machine
from mirror.bench import engine, parsing, stream, threads, video
from mirror.bench.rows import Row, as_table
from mirror.commands.camera import check_window

WHAT = ("parser", "threads", "engine", "video", "stream")
ON_REQUEST = ("window",)  # needs a screen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to measure, beside whom, and where the figures go."""
    parser.add_argument(
        "what", nargs="*", choices=[*WHAT, *ON_REQUEST, []], help=", ".join(WHAT + ON_REQUEST)
    )
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="turns (3)")
    parser.add_argument(
        "--peer", metavar="PYTHON", type=Path, help="a Python with mediapipe 0.10.21 and lite"
    )
    parser.add_argument(
        "--network", metavar="FILE", type=Path, help="the landmark network as it was published"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there too")


def run(options: argparse.Namespace) -> int:
    """Print each table as soon as it is measured."""
    measures: dict[str, Callable[[], Iterator[Row]]] = {
        "parser": lambda: parsing.measure(options.rounds, options.peer, options.network),
        "threads": lambda: threads.measure(options.rounds),
        "engine": lambda: engine.measure(options.rounds),
        "video": lambda: video.measure(options.rounds),
        "stream": lambda: stream.measure(options.rounds),
        "window": _window,
    }
    console = Console()
    console.print(f"mirror {mirror.__version__}, {machine.cores()} cores, {platform.machine()}")
    found: dict[str, list[Row]] = {}
    for name in options.what or WHAT:
        with console.status(f"measuring: {name}"):
            found[name] = list(measures[name]())
        console.print(as_table(name, found[name]))
    if options.json is not None:
        figures = {name: [row.as_json() for row in rows] for name, rows in found.items()}
        about = {"mirror": mirror.__version__, "cores": machine.cores(), "of": os.cpu_count()}
        options.json.write_text(json.dumps({**about, **figures}, indent=1) + "\n")
    return 0


def _window() -> Iterator[Row]:
    check_window()
    from mirror.bench import window

    return window.measure()
