"""From a stream's job to its run: what comes in is opened, and every place that it goes to."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mirror.core.schema import ConfigError
from mirror.core.settings import Config
from mirror.jobs.carried_parser import CarriedParser
from mirror.jobs.coaching import coach_files, coaching_of, spoken
from mirror.jobs.composition import encoding_of, is_transparent, limits_of, renderer_of
from mirror.jobs.engine import Engine
from mirror.jobs.host import Host, RunContext
from mirror.jobs.run_metrics import RunHeader
from mirror.jobs.stream_job import StreamJob
from mirror.jobs.streams.stream_run import StreamReport, StreamRun
from mirror.outputs import Output
from mirror.outputs.coach_keys import keys_from
from mirror.outputs.instance_folder import InstanceFolder, instances_path
from mirror.parsers.catalogue import AnyKind
from mirror.process import termination
from mirror.process.native_output import native_output_on_stderr
from mirror.stream import inputs, targets
from mirror.stream.run_facts import RunFacts
from pipeline.sources import Source
from pipeline.sources.network.address import named as named_address
from pipeline.stage_timer import StageTimer
from pipeline.targets.claims import Claims, claimed

if TYPE_CHECKING:
    from mirror.coach.feedback.coaching import Coaching

_AGE_S = 0.5  # of frames that are parsed yet, where frames may be dropped


def run_stream(job: StreamJob, host: Host) -> StreamReport:
    """Carry a job out, until its input ends, its reader leaves, or somebody ends it.

    Raises:
        PipelineError: something of it cannot be; says why.
        Whatever a parser raises.
    """
    places = targets_of(job)
    if is_transparent(job.settings.overlay):
        raise ConfigError(
            "effect.remove_not_in_stream",
            "a stream cannot be transparent: use the effect green there, or replace",
        )
    with contextlib.redirect_stdout(sys.stderr) if host.has_data_on_stdout else _unchanged():
        engine = host.engine or Engine.of(job.settings)
    targets.check(places, job.out_pix_fmt)
    files = [place.file for place in places if place.file is not None]
    folders = [] if job.instances is None else [instances_path(job.instances)]
    coaching = coaching_of(job.coach)
    read = [*inputs.paths_of(job.source), *host.also_read, *coach_files(job.coach)]
    with claimed([*files, *folders], read, job.overwrite, termination.held) as claims:
        wanted = _wanted(job)
        source = termination.interruptible(lambda: inputs.open_input(job.source, wanted), "opening")
        with source:
            run = _run(job, host, engine, source, places, claims, coaching)
            with _apart_from_data() if host.has_data_on_stdout else _unchanged():
                return run()


def targets_of(job: StreamJob) -> list[targets.Target]:
    """Return the places that a job writes to."""
    found = [targets.Target.of(text, job.out_format) for text in job.out or ("-",)]
    if job.results is not None:
        found.append(targets.Target("jsonl", job.results, "--results"))
    return found


def _run(
    job: StreamJob,
    host: Host,
    engine: Engine,
    source: Source,
    places: Sequence[targets.Target],
    claims: Claims,
    coaching: Coaching | None,
) -> StreamRun:
    timer, settings = StageTimer(), job.settings
    renderer = renderer_of(engine.style, engine.kind.parts, settings.overlay, timer, coaching)
    offer = targets.Offer(
        source,
        job.fps,
        engine.kind.name,
        engine.kind.parts,
        engine.style.palette,
        renderer,
        encoding_of(settings.video),
        job.out_pix_fmt,
        settings.overlay.side_by_side,
        job.rle,
        job.fill,
        keys_from(coaching),
    )

    def open_outputs(facts: RunFacts) -> list[Output]:
        more = host.consumers(RunContext(engine, source, renderer))
        if job.instances is not None:
            maps = InstanceFolder(claims.folder(instances_path(job.instances)))
            more = [*more, maps]
        if coaching is not None and job.speak:
            more = [*more, spoken(coaching)]
        if job.vmc is not None:
            from mirror.outputs.vmc.vmc_sender import VmcSender  # few runs need it

            more = [*more, VmcSender(job.vmc, job.vmc_calibration)]
        first = [] if coaching is None else [coaching]  # the others show what it says
        return [*first, *more, *targets.open_outputs(places, offer, claims, facts)]

    named = " and ".join(place.place for place in places)
    read = host.source_name or named_address(job.source or "standard input")
    return StreamRun(
        source,
        _kind_for(engine.kind, settings, source),
        settings.parser,
        open_outputs,
        RunHeader(read, named, engine.kind.name, engine.workers, engine.threads, engine.why),
        (job.max_age or _AGE_S) if source.is_live else None,
        timer=timer,
        cancellation=host.cancellation,
    )


def _kind_for(kind: AnyKind, settings: Config, source: Source) -> AnyKind:
    """The parser; its masks are carried where that is asked for, and frames will not wait."""
    if settings.overlay.timing != "carried" or not source.is_live:
        return kind
    return CarriedParser.of(kind, settings.parser)


def _wanted(job: StreamJob) -> inputs.Wanted:
    is_live = job.live or job.max_age is not None
    limits = limits_of(job.settings.input)
    return inputs.Wanted(
        job.in_format, job.size, job.pix_fmt, job.fps, is_live, job.realtime, limits
    )


@contextlib.contextmanager
def _apart_from_data() -> Iterator[None]:
    """Let what anything else prints go to standard error."""
    with native_output_on_stderr(), contextlib.redirect_stdout(sys.stderr):
        yield


def _unchanged() -> contextlib.nullcontext[None]:
    return contextlib.nullcontext()
