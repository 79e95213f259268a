"""Source -> intake -> prepare -> N workers -> reorder -> settle, as one ``with`` block.

    with Flow.simple(frames, make_parser=lambda: parse, workers=4) as results:
        for result in results:
            show(result.frame, result.parsing)

What needs the past runs in order and is cheap: ``prepare`` before the workers, ``settle`` after
them. What is heavy runs out of order in the workers, each with a parser of its own. So the answer
does not depend on how many workers there are, and no worker waits for another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, TypeVar

from pipeline.concurrency.closeable import Closeable as Closeable
from pipeline.concurrency.thread_group import patience_s, raise_what_nobody_heard
from pipeline.frame import Frame
from pipeline.pool.lane import Lane
from pipeline.pool.lane_limits import LaneLimits
from pipeline.pool.worker_pool import WorkerPool
from pipeline.result import FlowStatistics, Result

Plan = TypeVar("Plan")  # what prepare says about a frame
Raw = TypeVar("Raw")  # what a worker makes of it
Parsing = TypeVar("Parsing")  # what settle makes of that


@dataclass(frozen=True, slots=True)
class Limits(LaneLimits):
    """What bounds a run: that of its one lane, and of its workers.

    A parse over ``parse_limit_s`` ends the run with StageStuck: no worker is replaced.

    Attributes:
        load_limit_s: building a parser that takes longer ends the run with StageStuck, too.
    """

    load_limit_s: float | None = None


class Flow(Generic[Plan, Raw, Parsing]):
    """Runs a source's frames through parsers on threads, and gives results back in order.

    A pool with one lane, which end together.

    Entering the block starts the threads; leaving it stops and joins them, whatever happened. An
    exception on any thread ends the iteration with that exception.

    Args:
        source: an iterable of frames, read on a thread of its own. If it has ``is_live`` set, the
            oldest waiting frame is dropped when the queue is full; otherwise the source waits.
        make_parser: builds one worker's parser, on that worker's thread.
        prepare: sees every taken frame in order; its answer goes to the worker with the frame.
        settle: sees every parsed frame in order, on a thread of its own, so that the next frame is
            settled while the consumer writes this one; of a live source, on the consumer's thread.
        workers: threads that parse, each with a parser of its own.
        limits: what bounds the run.
        on_parse_error: answers in a parser's place when it raises, and the frame is counted as
            failed; without it a parser's exception ends the run.
        on_capture: sees every frame that the source delivers, numbered, before any is dropped; on
            the source's thread.
        clock: monotonic seconds.

    Raises:
        ValueError: there are no workers.
    """

    def __init__(
        self,
        source: Iterable[Frame],
        make_parser: Callable[[], Callable[[Frame, Plan], Raw]],
        *,
        prepare: Callable[[Frame], Plan],
        settle: Callable[[Frame, Plan, Raw], Parsing],
        workers: int = 1,
        limits: Limits = Limits(),
        on_parse_error: Callable[[Frame, Plan, Exception], Raw] | None = None,
        on_capture: Callable[[Frame], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if workers < 1:
            raise ValueError(f"a flow has 1 worker or more, got {workers}")
        self._stop_within_s = limits.stop_within_s
        self._pool: WorkerPool[Plan, Raw] = WorkerPool(
            make_parser,
            workers=workers,
            load_limit_s=limits.load_limit_s,
            replaces_lost=False,
            clock=clock,
        )
        self._lane: Lane[Plan, Raw, Parsing] = self._pool.lane(
            source,
            prepare=prepare,
            settle=settle,
            limits=limits,
            on_parse_error=on_parse_error,
            on_capture=on_capture,
            name="",
        )
        self._is_entered = False

    @classmethod
    def simple(
        cls,
        source: Iterable[Frame],
        make_parser: Callable[[], Callable[[Frame], Raw]],
        *,
        workers: int = 1,
        limits: Limits = Limits(),
    ) -> Flow[None, Raw, Raw]:
        """Return a flow for a parser that needs one frame and nothing of the past."""

        def make() -> Callable[[Frame, None], Raw]:
            parse = make_parser()
            return lambda frame, _: parse(frame)

        return Flow(
            source,
            make,
            prepare=lambda _: None,
            settle=lambda _frame, _plan, raw: raw,
            workers=workers,
            limits=limits,
        )

    def __enter__(self) -> Flow[Plan, Raw, Parsing]:
        if self._is_entered:
            raise RuntimeError("a flow runs once; make another for another run")
        self._is_entered = True
        try:
            self._pool.__enter__()
            self._lane.__enter__()
        except BaseException as error:  # such as Ctrl-C: nobody else would stop the threads
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        give_up_at = time.monotonic() + patience_s(kind, self._stop_within_s)
        left_behind = self._pool.stop(give_up_at - time.monotonic())
        left_behind += self._lane.stop(max(0.0, give_up_at - time.monotonic()))
        self._pool.take_failure()  # the lane has the same one
        failure = self._lane.failure.take()
        if kind is None:
            try:
                raise_what_nobody_heard(failure, self._lane.stuck_among(left_behind))
            finally:
                del failure

    def __iter__(self) -> Iterator[Result[Parsing]]:
        if not self._is_entered:
            raise RuntimeError("a flow runs in a with block: with flow as results: for ...")
        return iter(self._lane)

    def statistics(self) -> FlowStatistics:
        """Return a snapshot. Any thread may call it, during the run and after."""
        lane, pool = self._lane.statistics(), self._pool.statistics()
        return FlowStatistics(
            captured=lane.captured,
            parsed=lane.parsed,
            failed=lane.failed,
            in_flight=lane.in_flight,
            busy=pool.busy,
            dropped=lane.dropped,
            left_behind=pool.left_behind + lane.left_behind,
        )

    @property
    def limits(self) -> LaneLimits:
        """What bounds the run now."""
        return self._lane.limits

    def set_limits(self, limits: LaneLimits) -> None:
        """Bound the run from now on like this: see ``Lane.set_limits``."""
        self._lane.set_limits(limits)

    def set_active_workers(self, count: int) -> None:
        """Let so many workers parse at the same time: see ``WorkerPool.set_active_workers``.

        Raises:
            ValueError: the flow has not so many.
        """
        self._pool.set_active_workers(count)

    def close(self) -> None:
        """End the iteration without waiting for anything. Any thread may call it, many times."""
        self._lane.close()
        self._pool.close()
