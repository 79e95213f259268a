"""How many workers there are where nobody said: as measured on this machine, or one a core."""

from __future__ import annotations

import contextlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from mirror.core import machine
from mirror.core.settings import ParserConfig
from mirror.version import __version__
from pipeline.targets.durable import write_at_once

# Settings that say how fast a parser is, besides its workers and threads
_DECIDE = ("name", "quality", "runtime", "device", "input_size", "decoder_layers", "int8")
Reason = Literal["asked", "cores", "measured"]

# that nobody asked for: CPython runs the Python of one thread at a time, and for that more would
# wait; on 16 cores, 16 parsed two people 8 % slower than 6 (docs/benchmarks.md)
MOST_WORKERS = 8

_MOST_KEPT = 64  # choices; older ones, as of versions before, go first


@dataclass(frozen=True, slots=True)
class WorkerChoice:
    """Threads that parse, and why so many.

    Attributes:
        workers: threads that parse.
        threads: that each of them computes with.
        reason: somebody asked for them, there are so many cores, or ``mirror tune`` measured that.
        why: the same in a few words, with figures.
    """

    workers: int
    threads: int
    reason: Reason
    why: str


@dataclass(frozen=True, slots=True)
class Fastest:
    """What was the fastest way to share the cores out.

    Attributes:
        workers, threads: as of ``WorkerChoice``.
        fps: frames a second with them.
        usual_fps: with one worker a core, ``MOST_WORKERS`` at most, in the same run.
    """

    workers: int
    threads: int
    fps: float
    usual_fps: float

    @property
    def choice(self) -> WorkerChoice:
        """Return it with its reason."""
        figures = f"{self.fps:.1f} fps"
        cores = machine.cores()
        if self.workers != min(cores, MOST_WORKERS):
            usual = "one a core" if cores <= MOST_WORKERS else MOST_WORKERS
            figures += f", {self.usual_fps:.1f} with {usual}"
        return WorkerChoice(
            self.workers, self.threads, "measured", f"mirror tune measured {figures}"
        )


def usual_file() -> Path:
    """Return where this system keeps what a program can find out again: ``tuned.json`` there.

    Raises:
        FileNotFoundError: the user has no home, as systemd's dynamic ones have none.
    """
    from platformdirs import user_cache_path  # few runs need it

    try:
        return user_cache_path("smart-mirror", appauthor=False) / "tuned.json"
    except RuntimeError as error:
        raise FileNotFoundError(str(error)) from None


def keep(found: Mapping[ParserConfig, Fastest], path: Path | None = None) -> None:
    """Remember what is the fastest for some settings, in place of what was known of them.

    Args:
        found: settings -> the fastest way to share the cores out.
        path: the file; None: the usual one.

    Raises:
        OSError: it cannot be written.
    """
    path = path or usual_file()
    known = _read(path)
    for config, fastest in found.items():
        known.pop(_key(config), None)  # the newest stand last
        known[_key(config)] = asdict(fastest)
    text = json.dumps(dict(list(known.items())[-_MOST_KEPT:]), indent=1)
    write_at_once(path, text.encode())


def fastest_known(config: ParserConfig, path: Path | None = None) -> Fastest | None:
    """Return what was the fastest for settings, on this machine and with this version.

    None where that was not measured. A file that is damaged counts as none: nothing depends on it.
    """
    try:
        said = _read(path or usual_file()).get(_key(config))
        found = None if said is None else Fastest(**said)
    except (TypeError, FileNotFoundError):  # other fields, or no fields at all; or no home
        return None
    return found if found is not None and _is_sound(found) else None


def _is_sound(found: Fastest) -> bool:
    counts, rates = (found.workers, found.threads), (found.fps, found.usual_fps)
    if not all(type(count) is int and count > 0 for count in counts):
        return False
    return counts[0] * counts[1] <= machine.cores() and all(
        isinstance(rate, int | float) and rate > 0 for rate in rates
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _key(config: ParserConfig) -> str:
    settings = [f"{name}={getattr(config, name)}" for name in _DECIDE]
    return " ".join([__version__, _processor(), f"cores={machine.cores()}", *settings])


def _processor() -> str:
    """The processor's name, as far as the system says it."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
