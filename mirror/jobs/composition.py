"""Joins things up: settings, a source and a kind of parser into a flow. Knows all the others."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import cv2

from mirror.core import machine
from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.core.settings import (
    Auto,
    ConfigError,
    InputConfig,
    OverlayConfig,
    ParserConfig,
    VideoConfig,
    most_threads,
)
from mirror.jobs.worker_choice import MOST_WORKERS, WorkerChoice, fastest_known
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.cpu_budget import paced
from mirror.parsers.nothing import empty
from mirror.rendering.cached_renderer import CachedRenderer
from mirror.rendering.overlay import OverlayRenderer, Style
from mirror.rendering.renderer import Chain, Renderer
from mirror.rendering.side_by_side import SideBySide
from pipeline.flow import Flow, Limits
from pipeline.frame import Frame
from pipeline.media.input_limits import MEGA, InputLimits
from pipeline.sinks.video import Encoding
from pipeline.sources import Source
from pipeline.stage_timer import StageTimer

if TYPE_CHECKING:
    from mirror.coach.feedback.coaching import Coaching

TRANSPARENT = "remove"  # the effect that leaves no background
_MOVES_PEOPLE = "framing"  # the effect after which people are elsewhere in the picture
_FAILED = object()  # stands for what a worker would have made of a frame
_FLOW_LIMITS = Limits()
_LOAD_LIMIT_S = 120.0  # a first run of M2FP makes its graph, which takes up to a minute
_OWN_MEMORY_MB = 150  # what a run takes besides its workers' models: frames, decoder, encoder


class NoSuchCount(ConfigError):
    """So many workers, or threads of each, cannot be."""


class NotEnoughMemory(ConfigError):
    """So many workers' models do not fit into what is free."""


def shared_out(workers: int | Auto, threads: int | Auto) -> tuple[int, int]:
    """Return how many threads parse, and how many each of them computes with.

    Many workers of one thread beat one worker of many: nothing waits at the end of every layer.
    But no more than ``MOST_WORKERS`` where nobody asks for more.

    Raises:
        ConfigError: one of them is not between 1 and four times the cores.
    """
    _check_count("workers", workers)
    _check_count("threads", threads)
    cores = machine.cores()
    each = 1 if threads == "auto" else threads
    count = max(1, min(cores // each, MOST_WORKERS)) if workers == "auto" else workers
    return count, max(1, cores // count) if threads == "auto" else threads


def choose_workers(config: ParserConfig) -> WorkerChoice:
    """Return how many threads parse, how many each of them computes with, and why.

    Where nobody says so: what ``mirror tune`` found to be the fastest here, else one a core,
    ``MOST_WORKERS`` at most.

    Raises:
        ConfigError: as ``shared_out``.
    """
    workers, threads = shared_out(config.workers, config.threads)
    if config.workers != "auto":
        return WorkerChoice(workers, threads, "asked", "as asked")
    known = fastest_known(config) if config.threads == "auto" else None
    if known is not None:
        return known.choice
    return WorkerChoice(workers, threads, "cores", "by the number of cores")


def _check_count(what: str, count: int | Auto) -> None:
    if count != "auto" and not 1 <= count <= most_threads():
        raise NoSuchCount(
            "workers.out_of_range",
            "{what} is a whole number from 1 to {most} (four for each core), or auto, got {count}",
            what=what,
            most=most_threads(),
            count=count,
        )


def check_memory(kind: AnyKind, workers: int, free_mb: int) -> None:
    """Refuse a run that would not fit, before the system kills something.

    Raises:
        NotEnoughMemory: says how many workers would fit.
    """
    needed_mb = _OWN_MEMORY_MB + workers * kind.worker_memory_mb
    if not kind.worker_memory_mb or needed_mb <= free_mb:
        return
    fit = max(0, (free_mb - _OWN_MEMORY_MB) // kind.worker_memory_mb)
    if fit:
        raise NotEnoughMemory(
            "memory.fewer_workers_fit",
            "{workers} workers of {parser} need about {needed} MB, {free} are free; {fit} "
            "would fit",
            workers=workers,
            parser=kind.name,
            needed=needed_mb,
            free=free_mb,
            fit=fit,
        )
    raise NotEnoughMemory(
        "memory.not_enough",
        "{workers} workers of {parser} need about {needed} MB, {free} are free; close other "
        "programs",
        workers=workers,
        parser=kind.name,
        needed=needed_mb,
        free=free_mb,
    )


def fitting_workers(kind: AnyKind, config: ParserConfig) -> WorkerChoice:
    """Return what ``choose_workers`` does, if that many fit into memory.

    Raises:
        ConfigError: as ``shared_out``.
        NotEnoughMemory: they do not; says how many workers would.
    """
    chosen = choose_workers(config)
    check_memory(kind, chosen.workers, machine.free_memory_mb())
    return chosen


def workers_for(kind: AnyKind, config: ParserConfig) -> tuple[int, int]:
    """Return how many threads parse, and how many each computes with, if their models fit.

    Raises:
        NotEnoughMemory: they do not; says how many workers would.
    """
    chosen = fitting_workers(kind, config)
    return chosen.workers, chosen.threads


def open_flow(
    source: Source,
    kind: AnyKind,
    workers: int,
    threads: int,
    config: ParserConfig,
    limits: Limits = _FLOW_LIMITS,
    clock: Callable[[], float] = time.monotonic,
    on_capture: Callable[[Frame], None] | None = None,
) -> Flow[Any, Any, Parsing]:
    """Return the flow that parses a source's frames; enter it to start.

    Keeps OpenCV to one thread in this process: the workers are the parallelism.
    """
    cv2.setNumThreads(1)
    settle = kind.make_settle()
    return Flow(
        source,
        make_parser=lambda: kind.make_parse(threads),
        prepare=paced(kind.make_prepare(source.is_live), config),
        settle=_skipping(settle) if config.skip_failures else settle,
        workers=workers,
        limits=dataclasses.replace(
            limits,
            parse_limit_s=config.parse_limit_s,
            load_limit_s=max(config.parse_limit_s, _LOAD_LIMIT_S),
        ),
        on_parse_error=(lambda _frame, _plan, _error: _FAILED) if config.skip_failures else None,
        on_capture=on_capture,
        clock=clock,
    )


def _skipping(settle: Callable[[Frame, Any, Any], Parsing]) -> Callable[[Frame, Any, Any], Parsing]:
    """Leave a frame empty that a worker failed on."""
    return lambda frame, plan, raw: empty(frame) if raw is _FAILED else settle(frame, plan, raw)


def style_of(parts: LabelSet, overlay: OverlayConfig) -> Style:
    """Return how a parser's parts are drawn.

    Raises:
        ConfigError: there is no such part or palette; says which comes nearest.
    """
    try:
        return Style.of(
            parts,
            palette=None if overlay.palette == "auto" else overlay.palette,
            opacity=overlay.opacity,
            parts=overlay.parts,
            outlines=overlay.outlines,
            labels=overlay.labels,
            landmarks=overlay.landmarks,
        )
    except ValueError as error:
        raise ConfigError("config.bad_style", "{reason}", reason=str(error)) from error


def renderer_of(
    style: Style,
    parts: LabelSet,
    overlay: OverlayConfig,
    timer: StageTimer,
    coaching: Coaching | None = None,
) -> Renderer:
    """Return what draws a run's pictures, once for all consumers of the run.

    What a coach says, if there is one, is drawn over everything else.

    Raises:
        ConfigError: there is no such effect, or an option is none that it can have; or one moves
            people away from where the coach would draw.
        SourceError: a file that an effect needs cannot be read.
    """
    renderer = drawing_of(style, parts, overlay)
    if coaching is not None:
        check_with_coach(overlay)
        from mirror.rendering.coach.coach_renderer import CoachRenderer  # few runs need it

        renderer = Chain([renderer, CoachRenderer(coaching.of, parts)])
    return CachedRenderer(SideBySide(renderer) if overlay.side_by_side else renderer, timer)


def check_with_coach(overlay: OverlayConfig) -> None:
    """Refuse what a coach cannot draw over.

    Raises:
        ConfigError: an effect moves people away from where it would draw.
    """
    if any(effect.partition(":")[0] == _MOVES_PEOPLE for effect in overlay.effects):
        raise ConfigError(
            "effect.framing_not_with_coach",
            "the coach draws where people are, and the effect framing moves them; leave one of the "
            "two out",
        )


def drawing_of(style: Style, parts: LabelSet, overlay: OverlayConfig) -> Renderer:
    """Return what draws one picture: parts, or the effects that are asked for instead.

    Raises:
        as ``renderer_of``.
    """
    drawn: Renderer = OverlayRenderer(style)
    if overlay.effects:
        from mirror.rendering.effects.registry import renderer_with  # few runs need it

        drawn = renderer_with(overlay.effects, drawn, parts)
    return drawn


def encoding_of(video: VideoConfig, overlay: OverlayConfig | None = None) -> Encoding:
    """Return how videos are encoded.

    Args:
        video: what is asked for.
        overlay: what is drawn, which may be transparent; None: nothing that is.
    """
    return Encoding(
        codec=None if video.codec == "auto" else video.codec,
        quality=video.quality,
        preset=video.preset,
        container=None if video.container == "auto" else video.container,
        transparent=overlay is not None and is_transparent(overlay),
    )


def is_transparent(overlay: OverlayConfig) -> bool:
    """Whether what is drawn has no background."""
    return TRANSPARENT in overlay.effects


def limits_of(config: InputConfig) -> InputLimits:
    """Return how large what comes in may be."""
    return InputLimits(
        pixels=round(config.max_megapixels * MEGA),
        jpeg_bytes=round(config.max_jpeg_megabytes * (1 << 20)),
    )
