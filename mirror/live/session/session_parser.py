"""The parser of a session: which, on how much of the machine, and whether masks are carried."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from mirror.core import machine
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.jobs.carried_parser import CarriedCounts, CarriedParser
from mirror.jobs.composition import check_memory, choose_workers, open_flow
from mirror.jobs.load_controller import LoadControl
from mirror.live.session.lazy_parser import LazyParser
from mirror.parsers.catalogue import AnyKind, find_parser
from pipeline.flow import Flow, Limits
from pipeline.frame import Frame
from pipeline.sources import Source

_LIMITS = Limits(queue_size=1, stop_within_s=0.6)  # only the newest frame waits


class SessionParser:
    """Opens flows with a session's parser, and holds their work to what the machine can do.

    Args:
        config: which parser, on how much of the machine.
        kind: the parser, where the caller has one already.
        carries: whether masks are carried to every picture.

    Attributes:
        kind: the parser; loaded by the thread that needs it first.
        workers: threads that parse.
        reason: that there are so many.
    """

    def __init__(self, config: ParserConfig, kind: LazyParser | None, carries: bool) -> None:
        self._config, self._carries = config, carries
        chosen = choose_workers(config)
        self.workers, self._threads, self.reason = chosen.workers, chosen.threads, chosen.reason
        self.kind = kind or LazyParser(config.name, self._find, config.skip_failures)
        self._control = LoadControl(self.workers, carries)  # the GUI thread's
        self._lock = threading.Lock()
        self._carried: CarriedParser | None = None  # guarded by _lock

    def open_flow(
        self, source: Source, clock: Callable[[], float], on_capture: Callable[[Frame], None]
    ) -> Flow[Any, Any, Parsing]:
        """Return a flow that parses a source; ``on_capture`` is called on the source's thread."""
        return open_flow(
            source,
            self.kind,
            self.workers,
            self._threads,
            self._config.changed(cpu="auto") if self._carries else self._config,
            _LIMITS,
            clock,
            on_capture,
        )

    def hold(self, flow: Flow[Any, Any, Parsing] | None) -> None:
        """Give a flow the work that there is to be."""
        self._control.apply(flow, self._carrier())

    def shown(self, flow: Flow[Any, Any, Parsing] | None, now: float, latency_s: float) -> None:
        """Take in how late a picture was, and give a flow less work or more. The GUI's thread."""
        if self._control.shown(now, latency_s):
            self.hold(flow)

    def carried_counts(self) -> CarriedCounts | None:
        """Return how many masks were carried; None where none are."""
        carried = self._carrier()
        return None if carried is None else carried.counts

    def _carrier(self) -> CarriedParser | None:
        with self._lock:
            return self._carried

    def _find(self, name: str) -> AnyKind:
        """The parser as the settings ask for it; on the thread that needs it first."""
        kind = find_parser(name, self._config)
        check_memory(kind, self.workers, machine.free_memory_mb())
        if not self._carries:
            return kind
        carried = CarriedParser.of(kind, self._config)
        with self._lock:
            self._carried = carried
        return carried
