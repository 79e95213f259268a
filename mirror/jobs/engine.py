"""What parses and what draws, found before a job opens or writes anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from mirror.core.parsing import Parsing
from mirror.core.settings import Config, ParserConfig
from mirror.jobs.composition import drawing_of, fitting_workers, open_flow, style_of
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.parsers.parser_workers import ParserLane, ParserWorkers
from mirror.process import termination
from mirror.rendering.overlay import Style
from pipeline.pool.fair_queue import ServiceClass
from pipeline.result import FlowStatistics, Result
from pipeline.sources import Source


class Parsed(Protocol):
    """A source being parsed: a ``with`` block over results in order."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def __iter__(self) -> Iterator[Result[Parsing]]: ...

    def close(self) -> None:
        """End the iteration; any thread may call it."""
        ...

    def statistics(self) -> FlowStatistics:
        """Return a snapshot; any thread may call it."""
        ...


@dataclass(frozen=True, slots=True)
class Engine:
    """A kind of parser, its share of the machine, and how its parts are drawn.

    Jobs with the same settings can share one, one after the other; all at once, where it has
    ``shared`` workers.

    Attributes:
        kind: the parser.
        style: how its parts are drawn.
        workers: threads that parse.
        threads: threads that each of them computes with.
        shared: workers that run already, and parse for others, too; None starts some for each job.
        service: whose frames go first among those that share them.
        why: there are so many workers, in a few words.
    """

    kind: AnyKind
    style: Style
    workers: int
    threads: int
    shared: ParserWorkers | None = None
    service: ServiceClass = "batch"
    why: str = ""

    def parse(self, source: Source, config: ParserConfig) -> Parsed:
        """Return a source being parsed; enter it to start."""
        if self.shared is None:
            return open_flow(source, self.kind, self.workers, self.threads, config)
        return _InLane(self.shared.video(source, self.service))

    @classmethod
    def of(cls, settings: Config, kind: AnyKind | None = None) -> Self:
        """Return what settings ask for.

        Args:
            settings: every setting.
            kind: the parser, where it is not to be found by its name.

        Raises:
            ConfigError: there is no such part or palette, or the workers do not fit.
            ParserNotUsable: there is no such parser, or something of it is missing.
        """
        with termination.nothing_to_lose():  # libraries are loaded
            kind = kind or find_parser(settings.parser.name, settings.parser)
            style = style_of(kind.parts, settings.overlay)
            drawing_of(style, kind.parts, settings.overlay)  # says what is wrong with an effect
            chosen = fitting_workers(kind, settings.parser)
            return cls(kind, style, chosen.workers, chosen.threads, why=chosen.why)


class _InLane:
    """A lane of workers that are shared; see ``Parsed``."""

    def __init__(self, lane: ParserLane) -> None:
        self._lane = lane

    def __enter__(self) -> Self:
        self._lane.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lane.__exit__(kind, error, traceback)

    def __iter__(self) -> Iterator[Result[Parsing]]:
        return iter(self._lane)

    def close(self) -> None:
        self._lane.close()

    def statistics(self) -> FlowStatistics:
        lane = self._lane.statistics()
        return FlowStatistics(
            captured=lane.captured,
            parsed=lane.parsed,
            failed=lane.failed,
            in_flight=lane.in_flight,
            busy=0,  # the workers are everybody's
            dropped=lane.dropped,
            left_behind=lane.left_behind,
        )
