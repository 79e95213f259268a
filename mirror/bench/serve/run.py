"""Measures services in turns, one load on each, so that a machine's drift is the same for all."""

from __future__ import annotations

import contextlib
import functools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from mirror.bench import footage
from mirror.bench.rows import Row
from mirror.bench.serve.figures import (
    OURS,
    Figures,
    against,
    by_clients,
    figures_of,
    grown,
    held,
    refusals_ms,
    typical,
)
from mirror.bench.serve.load import Answer, LoadJob, as_text, digest_of
from mirror.bench.serve.picture_work import as_jpeg, make_work
from mirror.bench.serve.systems import (
    Contender,
    Running,
    ServiceFailed,
    has_package,
    ours,
    peers,
)
from mirror.core import machine

CLIENTS = (1, 5, 20, 50)
_PICTURES = 8  # files that clients take turns with
_LEAST_ANSWERS = 12
_COMPARED_FROM = 20  # clients, from which ours is held against the others
_CROWD = 16  # clients more than there is room for
_ROOM = 64  # of ours, in the crowd
_AGAIN_S = 0.25


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured.

    Attributes:
        clients: how many ask at once, one load each.
        rounds: turns of everything.
        per_client: answers a client that each load waits for, on average.
        peer: the Python of an environment with the other services; None is this one's.
        poll_s: how often clients of the Flask pattern ask.
        parser: what is behind the services; ``none`` shows what serving alone takes.
    """

    clients: tuple[int, ...] = CLIENTS
    rounds: int = 3
    per_client: float = 2.0
    peer: str | None = None
    poll_s: float = 0.5
    parser: str = "built-in"


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured.

    Attributes:
        loads: the typical figures of each number of clients and service.
        rows: what is held against a goal.
        missing: services that were left out, and what brings them.
    """

    loads: list[Figures]
    rows: list[Row]
    missing: Mapping[str, str] = field(default_factory=dict)


def measure(asked: Asked, tell: Callable[[str], None] = lambda said: None) -> Report:
    """Put every service that can be had under every load, in turns.

    Args:
        asked: what is measured.
        tell: is told what is under way.

    Raises:
        ServiceFailed: a service did not start, or gave no answer.
    """
    cores, bare_rates, figures = machine.cores(), list[float](), list[Figures]()
    missing = dict[str, str]()
    contenders = list(_to_be_had(asked, cores, missing))
    with _under_way(contenders, asked, tell) as (loads, running):
        with _Bare(cores, asked.parser, [path for path, _ in loads.pictures]) as bare:
            for turn, clients in loads.turns():
                if clients == max(asked.clients):
                    answers = loads.answers_for(clients)
                    bare_rates.append(answers / bare.seconds_for(answers))
                figures += loads.put_on(running, turn, clients)
        tell("more clients than there is room for")
        crowd = loads.answers(running[0], _ROOM + _CROWD, _ROOM, _AGAIN_S)
    levels = list(by_clients(figures))
    rows = [
        row
        for level in levels
        if len(level) > 1 and level[OURS][0].clients >= _COMPARED_FROM
        for row in against(level)
    ]
    rows += held(levels[-1][OURS], bare_rates, refusals_ms(crowd))
    if len(levels) > 1:
        rows.append(grown(levels[0][OURS], levels[-1][OURS]))
    return Report(_typical(levels), rows, missing)


def measure_pool(
    parsers: Mapping[str, tuple[str, int]],
    asked: Asked,
    tell: Callable[[str], None] = lambda said: None,
) -> list[Figures]:
    """Put ``mirror serve`` under every load with different parsers and workers, in turns.

    Args:
        parsers: what a table calls each, with the parser's name and how many workers it has; the
            last is the one whose answers are compared with the local parse.
        asked: what is measured.
        tell: is told what is under way.

    Returns:
        The typical figures of each number of clients and service.

    Raises:
        ServiceFailed: a service did not start, or gave no answer.
    """
    figures: list[Figures] = []
    contenders = [
        Contender(ours(name=name), sys.executable, workers, parser)
        for name, (parser, workers) in parsers.items()
    ]
    with _under_way(contenders, asked, tell) as (loads, running):
        for turn, clients in loads.turns():
            figures += loads.put_on(running, turn, clients)
    return _typical(by_clients(figures))


def _typical(levels: Iterable[Mapping[str, Sequence[Figures]]]) -> list[Figures]:
    return [typical(rounds) for level in levels for rounds in level.values()]


def _to_be_had(asked: Asked, cores: int, missing: dict[str, str]) -> Iterator[Contender]:
    yield Contender(ours("--room", str(_ROOM)), sys.executable, cores, asked.parser)
    python = asked.peer or sys.executable
    for system in peers(asked.poll_s):
        if has_package(python, system.package):
            yield Contender(system, python, cores, asked.parser)
        else:
            missing[system.name] = f"pip install smart-mirror {system.package}"


@contextlib.contextmanager
def _under_way(
    contenders: Sequence[Contender], asked: Asked, tell: Callable[[str], None]
) -> Iterator[tuple[_Loads, list[Running]]]:
    """Start all services, and have each load its models."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mirror-bench-")))
        tell("parsing the pictures")
        loads = _Loads(folder, _pictures(folder, asked.parser), asked, tell)
        running = []
        for contender in contenders:
            tell(f"starting {contender.system.name}")
            running.append(stack.enter_context(Running(contender)))
            loads.answers(running[-1], 2 * contender.workers, 2 * contender.workers)
        yield loads, running


@dataclass(frozen=True, slots=True)
class _Loads:
    """Puts loads on services, each from a process of its own.

    Attributes:
        folder: for files that live as long as the measuring.
        pictures: files that clients take turns with, and each answer's digest.
        asked: what is measured.
        tell: is told what is under way.
    """

    folder: Path
    pictures: tuple[tuple[str, str], ...]
    asked: Asked
    tell: Callable[[str], None]

    def turns(self) -> Iterator[tuple[int, int]]:
        """Yield each round's number with each number of clients."""
        for turn in range(self.asked.rounds):
            for clients in sorted(self.asked.clients):
                yield turn, clients

    def answers_for(self, clients: int) -> int:
        """Return how many answers a load waits for."""
        return max(_LEAST_ANSWERS, round(self.asked.per_client * clients))

    def put_on(self, running: list[Running], turn: int, clients: int) -> Iterator[Figures]:
        """Yield each service's figures, every other round the other way round."""
        for service in running[::-1] if turn % 2 else running:
            name = service.system.name
            self.tell(f"round {turn + 1}: {clients} clients at {name}")
            before = service.cpu_s()
            found = self.answers(service, clients, self.answers_for(clients))
            cpu_s = service.cpu_s() - before
            yield figures_of(name, clients, found, cpu_s, service.memory_mb())

    def answers(
        self, service: Running, clients: int, answers: int, again_s: float | None = None
    ) -> list[Answer]:
        """Return all answers to a load.

        Raises:
            ServiceFailed: no picture was answered.
        """
        manner = service.system.manner
        job = LoadJob(service.port, manner, clients, answers, self.pictures, again_s)
        path = self.folder / "load.json"
        path.write_text(as_text(job), "utf-8")
        program = [sys.executable, "-m", "mirror.bench.serve.load", str(path)]
        ended = subprocess.run(program, capture_output=True, text=True, check=True)
        found = [Answer(**each) for each in json.loads(ended.stdout)]
        if not any(answer.status == 200 for answer in found):
            raise ServiceFailed(
                "bench.no_answer",
                "{peer} answered no picture; the last answer's status was {status}",
                peer=service.system.name,
                status=found[-1].status,
            )
        return found


def _pictures(folder: Path, parser: str) -> tuple[tuple[str, str], ...]:
    """Write files of one and two people, and work out what each should be answered with."""
    work = make_work(parser, 1)
    pictures: list[tuple[str, str]] = []
    for images in (footage.one_person(), footage.two_people()):
        step = len(images) // (_PICTURES // 2)
        for image in images[::step][: _PICTURES // 2]:
            path, file = folder / f"{len(pictures)}.jpg", as_jpeg(image)
            path.write_bytes(file)
            pictures.append((str(path), digest_of(work(file))))
    return tuple(pictures)


class _Bare:
    """The same work in bare threads, in a process of its own: a ``with`` block."""

    def __init__(self, workers: int, parser: str, pictures: Sequence[str]) -> None:
        module = "mirror.bench.serve.bare"
        program = [sys.executable, "-m", module, str(workers), parser, *pictures]
        self._popen = functools.partial(
            subprocess.Popen[str], program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> _Bare:
        self._process = self._popen()
        self._heard()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # it keeps nothing
        self._process.wait()
        _pipe(self._process.stdin).close()
        _pipe(self._process.stdout).close()

    def seconds_for(self, pictures: int) -> float:
        """Return how long so many pictures take."""
        pipe = _pipe(self._process.stdin)
        pipe.write(f"{pictures}\n")
        pipe.flush()
        return float(self._heard())

    def _heard(self) -> str:
        return _pipe(self._process.stdout).readline()


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None
    return end
