"""One run over recorded frames: from a source to everything that it leaves behind."""

from __future__ import annotations

import contextlib
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
from mirror.rendering.overlay import Style, painted, plan_drawing
from pipeline.sources import Recorded
from pipeline.sources.container.frame_counts import counts_of

INCOMPLETE = 3  # exit code: what could be read was written, but the source promised more


def run(
    source: Recorded,
    kind: AnyKind,
    config: ParserConfig,
    style: Style,
    outputs: Sequence[Output],
    header: RunHeader,
    progress: FrameProgress,
) -> RunReport:
    """Parse, draw and write every frame of a source; return the run, measured.

    Raises:
        Whatever a stage raises. Outputs then keep what can be kept, as parts.
    """
    clock = time.monotonic
    tally = RunMetrics(clock(), machine.cpu_seconds())
    with progress, contextlib.ExitStack() as stack:
        for output in outputs:
            stack.enter_context(output)
        flow = open_flow(source, kind, header.workers, header.threads, config)
        with flow as results:
            for result in results:
                with termination.held():  # no frame is left half written
                    drawn_from = clock()
                    drawn = painted(result.frame, plan_drawing(result.parsing, style))
                    marks = [("draw", clock() - drawn_from)]
                    for output in outputs:
                        written_from = clock()
                        output.write(result, drawn)
                        marks.append((output.stage, clock() - written_from))
                tally.add(result, dict(marks), clock())
                progress.show(tally.frames, tally.fps(clock()))
    remarks = list(source.remarks)
    for output in outputs:
        remarks.extend(output.remarks)
    return tally.report(header, flow.statistics(), clock(), tuple(remarks), counts_of(source))


def say_incomplete(report: RunReport) -> None:
    """Say on stderr, in one line, that a source did not hold what it promised."""
    how = "breaks off" if report.promised is None else f"promised {report.promised} frames"
    terminal.warn(
        f"incomplete: what could be read was written, {report.frames} frames; the input {how}"
    )
