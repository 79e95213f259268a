"""A `mirror` of its own process that is told to end at some moment, and what is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from doubles import until

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
_FAULTS = ("Traceback", "Exception ignored", "Fatal", "terminate called", "Segmentation", "Aborted")


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code, how long after the signal, and what it said and left."""

    code: int
    after_s: float
    said: str
    orphans: int

    def faults(
        self, number: signal.Signals, within_s: float, codes: Sequence[int] = ()
    ) -> list[str]:
        """What was not as it should be; a run that was over already may have ended with 0."""
        found = [f"it said {word}" for word in _FAULTS if word in self.said]
        if self.code not in (0, CODES[number], *codes):
            found.append(f"it ended with {self.code}")
        last = (self.said.strip().splitlines() or [""])[-1]  # Qt has words of its own before it
        if self.code and not last.startswith("mirror: "):
            found.append(f"it said {self.said!r}")
        if self.after_s > within_s:
            found.append(f"it took {self.after_s:.2f} s")
        if self.orphans:
            found.append(f"it left {self.orphans} processes")
        return found


def hears(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has a handler for SIGTERM, and for what comes with it; or is over."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except FileNotFoundError:
        return True
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    wanted = sum(1 << (number - 1) for number in CODES)
    return int(caught.split()[1], 16) & wanted == wanted or process.poll() is not None


def start(
    arguments: Sequence[str], folder: Path, more: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start `mirror` in a folder, and a session of its own; return once it hears signals."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mirror", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | dict(more or {}),
    )
    until(lambda: hears(process), 20.0)
    return process


def interrupted(
    arguments: Sequence[str],
    folder: Path,
    number: signal.Signals,
    after_s: float,
    more: Mapping[str, str] | None = None,
) -> Ended:
    """Run `mirror`, and tell it to end so long after it began to hear signals."""
    with start(arguments, folder, more) as process:
        time.sleep(after_s)
        process.send_signal(number)
        sent_at = time.monotonic()
        try:
            _, said = process.communicate(timeout=30.0)
        finally:
            process.kill()
        ended_at = time.monotonic()
    orphans = [one for one in psutil.process_iter() if _is_of(one, process.pid)]
    for orphan in orphans:
        orphan.kill()
    return Ended(process.returncode, ended_at - sent_at, said.decode(), len(orphans))


def _is_of(process: psutil.Process, session: int) -> bool:
    try:
        return os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
