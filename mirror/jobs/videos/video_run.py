"""One run over recorded frames: from a source to everything that it leaves behind."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from mirror.core import machine
from mirror.core.settings import ConfigError, ParserConfig
from mirror.jobs.cancellation import Cancellation
from mirror.jobs.coaching import coach_files, coaching_of
from mirror.jobs.composition import encoding_of, is_transparent, limits_of, renderer_of
from mirror.jobs.engine import Engine
from mirror.jobs.host import Host, Progress, RunContext
from mirror.jobs.run_metrics import RunHeader, RunMetrics
from mirror.jobs.run_report import RunReport
from mirror.jobs.video_job import VideoJob
from mirror.jobs.videos.video_plan import outputs_of
from mirror.outputs import Output
from mirror.outputs.coach_keys import keys_from
from mirror.outputs.contact_sheet import ContactSheet
from mirror.outputs.drawn_pictures import DrawnPictures
from mirror.outputs.instance_folder import InstanceFolder
from mirror.outputs.json_lines import ResultLines, header_line
from mirror.outputs.masks import MaskFolder
from mirror.outputs.output_plan import PlannedOutputs
from mirror.process import termination
from mirror.rendering.renderer import Renderer
from pipeline.consumer import consuming
from pipeline.errors import SourceError
from pipeline.fan_out import FanOut
from pipeline.media.input_limits import InputLimits
from pipeline.sinks.by_ending import sink_for
from pipeline.sources import Recorded
from pipeline.sources.container.frame_counts import counts_of
from pipeline.sources.limited import Limited
from pipeline.sources.network.address import written_as_path
from pipeline.sources.pictures import SUFFIXES
from pipeline.sources.recording import open_recording
from pipeline.stage_timer import StageTimer
from pipeline.targets.claims import Claims, claimed, write_whole
from pipeline.targets.distinct_paths import InputPath
from pipeline.targets.path import is_folder, is_there

if TYPE_CHECKING:
    from mirror.coach.feedback.coaching import Coaching


def run_video(job: VideoJob, host: Host) -> RunReport:
    """Carry a job out; nothing is written before all was found to be in order.

    Raises:
        PipelineError: something of it cannot be; says why. What was written is kept as parts.
        JobCancelled: the host has cancelled it.
        Whatever a parser raises.
    """
    engine = host.engine or Engine.of(job.settings)
    planned = outputs_of(job, host.calls)
    coaching = coaching_of(job.coach)
    if coaching is not None and is_transparent(job.settings.overlay):
        raise ConfigError(
            "effect.remove_not_with_coach",
            "the coach's board cannot be drawn on a transparent picture; use the effect green",
        )
    read = [
        InputPath(job.source, host.source_name or "the source"),
        *host.also_read,
        *coach_files(job.coach),
    ]
    with (
        _opened(job, host.limits) as source,
        claimed(planned.all, read, job.overwrite, termination.held) as claims,
    ):
        name = host.source_name or str(job.source)
        header = RunHeader(
            name, str(planned), engine.kind.name, engine.workers, engine.threads, engine.why
        )
        timer = StageTimer()
        renderer = renderer_of(
            engine.style, engine.kind.parts, job.settings.overlay, timer, coaching
        )
        outputs = [
            *([] if coaching is None else [coaching]),  # the others show what it says
            *_outputs(job, source, planned, claims, engine, renderer, coaching),
            *host.consumers(RunContext(engine, source, renderer)),
        ]
        run = RecordedRun(source, engine, job.settings.parser, outputs, header, timer)
        progress = host.progress(host.source_name or job.source.name, source.footage.frames)
        report = run(progress, host.cancellation)
        if planned.stats is not None:
            text = json.dumps(report.as_json(), indent=1) + "\n"
            write_whole(claims.file(planned.stats), text.encode())
    return report


def _opened(job: VideoJob, limits: InputLimits | None) -> Recorded:
    is_file = is_there(job.source) and not is_folder(job.source)
    if is_file and job.source.suffix.lower() in SUFFIXES:
        raise SourceError(
            "source.is_picture", "{path} is a picture, and this is for videos", path=job.source
        )
    if not is_there(job.source) and (address := written_as_path(job.source)) is not None:
        raise SourceError(
            "source.is_address",
            "{address} is an address, and this reads files; download it first",
            address=address,
        )
    with termination.nothing_to_lose():  # a disk somewhere else may not answer
        source = open_recording(job.source, job.fps, limits or limits_of(job.settings.input))
    return source if job.limit is None else Limited(source, job.limit)


def _outputs(
    job: VideoJob,
    source: Recorded,
    planned: PlannedOutputs,
    claims: Claims,
    engine: Engine,
    renderer: Renderer,
    coaching: Coaching | None,
) -> list[Output]:
    """Everything that the run writes while it goes on."""
    found: list[Output] = []
    footage, kind = source.footage, engine.kind
    if planned.masks is not None:
        found.append(MaskFolder(claims.folder(planned.masks), kind.parts, engine.style.palette))
    if planned.instances is not None:
        found.append(InstanceFolder(claims.folder(planned.instances)))
    if planned.results is not None:
        header = header_line(
            kind.name, kind.parts, footage.height, footage.width, footage.time_base
        )
        file, said = claims.file(planned.results), keys_from(coaching)
        found.append(ResultLines(file, header, kind.parts, job.rle, coached=said))
    if planned.film is not None:
        writer = sink_for(
            claims.file(planned.film),
            footage,
            encoding_of(job.settings.video, job.settings.overlay),
            copy_streams_from=None if is_folder(job.source) else job.source,
            cut_short=job.limit is not None,
        )
        found.append(DrawnPictures(renderer, writer))
    if planned.sheet is not None:
        found.append(ContactSheet(claims.file(planned.sheet), renderer))
    return found


class RecordedRun:
    """Parses every frame of a source and gives it to all outputs.

    Args:
        source: where frames come from.
        engine: what parses.
        config: how much of the machine it gets.
        outputs: what takes every result, in this order; all are closed in the end.
        header: what is known of the run before its first frame.
        timer: where the outputs' time is counted, and that of the renderer that they share.
    """

    def __init__(
        self,
        source: Recorded,
        engine: Engine,
        config: ParserConfig,
        outputs: Sequence[Output],
        header: RunHeader,
        timer: StageTimer,
    ) -> None:
        self._source, self._engine, self._config = source, engine, config
        self._outputs, self._header, self._timer = outputs, header, timer

    def __call__(
        self, progress: AbstractContextManager[Progress], cancellation: Cancellation
    ) -> RunReport:
        """Run to the end; return the run, measured.

        Raises:
            JobCancelled: somebody ended it before.
            Whatever a stage raises. Outputs then keep what can be kept, as parts.
        """
        clock, source, header = time.monotonic, self._source, self._header
        tally = RunMetrics(clock(), machine.cpu_seconds())
        with progress as shown, consuming(FanOut(self._outputs, self._timer)) as consumers:
            flow = self._engine.parse(source, self._config)
            with cancellation.calling(flow.close), flow as results:
                for result in results:
                    with termination.held():  # no frame is left half written
                        consumers.consume(result)
                    tally.add(result, self._timer.take(), clock())
                    shown.show(tally.frames, tally.fps(clock()))
                cancellation.check()
        remarks = (*source.remarks, *consumers.remarks)
        return tally.report(header, flow.statistics(), clock(), remarks, counts_of(source))
