"""What parses in a process of a batch, and how many processes of how many workers there are."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mirror.core import machine
from mirror.core.settings import Config, share_of
from mirror.jobs.engine import Engine
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.parser_workers import ParserWorkers

PROCESS_MB = 250  # what a process takes besides its workers' models: libraries, frames, codecs

_LEAST_PERCENT = 2  # as settings have it


@dataclass(frozen=True, slots=True)
class Shares:
    """How a batch is spread over a machine.

    Attributes:
        processes: recordings that are parsed at the same time.
        workers: threads that parse in each.
        threads: that each worker computes with.
    """

    processes: int
    workers: int
    threads: int


def shares_of(
    clips: int,
    settings: Config,
    kind: AnyKind,
    processes: int | Literal["auto"] = "auto",
    cores: int | None = None,
    free_mb: int | None = None,
) -> Shares:
    """Return how many processes there are, and how many workers each has.

    One process a core is fastest: decoding, drawing and encoding are then spread, too, and no
    thread waits for another's turn at Python. Where there are fewer recordings than cores, or not
    the memory for so many processes, each has more workers.

    Args:
        clips: recordings that are left to be parsed.
        settings: ``workers`` and ``threads`` in them are those of each process.
        kind: the parser.
        processes: as many, or ``auto``.
        cores: of the machine; as it says itself, if left out.
        free_mb: megabytes that are free; as above.
    """
    cores = machine.cores() if cores is None else cores
    free_mb = machine.free_memory_mb() if free_mb is None else free_mb
    asked, threads = settings.parser.workers, settings.parser.threads
    least = 1 if asked == "auto" else asked
    each = 1 if threads == "auto" else threads
    if processes == "auto":
        fit = free_mb // (PROCESS_MB + kind.worker_memory_mb * least)
        count = max(1, min(cores // (each * least), clips, fit))
    else:
        count = processes
    workers = max(1, cores // (count * each)) if asked == "auto" else asked
    shared = max(1, cores // (count * workers)) if threads == "auto" else threads
    return Shares(count, workers, shared)


def cpu_of_each(cpu: str, processes: int) -> str:
    """Return the share of the machine that each of several processes may take, as settings say it.

    Args:
        cpu: what all of them may take.
        processes: how many there are.
    """
    share = share_of(cpu)
    return cpu if share is None else f"{max(_LEAST_PERCENT, round(100 * share / processes))}%"


@contextlib.contextmanager
def running_engine(
    settings: Config, workers: int, threads: int, processes: int = 1
) -> Iterator[Engine]:
    """Give an engine whose workers run as long as the block does, for one job after the other.

    Args:
        settings: every setting.
        workers: threads that parse.
        threads: that each of them computes with.
        processes: that share what the settings let a run take of the machine.

    Raises:
        ConfigError: there is no such part or palette, or the workers do not fit.
        ParserNotUsable: there is no such parser, or something of it is missing.
    """
    cpu = cpu_of_each(settings.parser.cpu, processes)
    parser = settings.parser.changed(workers=workers, threads=threads, cpu=cpu)
    engine = Engine.of(settings.changed(parser=parser))
    with ParserWorkers(engine.kind, workers, threads, parser) as shared:
        yield dataclasses.replace(engine, shared=shared)
