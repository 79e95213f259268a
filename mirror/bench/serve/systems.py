"""The services that are compared, and each one's processes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import IO

import psutil

from mirror.bench.serve.figures import OURS
from mirror.bench.serve.load import Manner
from mirror.core.errors import MirrorError

_LOADS_WITHIN_S = 300.0  # a first run of M2FP makes its graph
_ENDS_WITHIN_S = 5.0
_LOOKS_S = 0.1


class ServiceFailed(MirrorError):
    """A service that was to be measured did not start, or did not go on."""


@dataclass(frozen=True, slots=True)
class System:
    """A way to serve.

    Attributes:
        name: what tables call it.
        module: the program, run as ``python -m``.
        manner: how clients ask it.
        package: what its environment needs beside smart-mirror; empty for nothing.
        arguments: what the program is told, given a port, a number of workers and a parser.
    """

    name: str
    module: str
    manner: Manner
    package: str = ""
    arguments: Callable[[int, int, str], list[str]] = lambda port, workers, parser: [
        str(port),
        str(workers),
        parser,
    ]


@dataclass(frozen=True, slots=True)
class Contender:
    """A system with what it is given.

    Attributes:
        system: which.
        python: of the environment that has what it needs.
        workers: how many copies of the parser it is told to have.
        parser: the parser's name.
    """

    system: System
    python: str
    workers: int
    parser: str


def ours(*flags: str, name: str = OURS) -> System:
    """Return ``mirror serve`` with some flags more, and what tables call it."""

    def arguments(port: int, workers: int, parser: str) -> list[str]:
        shape = ["--workers", str(workers), "--threads", "1", "--parser", parser]
        return ["serve", "--quiet", "--port", str(port), *shape, *flags]

    return System(name, "mirror", Manner("at-once", "/v1/parse"), arguments=arguments)


def peers(poll_s: float) -> tuple[System, ...]:
    """Return the others.

    Args:
        poll_s: how often clients of the published Flask pattern ask whether they are answered.
    """
    room = "mirror.bench.serve.peers"
    polled = Manner("polled", "/submit", poll_s=poll_s)
    return (
        System("Flask pattern", f"{room}.flask_peer", polled, "flask"),
        System("LitServe", f"{room}.litserve_peer", Manner("at-once", "/predict"), "litserve"),
        System("Mosec", f"{room}.mosec_peer", Manner("at-once", "/inference"), "mosec"),
    )


def has_package(python: str, package: str) -> bool:
    """Whether an environment can run a service that needs a package.

    Raises:
        ServiceFailed: that is no Python.
    """
    check = f"import importlib.util as u, sys, mirror; sys.exit(u.find_spec({package!r}) is None)"
    try:
        ended = subprocess.run([python, "-c", check], capture_output=True, check=False)
    except OSError as error:
        raise ServiceFailed(
            "bench.python_not_run",
            "{python} cannot be run: {reason}",
            python=python,
            reason=error.strerror or str(error),
        ) from error
    return ended.returncode == 0


class Running:
    """A service's processes: a ``with`` block, in which they are there and answer.

    Args:
        contender: which, and what it is given.

    Raises:
        ServiceFailed: it ended before it answered, or did not answer.
    """

    def __init__(self, contender: Contender) -> None:
        system = self.system = contender.system
        self.port = _free_port()
        told = system.arguments(self.port, contender.workers, contender.parser)
        self._command = [contender.python, "-m", system.module, *told]
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - __exit__ closes it
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Running:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=self._said, stderr=self._said,
            start_new_session=True,
        )  # fmt: skip
        try:
            self._wait_until_it_listens()
        except BaseException:
            self._end(gently=False)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end(gently=kind is None)  # whoever interrupts waits for nobody

    def cpu_s(self) -> float:
        """Return the CPU time of all its processes so far."""
        total = 0.0
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def memory_mb(self) -> float:
        """Return what its processes hold; what they share counts once, where the system tells."""
        total = 0
        for process in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                held = process.memory_full_info()
                total += getattr(held, "pss", held.rss)
        return total / (1 << 20)

    def _processes(self) -> list[psutil.Process]:
        assert self._process is not None
        first = psutil.Process(self._process.pid)
        return [first, *first.children(recursive=True)]

    def _wait_until_it_listens(self) -> None:
        assert self._process is not None
        gives_up_at = time.monotonic() + _LOADS_WITHIN_S
        while time.monotonic() < gives_up_at:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(_LOOKS_S)
        self._said.seek(0)
        last = (self._said.read().decode(errors="replace").strip().splitlines() or ["nothing"])[-1]
        raise ServiceFailed(
            "bench.service_failed",
            "{peer} did not start; the last it said: {reason}",
            peer=self.system.name,
            reason=last,
        )

    def _end(self, gently: bool) -> None:
        """End all of its processes; where that is to be gentle, ask them first."""
        assert self._process is not None
        try:
            if gently:
                with contextlib.suppress(psutil.NoSuchProcess):
                    there = self._processes()
                    self._process.send_signal(signal.SIGTERM)
                    psutil.wait_procs(there, _ENDS_WITHIN_S)
        finally:  # whoever interrupts the wait leaves nothing running either
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._said.close()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
