"""One run over recorded frames: from a source to everything that it leaves behind."""

from __future__ import annotations

import time
from collections.abc import Sequence

from mirror.core import machine
from mirror.core.settings import ParserConfig
from mirror.jobs.composition import open_flow
from mirror.jobs.frame_progress import FrameProgress
from mirror.jobs.run_metrics import RunHeader, RunMetrics
from mirror.jobs.run_report import RunReport
from mirror.outputs import Output
from mirror.parsers.catalogue import AnyKind
from mirror.process import terminal, termination
from pipeline.consumer import consuming
from pipeline.fan_out import FanOut
from pipeline.sources import Recorded
from pipeline.sources.container.frame_counts import counts_of
from pipeline.stage_timer import StageTimer

INCOMPLETE = 3  # exit code: what could be read was written, but the source promised more


def run(
    source: Recorded,
    kind: AnyKind,
    config: ParserConfig,
    outputs: Sequence[Output],
    header: RunHeader,
    progress: FrameProgress,
    timer: StageTimer,
) -> RunReport:
    """Parse every frame of a source and give it to all outputs; return the run, measured.

    Args:
        source: where frames come from.
        kind: the parser.
        config: how much of the machine it gets.
        outputs: what takes every result, in this order; all are closed in the end.
        header: what is known of the run before its first frame.
        progress: shows how far it is.
        timer: where the outputs' time is counted, and that of the renderer that they share.

    Raises:
        Whatever a stage raises. Outputs then keep what can be kept, as parts.
    """
    clock = time.monotonic
    tally = RunMetrics(clock(), machine.cpu_seconds())
    with progress, consuming(FanOut(outputs, timer)) as consumers:
        flow = open_flow(source, kind, header.workers, header.threads, config)
        with flow as results:
            for result in results:
                with termination.held():  # no frame is left half written
                    consumers.consume(result)
                tally.add(result, timer.take(), clock())
                progress.show(tally.frames, tally.fps(clock()))
    remarks = (*source.remarks, *consumers.remarks)
    return tally.report(header, flow.statistics(), clock(), remarks, counts_of(source))


def say_incomplete(report: RunReport) -> None:
    """Say on stderr, in one line, that a source did not hold what it promised."""
    how = "breaks off" if report.promised is None else f"promised {report.promised} frames"
    terminal.warn(
        f"incomplete: what could be read was written, {report.frames} frames; the input {how}"
    )
