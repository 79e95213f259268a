"""Find the settings that suit this machine, in under a minute, and keep them.

mirror tune                                the table, and what is best for what
mirror tune --for coolest --write mine.toml
mirror camera --config mine.toml           uses it
mirror tune --parser m2fp                  workers, runtimes and input sizes

The fastest workers and threads are remembered, and are what --workers auto means from then on.
"""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Table

from mirror.bench import tuning
from mirror.cli.flags import add_config_flag, checked, config_of, files_read_by, name, path
from mirror.core import machine
from mirror.core.errors import MirrorError
from mirror.core.quantities import age_of
from mirror.core.settings import ParserConfig
from mirror.jobs import worker_choice
from mirror.jobs.worker_choice import Fastest
from mirror.parsers.catalogue import AnyKind, find_parser, needing
from mirror.process import terminal, termination
from mirror.process.printable import cell
from pipeline.targets.claims import claimed, write_whole
from pipeline.targets.distinct_paths import OutputPath


class NothingMeasured(MirrorError):
    """No settings could be measured in the time that there was."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to tune for, and where the settings go."""
    parser.add_argument(
        "--for",
        dest="wish",
        choices=tuning.WISHES,
        default="smoothest",
        help="what the settings that are written are best at (smoothest)",
    )
    parser.add_argument(
        "--write", metavar="FILE", type=path, help="write the best settings there, for --config"
    )
    parser.add_argument(
        "--parser",
        dest="parser.name",
        metavar="NAME",
        type=name,
        help="built-in, m2fp, m2fp-single, or module:factory (built-in)",
    )
    parser.add_argument(
        "--within",
        metavar="S",
        type=checked(age_of),
        default=tuning.WITHIN_S,
        help=f"seconds that it may take ({tuning.WITHIN_S:g})",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it is there")
    add_config_flag(parser)


def run(options: argparse.Namespace) -> int:
    """Measure, print the table, and write the best."""
    usual = config_of(options).parser
    files = [] if options.write is None else [OutputPath("--write", options.write)]
    runtimes = _runtimes(usual.name)
    wanted = tuning.candidates(usual.name, machine.cores(), runtimes)
    with claimed(files, files_read_by(options), options.overwrite, termination.held) as claims:
        with Console(stderr=True).status("measuring"):
            measured = list(tuning.measure(wanted, _kind_of, usual, options.within))
            fastest = tuning.fastest_ways(
                measured, lambda two: tuning.measure(two, _kind_of, usual, tuning.AGAIN_S)
            )
        if not measured:
            raise NothingMeasured(
                "tune.nothing_measured",
                "{parser} did not parse a few frames in {seconds:g} s; give it more time",
                parser=usual.name,
                seconds=options.within,
            )
        best = {wish: tuning.choose(measured, wish) for wish in tuning.WISHES}
        reasons = (f"{wish}: {found.candidate}: {why}" for wish, (found, why) in best.items())
        terminal.show(_table(measured), "", *map(cell, reasons))
        for file in files:
            found, why = best[options.wish]
            text = tuning.as_toml(found, usual.name, options.wish, why)
            write_whole(claims.file(file), text.encode())
    _keep(fastest, usual, runtimes)
    if len(measured) < len(wanted):
        terminal.warn(f"there was no time for {len(wanted) - len(measured)} of {len(wanted)}")
    return 0


def _keep(
    fastest: list[tuple[tuning.Candidate, Fastest]], usual: ParserConfig, runtimes: tuple[str, ...]
) -> None:
    """Remember what ``--workers auto`` is to be from now on."""
    found: dict[ParserConfig, Fastest] = {}
    for candidate, best in fastest:
        found[config := candidate.config(usual)] = best
        if runtimes and config.runtime == runtimes[0]:
            found[config.changed(runtime="auto")] = best
    if not found:
        return
    try:
        worker_choice.keep(found)
    except OSError as error:
        terminal.warn(f"--workers auto stays as it was, as nothing can be kept: {error}")
    else:
        terminal.show("", cell("--workers auto goes by this from now on, with the same settings"))


def _kind_of(config: ParserConfig) -> AnyKind:
    with termination.nothing_to_lose():
        return find_parser(config.name, config)


def _runtimes(parser: str) -> tuple[str, ...]:
    """The runtimes of M2FP's that are installed, the usual one first."""
    if not parser.startswith("m2fp"):
        return ()
    with needing(parser):
        from mirror.parsers.m2fp.runtimes import installed_runtimes
    return installed_runtimes()


def _table(measured: list[tuning.Measured]) -> Table:
    title = "settings, on 720p frames"
    table = Table(title=title, title_justify="left", box=None, header_style="dim")
    for heading in ("workers x threads", "", "fps", "a mask every", "delay", "CPU a frame"):
        table.add_column(heading, justify="right" if heading else "left")
    for one in sorted(measured, key=lambda one: -one.fps):
        shared, _, more = str(one.candidate).partition(" x ")
        threads, _, rest = more.partition(" ")
        table.add_row(
            f"{shared} x {threads}",
            cell(rest),
            f"{one.fps:.1f}",
            f"{one.key_every_s * 1e3:.0f} ms",
            f"{one.latency_s * 1e3:.0f} ms",
            f"{one.cpu_ms:.0f} ms",
        )
    return table
