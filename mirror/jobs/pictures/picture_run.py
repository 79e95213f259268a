"""One run over single pictures: each is parsed as if there were no other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mirror.core import machine
from mirror.core.parsing import Parsing
from mirror.jobs.composition import limits_of, renderer_of
from mirror.jobs.engine import Engine
from mirror.jobs.host import Host, RunContext
from mirror.jobs.picture_job import PictureJob
from mirror.jobs.pictures.picture_files import PictureFiles
from mirror.jobs.pictures.picture_plan import PlannedPicture, planned
from mirror.jobs.pictures.picture_writer import PictureWriter
from mirror.jobs.run_metrics import RunHeader, RunMetrics
from mirror.jobs.run_report import RunReport
from mirror.outputs import Output
from mirror.outputs.json_lines import ResultLines, header_line
from mirror.parsers.parser_workers import ParserWorkers
from mirror.process import termination
from pipeline.consumer import consuming
from pipeline.errors import PipelineError
from pipeline.fan_out import FanOut
from pipeline.result import Result
from pipeline.stage_timer import StageTimer
from pipeline.targets.claims import OutputFile, claimed
from pipeline.targets.distinct_paths import OutputPath


@dataclass(frozen=True, slots=True)
class PictureReport:
    """A run over pictures.

    Attributes:
        run: what there is to say of those that came out.
        of: how many there were.
        failed: those that did not, and why.
    """

    run: RunReport
    of: int
    failed: tuple[tuple[Path, PipelineError], ...]


def run_pictures(job: PictureJob, host: Host) -> PictureReport:
    """Carry a job out. A picture that cannot be read, or written, does not stop the others.

    Raises:
        PipelineError: something of the job itself cannot be; says why.
        JobCancelled: the host has cancelled it; what was written by then is complete.
        Whatever a parser raises.
    """
    engine = host.engine or Engine.of(job.settings)
    pictures = planned(job, host.also_read)
    source = PictureFiles(pictures, job.overwrite, limits_of(job.settings.input))
    lines = [] if job.results is None else [OutputPath("--results", job.results)]
    with claimed(lines, host.also_read, job.overwrite, termination.held) as claims:
        timer = StageTimer()
        renderer = renderer_of(engine.style, engine.kind.parts, job.settings.overlay, timer)
        outputs: list[Output] = [PictureWriter(job, source, renderer, engine)]
        outputs += [_lines(claims.file(path), engine, source, job.rle) for path in lines]
        outputs += host.consumers(RunContext(engine, source, renderer))
        report = _run(job, host, engine, source, FanOut(outputs, timer), timer, pictures)
    return PictureReport(report, len(pictures), tuple(source.failed))


def _lines(file: OutputFile, engine: Engine, source: PictureFiles, rle: bool) -> ResultLines:
    header = header_line(engine.kind.name, engine.kind.parts, 0, 0, None) | {"size": None}

    def more(result: Result[Parsing]) -> dict[str, object]:
        size = [result.frame.width, result.frame.height]
        named = {"file": str(source.of(result).source), "size": size}
        return {**named, "pts": None, "time": 0.0}  # a picture has no time

    return ResultLines(file, header, engine.kind.parts, rle, more)


def _run(
    job: PictureJob,
    host: Host,
    engine: Engine,
    source: PictureFiles,
    outputs: FanOut[Result[Parsing]],
    timer: StageTimer,
    pictures: Sequence[PlannedPicture],
) -> RunReport:
    clock, count = time.monotonic, len(pictures)
    name = host.source_name or (str(pictures[0].source) if count == 1 else f"{count} pictures")
    images = {
        picture.image.path if count == 1 else picture.image.path.parent for picture in pictures
    }
    written = " and ".join(sorted(map(str, images)))
    header = RunHeader(name, written, engine.kind.name, engine.workers, engine.threads, engine.why)
    tally = RunMetrics(clock(), machine.cpu_seconds())
    workers = ParserWorkers(engine.kind, engine.workers, engine.threads, job.settings.parser)
    with host.progress(name, count) as shown, consuming(outputs), workers:
        lane = workers.pictures(source)
        with host.cancellation.calling(lane.close), lane as results:
            for result in results:
                outputs.consume(result)
                tally.add(result, timer.take(), clock())
                shown.show(tally.frames, tally.fps(clock()))
            host.cancellation.check()
    return tally.report(header, lane.statistics(), clock(), outputs.remarks)
