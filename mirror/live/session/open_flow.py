"""The flow that a session has open: there is none before, between and after attempts."""

from __future__ import annotations

import threading
from typing import Any

from mirror.core.parsing import Parsing
from mirror.live.sources.media_player import Player
from pipeline.flow import Flow
from pipeline.result import FlowStatistics
from pipeline.sources import Source


class OpenFlow:
    """Keeps the flow and the source that are open, and counts over all that were. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flow: Flow[Any, Any, Parsing] | None = None  # guarded by _lock, as are all below
        self._source: Source | None = None
        self._finished: FlowStatistics | None = None  # of the flows before

    @property
    def flow(self) -> Flow[Any, Any, Parsing] | None:
        """The one that is open."""
        with self._lock:
            return self._flow

    @property
    def player(self) -> Player | None:
        """The controls of its source; None for what cannot be paused, and while none is open."""
        with self._lock:
            return self._source if isinstance(self._source, Player) else None

    def begin(self, flow: Flow[Any, Any, Parsing], source: Source) -> None:
        """Keep a flow that begins."""
        with self._lock:
            self._flow, self._source = flow, source

    def end(self) -> None:
        """Let go of the flow, and keep what it counted."""
        flow = self.flow
        if flow is None:
            return
        statistics = flow.statistics()
        with self._lock:
            before, self._flow, self._source = self._finished, None, None
            self._finished = statistics if before is None else statistics.after(before)

    def close(self) -> None:
        """Tell the flow and the source to stop; wait for neither."""
        with self._lock:
            flow, source = self._flow, self._source
        for open_one in (flow, source):
            if open_one is not None:
                open_one.close()

    def statistics(self) -> FlowStatistics | None:
        """Return what was counted over all flows; None before the first."""
        with self._lock:
            flow, finished = self._flow, self._finished
        if flow is None:
            return finished
        running = flow.statistics()
        return running if finished is None else running.after(finished)
