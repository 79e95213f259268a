"""One run over a stream: frames in, deliveries out, until an end of any kind."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mirror.core import machine
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.jobs.composition import open_flow
from mirror.jobs.run_metrics import RunHeader, RunMetrics
from mirror.jobs.run_report import RunReport
from mirror.parsers.catalogue import AnyKind
from mirror.process.signal_policies import Terminated
from mirror.rendering.overlay import Style, painted, plan_drawing
from mirror.stream.outputs import Delivery, StreamOutput
from mirror.stream.signals import DrainStalled, Signals
from pipeline.errors import SinkClosed
from pipeline.flow import Flow, Limits
from pipeline.frame import Frame
from pipeline.result import FlowStatistics, Result
from pipeline.sources import Source
from pipeline.sources.container.frame_counts import counts_of
from pipeline.sources.reconnecting import Reconnecting
from pipeline.sources.until_broken import UntilBroken

Ending = Literal[
    "input ended", "input broke", "reader left", "SIGTERM", "SIGINT", "SIGHUP", "failed"
]


@dataclass(frozen=True, slots=True)
class StreamReport:
    """A stream that is over.

    Attributes:
        ending: how it ended.
        run: what there is to say of it.
        unfinished: frames that were on their way when a signal, a reader or a fault ended it.
    """

    ending: Ending
    run: RunReport
    unfinished: int

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON's own types."""
        return {"ended": self.ending, "unfinished": self.unfinished, **self.run.as_json()}

    def __str__(self) -> str:
        dropped = ", ".join(f"{count} {reason}" for reason, count in self.run.dropped.items())
        latency = self.run.latency
        return (
            f"{self.run.frames} frames out ({self.ending}), {dropped or 'none'} dropped, "
            f"{self.run.fps:.1f} fps, latency {latency.p50 * 1e3:.0f} ms "
            f"(95 %: {latency.p95 * 1e3:.0f} ms)"
        )


class StreamRun:
    """Parses, draws and writes what a source delivers.

    Args:
        source: where frames come from.
        kind: the parser.
        config: how much of the machine it gets.
        style: how parts are drawn.
        outputs: what is written for every frame, in this order.
        header: what is known of the run before its first frame.
        max_age_s: frames that waited longer are not parsed; None where nothing may be dropped.
        drain_s: how long a frame may take to come out after SIGTERM.
    """

    def __init__(
        self,
        source: Source,
        kind: AnyKind,
        config: ParserConfig,
        style: Style,
        outputs: Sequence[StreamOutput],
        header: RunHeader,
        max_age_s: float | None = None,
        drain_s: float = 1.2,
    ) -> None:
        self._source = UntilBroken(source)
        self._gap_before = source.gap_before if isinstance(source, Reconnecting) else _no_gap
        self._counted = source
        self._remarks_of = (source, *outputs)
        self._style, self._outputs, self._header = style, outputs, header
        self._draws = any(output.draws for output in outputs)
        self._clock = time.monotonic
        self._tally = RunMetrics(self._clock(), machine.cpu_seconds())
        self._flow: Flow[Any, Any, Parsing] = open_flow(
            self._source, kind, header.workers, header.threads, config, Limits(max_age_s=max_age_s)
        )
        self._signals = Signals(self._source.close, drain_s=drain_s)

    def __call__(self) -> StreamReport:
        """Run until the input ends or breaks, a reader leaves, or a signal says so.

        Raises:
            SinkError: something cannot be written.
            DrainStalled: SIGTERM came, and what is in flight does not come out.
            Whatever a parser raises.
        """
        ending: Ending = "failed"
        with self._signals, contextlib.ExitStack() as stack:
            for output in self._outputs:
                stack.enter_context(output)
            try:
                ending = self._pump()
            finally:
                self._finish(ending, stack)
        if self._source.failure is not None:
            raise self._source.failure
        return self._report(ending)

    def _pump(self) -> Ending:
        try:
            with self._flow as results:
                for result in results:
                    self._deliver(result)
                self._signals.drained()
        except SinkClosed:
            return "reader left"
        except KeyboardInterrupt:
            return "SIGINT"
        except Terminated as terminated:
            if terminated.number != signal.SIGHUP:
                raise
            return "SIGHUP"
        except DrainStalled as stalled:
            left = self._report("failed").unfinished
            if not left:
                return "SIGTERM"  # it is the source that does not end, an address that hangs
            raise DrainStalled(
                f"{stalled}: {left} frames were left, from the one at place {self._tally.frames} on"
            ) from None
        if self._source.failure is not None:
            return "input broke"
        return "SIGTERM" if self._signals.draining else "input ended"

    def _deliver(self, result: Result[Parsing]) -> None:
        statistics = self._flow.statistics()
        drawn_from = self._clock()
        drawn = result.frame.picture
        if self._draws:
            drawn = painted(result.frame, plan_drawing(result.parsing, self._style))
        written_from = self._clock()
        gap_s = self._gap_before(result.frame)
        delivery = Delivery(result, drawn, statistics.dropped, gap_s)
        with self._signals.writing():
            for output in self._outputs:
                output.write(delivery)
            written_at = self._clock()
            marks = {"draw": written_from - drawn_from, "write": written_at - written_from}
            self._tally.add(result, marks, written_at)

    def _finish(self, ending: Ending, outputs: contextlib.ExitStack) -> None:
        summary = self._report(ending).as_json()
        with self._signals.writing():
            for output in self._outputs:
                with contextlib.suppress(SinkClosed):
                    output.finish(summary)
            with contextlib.suppress(SinkClosed):
                outputs.close()  # what a container writes last must not wait for ever either

    def _report(self, ending: Ending) -> StreamReport:
        remarks = [remark for part in self._remarks_of for remark in getattr(part, "remarks", ())]
        statistics: FlowStatistics = self._flow.statistics()
        # whoever stops a stream does not want the rest of it
        counts = counts_of(self._counted) if ending == "input ended" else None
        now = self._clock()
        run = self._tally.report(self._header, statistics, now, tuple(remarks), counts)
        unfinished = statistics.captured - run.frames - sum(statistics.dropped.values())
        return StreamReport(ending, run, unfinished)


def _no_gap(frame: Frame) -> float:
    return 0.0
