"""One run over a stream: frames in, deliveries out, until an end of any kind."""

from __future__ import annotations

import contextlib
import itertools
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mirror.core import machine
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.jobs.cancellation import Cancellation
from mirror.jobs.carried_parser import CarriedParser
from mirror.jobs.composition import open_flow
from mirror.jobs.load_controller import LoadControl
from mirror.jobs.run_metrics import RunHeader, RunMetrics
from mirror.jobs.run_report import RunReport
from mirror.outputs import Output
from mirror.parsers.catalogue import AnyKind
from mirror.process.signal_policies import Terminated
from mirror.stream.run_facts import RunFacts
from mirror.stream.stop_signals import DrainStalled, Signals
from pipeline.errors import SinkClosed
from pipeline.fan_out import FanOut
from pipeline.flow import Flow, Limits
from pipeline.result import FlowStatistics, Result
from pipeline.sources import Source
from pipeline.sources.container.frame_counts import counts_of
from pipeline.sources.network.reconnecting import Reconnecting
from pipeline.sources.until_broken import UntilBroken
from pipeline.stage_timer import StageTimer

Ending = Literal[
    "input ended",
    "input broke",
    "reader left",
    "cancelled",
    "SIGTERM",
    "SIGINT",
    "SIGHUP",
    "failed",
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
    """Parses what a source delivers, and gives it to consumers; see ``RunFacts``.

    Args:
        source: where frames come from.
        kind: the parser.
        config: how much of the machine it gets.
        open_outputs: makes what takes every result, in this order; it may ask this run for facts.
        header: what is known of the run before its first frame.
        max_age_s: frames that waited longer are not parsed; None where nothing may be dropped.
        drain_s: how long a frame may take to come out after SIGTERM.
        timer: where the time of the consumers' thread is counted.
        cancellation: ends it as SIGTERM does, from another thread: what is in flight goes out.
    """

    def __init__(
        self,
        source: Source,
        kind: AnyKind,
        config: ParserConfig,
        open_outputs: Callable[[RunFacts], Sequence[Output]],
        header: RunHeader,
        max_age_s: float | None = None,
        drain_s: float = 1.2,
        timer: StageTimer | None = None,
        cancellation: Cancellation | None = None,
    ) -> None:
        self._source = UntilBroken(source)
        self._counted, self._header, self._kind = source, header, kind
        self._timer, self._clock = timer or StageTimer(), time.monotonic
        self._ending: Ending = "failed"
        self._gap_s = 0.0
        self._tally = RunMetrics(self._clock(), machine.cpu_seconds())
        if isinstance(kind, CarriedParser):
            config = config.changed(cpu="auto")  # the parsers behind keep to it
        self._flow: Flow[Any, Any, Parsing] = open_flow(
            self._source, kind, header.workers, header.threads, config, Limits(max_age_s=max_age_s)
        )
        self._control = LoadControl(header.workers, isinstance(kind, CarriedParser))
        self._signals = Signals(self._source.close, drain_s=drain_s)
        self._cancellation = cancellation or Cancellation()
        self._outputs = FanOut(open_outputs(self), self._timer)

    def __call__(self) -> StreamReport:
        """Run until the input ends or breaks, a reader leaves, or a signal says so.

        Raises:
            SinkError: something cannot be written.
            DrainStalled: SIGTERM came, and what is in flight does not come out.
            Whatever a parser raises.
        """
        failure: BaseException | None = None
        with self._signals, self._cancellation.calling(self._source.close):
            try:
                self._ending = self._pump()
            except BaseException as error:
                failure = error
                raise
            finally:
                # what a container writes last must not wait for ever either
                with self._signals.writing(), contextlib.suppress(SinkClosed):
                    self._outputs.close(failure)
        if self._source.failure is not None:
            raise self._source.failure
        return self._report()

    def dropped(self) -> int:
        """Return how many frames were never parsed, since the run began."""
        return sum(self._flow.statistics().dropped.values())

    def gap_s(self) -> float:
        """Return the seconds without a source before the present frame; 0 without a gap."""
        return self._gap_s

    def last_time(self) -> float | None:
        """Return the time of the newest frame that came, dropped or not; None before the first."""
        return self._source.last_time

    def summary(self) -> dict[str, Any]:
        """Return what there is to say of the run, as JSON's own types."""
        return self._report().as_json()

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
            left = self._report().unfinished
            if not left:
                return "SIGTERM"  # it is the source that does not end, an address that hangs
            raise DrainStalled(
                "drain.stalled.frames_left",
                "{reason}: {count} frames were left, from the one at place {place} on",
                reason=str(stalled),
                count=left,
                place=self._tally.frames,
            ) from None
        if self._source.failure is not None:
            return "input broke"
        if self._cancellation.is_cancelled:
            return "cancelled"
        return "SIGTERM" if self._signals.draining else "input ended"

    def _deliver(self, result: Result[Parsing]) -> None:
        source = self._counted
        # a source tells of a gap once, and several consumers want to know
        self._gap_s = source.gap_before(result.frame) if isinstance(source, Reconnecting) else 0.0
        with self._signals.writing():
            self._outputs.consume(result)
            self._tally.add(result, self._timer.take(), self._clock())
        if source.is_live:
            now, kind = self._clock(), self._kind
            if self._control.shown(now, now - result.frame.captured_at):
                self._control.apply(self._flow, kind if isinstance(kind, CarriedParser) else None)

    def _report(self) -> StreamReport:
        ending = self._ending
        told = (getattr(one, "remarks", ()) for one in (self._counted, self._kind))
        remarks = [*itertools.chain.from_iterable(told), *self._outputs.remarks]
        statistics: FlowStatistics = self._flow.statistics()
        # whoever stops a stream does not want the rest of it
        counts = counts_of(self._counted) if ending == "input ended" else None
        now = self._clock()
        run = self._tally.report(self._header, statistics, now, tuple(remarks), counts)
        unfinished = statistics.captured - run.frames - sum(statistics.dropped.values())
        return StreamReport(ending, run, unfinished)
