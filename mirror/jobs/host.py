"""What whoever runs a job adds to it: it is seen, heard and ended through this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from mirror.jobs.cancellation import Cancellation
from mirror.jobs.engine import Engine
from mirror.outputs import Output
from mirror.rendering.renderer import Renderer
from pipeline.media.input_limits import InputLimits
from pipeline.sources import Source
from pipeline.targets.distinct_paths import InputPath


class Progress(Protocol):
    """Is told how far a job is, on the thread that runs it."""

    def show(self, frames: int, fps: float) -> None:
        """Take how many frames are out, and how many came out a second, of late."""
        ...


class Silence:
    """Shows nothing; see ``Progress``."""

    def __enter__(self) -> Silence:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, frames: int, fps: float) -> None:
        """Show nothing."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a consumer of a caller's own may want to know of the run it is to belong to.

    Attributes:
        engine: what parses; its kind has the names of the parts.
        source: where frames come from.
        renderer: what draws, once for all consumers of the run.
    """

    engine: Engine
    source: Source
    renderer: Renderer


OpenProgress = Callable[[str, int | None], AbstractContextManager[Progress]]
MakeConsumers = Callable[[RunContext], Sequence[Output]]


def _silent(title: str, total: int | None) -> Silence:
    return Silence()


def _none(context: RunContext) -> Sequence[Output]:
    return ()


@dataclass(frozen=True, slots=True)
class Host:
    """Whoever runs a job. Without anything, it is run in silence, to its end.

    Attributes:
        progress: makes what is told how far it is, of a title and the number of frames, if known.
        consumers: makes what takes the results besides what the job itself writes.
        cancellation: ends it from another thread.
        engine: what parses, where that is there already.
        also_read: files that the caller reads for it, so that no output replaces them.
        calls: what messages call a field of the job; else its option of the command line.
        source_name: what messages and reports call the source; None for its path.
        limits: what is refused of a recording unread; None: what the job's settings say.
        has_data_on_stdout: standard output is for the job's data: what a parser prints goes to
            standard error. It is the process's, so that only one such job can run at a time.
    """

    progress: OpenProgress = _silent
    consumers: MakeConsumers = _none
    cancellation: Cancellation = field(default_factory=Cancellation)
    engine: Engine | None = None
    also_read: Sequence[InputPath] = ()
    calls: Mapping[str, str] = field(default_factory=dict)
    source_name: str | None = None
    limits: InputLimits | None = None
    has_data_on_stdout: bool = False
