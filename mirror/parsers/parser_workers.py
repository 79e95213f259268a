"""A parser's workers: N model copies on threads, for single pictures and videos alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

import cv2

from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.cpu_budget import paced
from mirror.parsers.nothing import empty
from pipeline.concurrency.closeable import Closeable
from pipeline.frame import Frame
from pipeline.pool.client import Answer, Client
from pipeline.pool.fair_queue import ServiceClass
from pipeline.pool.lane import Lane
from pipeline.pool.lane_limits import LaneLimits
from pipeline.pool.worker_pool import WorkerPool
from pipeline.result import PoolStatistics
from pipeline.sources import Source

ParserLane = Lane[Any, Any, Parsing]  # what its plans are like is each parser's own affair
OnFailed = Callable[[Frame, Exception], object]

_USUAL_LIMITS = LaneLimits()
_ALONE = object()  # the plan of a picture that has no past: the worker plans for itself
_FAILED = object()  # stands for what a worker would have made of a frame
_LOAD_LIMIT_S = 120.0  # a first run of M2FP makes its graph, which takes up to a minute


class ParserWorkers:
    """Threads that parse with one kind of parser; a ``with`` block, see ``WorkerPool``.

    Keeps OpenCV to one thread in this process: the workers are the parallelism.
    """

    def __init__(self, kind: AnyKind, workers: int, threads: int, config: ParserConfig) -> None:
        self._kind, self._config = kind, config
        self._pool: WorkerPool[Any, Any] = WorkerPool(
            lambda: _worker(kind, threads),
            workers=workers,
            load_limit_s=max(config.parse_limit_s, _LOAD_LIMIT_S),
        )

    def __enter__(self) -> ParserWorkers:
        cv2.setNumThreads(1)
        self._pool.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.__exit__(kind, error, traceback)

    def pictures(self, frames: Iterable[Frame]) -> ParserLane:
        """Return a lane in which every frame is parsed as if there were no other."""
        return self._lane(frames, lambda _: _ALONE, lambda _frame, _plan, parsing: parsing)

    def video(
        self,
        source: Source,
        service: ServiceClass = "stream",
        limits: LaneLimits = _USUAL_LIMITS,
        on_overdue: Callable[[int | None], None] | None = None,
        on_failed: OnFailed | None = None,
    ) -> ParserLane:
        """Return a lane in which people keep their ids from frame to frame.

        Args:
            source: the frames; one that is live is prepared for as such, whatever the limits say.
            service: whose frames go first.
            limits: what bounds the lane; ``parse_limit_s`` is the parser's own.
            on_overdue: see ``WorkerPool.lane``.
            on_failed: is told of every frame that a step raises on, or that a worker is lost over,
                before its result comes, which has nobody in it; the lane then goes on. On any
                thread. None: the lane ends, unless the parser's settings skip failures.
        """
        prepare = paced(self._kind.make_prepare(source.is_live), self._config)
        settle = self._kind.make_settle()
        if on_failed is not None:
            prepare, settle = _Prepared(prepare), _settling(settle, on_failed)
        return self._lane(source, prepare, settle, service, limits, on_overdue, on_failed)

    def between(
        self,
        source: Source,
        prepare: Callable[[Frame], Any],
        settle: Callable[[Frame, Any, Any], Any],
        service: ServiceClass = "batch",
    ) -> Lane[Any, Any, Any]:
        """Return a lane of which only the workers are the parser's; see ``ParserKind``.

        Where failures are skipped, a frame that the parser fails on comes out as one without
        anybody, whatever ``settle`` returns.

        Args:
            source: the frames.
            prepare: the step before the workers; has to plan as the kind's own does.
            settle: the step after them.
            service: whose frames go first.
        """
        return self._lane(source, prepare, settle, service)

    def client(self, name: str, service: ServiceClass = "interactive") -> PictureClient:
        """Return a client that asks about single pictures: a ``with`` block."""
        limit_s = self._config.parse_limit_s
        return PictureClient(self._pool.client(service=service, parse_limit_s=limit_s, name=name))

    def look_after(self) -> None:
        """Give up workers that hang; see ``WorkerPool.look_after``."""
        self._pool.look_after()

    @property
    def has_ended(self) -> bool:
        """Whether nobody will parse any more, because of what went wrong."""
        return self._pool.has_ended

    def statistics(self) -> PoolStatistics:
        """Return a snapshot of the workers."""
        return self._pool.statistics()

    def _lane(
        self,
        source: Iterable[Frame],
        prepare: Callable[[Frame], Any],
        settle: Callable[[Frame, Any, Any], Parsing],
        service: ServiceClass = "stream",
        limits: LaneLimits = _USUAL_LIMITS,
        on_overdue: Callable[[int | None], None] | None = None,
        on_failed: OnFailed | None = None,
    ) -> ParserLane:
        def answer(frame: Frame, _plan: Any, error: Exception) -> Any:  # noqa: ANN401
            if on_failed is not None:
                on_failed(frame, error)
            return _FAILED

        def settled(frame: Frame, plan: Any, raw: Any) -> Parsing:  # noqa: ANN401
            return empty(frame) if raw is _FAILED else settle(frame, plan, raw)

        goes_on = on_failed is not None or self._config.skip_failures
        return self._pool.lane(
            source,
            prepare=prepare,
            settle=settled,
            service=service,
            limits=replace(limits, parse_limit_s=self._config.parse_limit_s),
            on_parse_error=answer if goes_on else None,
            on_overdue=on_overdue,
        )


class PictureClient:
    """Asks about single pictures, each as if there were no other. See ``pipeline.pool.client``."""

    def __init__(self, client: Client[Any, Parsing]) -> None:
        self._client = client

    def __enter__(self) -> PictureClient:
        self._client.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def submit(self, frame: Frame, begin_within_s: float | None = None) -> Future[Answer[Parsing]]:
        """Ask for one picture; see ``Client.submit``."""
        return self._client.submit(frame, _ALONE, begin_within_s)


def parse_alone(kind: AnyKind, parse: Callable[[Frame, Any], Any], frame: Frame) -> Parsing:
    """Return the parsing of a single picture, on the caller's thread."""
    # prepare and settle are made anew: what they remember is another picture's
    prepare = kind.make_prepare(live=False)
    try:
        plan = prepare(frame)
        parsing: Parsing = kind.make_settle()(frame, plan, parse(frame, plan))
        return parsing
    finally:
        if isinstance(prepare, Closeable):
            prepare.close()


def _worker(kind: AnyKind, threads: int) -> Callable[[Frame, Any], Any]:
    parse = kind.make_parse(threads)

    def work(frame: Frame, plan: Any) -> Any:  # noqa: ANN401
        if isinstance(plan, _Unplanned):
            raise plan.error
        return parse_alone(kind, parse, frame) if plan is _ALONE else parse(frame, plan)

    return work


@dataclass(frozen=True, slots=True)
class _Unplanned:
    """The plan of a frame that could not be prepared: its worker says so, in its turn."""

    error: Exception


class _Prepared:
    """Goes on with the next frame where prepare raises."""

    def __init__(self, prepare: Callable[[Frame], Any]) -> None:
        self._prepare = prepare

    def __call__(self, frame: Frame) -> Any:  # noqa: ANN401
        try:
            return self._prepare(frame)
        except Exception as error:
            return _Unplanned(error)

    def close(self) -> None:
        """See ``Closeable``."""
        if isinstance(self._prepare, Closeable):
            self._prepare.close()


def _settling(
    settle: Callable[[Frame, Any, Any], Parsing], on_failed: OnFailed
) -> Callable[[Frame, Any, Any], Parsing]:
    def settled(frame: Frame, plan: Any, raw: Any) -> Parsing:  # noqa: ANN401
        try:
            return settle(frame, plan, raw)
        except Exception as error:
            on_failed(frame, error)
            return empty(frame)

    return settled
