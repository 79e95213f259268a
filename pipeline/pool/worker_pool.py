"""N workers with a parser of their own each, shared by any number of lanes.

    with WorkerPool(make_parser, workers=4) as pool:
        with pool.lane(frames, prepare=prepare, settle=settle) as results:
            for result in results:
                show(result.frame, result.parsing)

Each lane has its own source, order, limits and failures; they share the workers, and with them the
memory that the models take. ``FairQueue`` says whose frame is parsed next.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Generic, TypeVar

from pipeline.concurrency.thread_group import patience_s, raise_what_nobody_heard
from pipeline.errors import PoolClosed
from pipeline.frame import Frame
from pipeline.pool.client import Client
from pipeline.pool.fair_queue import ServiceClass
from pipeline.pool.lane import Lane
from pipeline.pool.lane_limits import LaneLimits
from pipeline.pool.workers import Workers
from pipeline.result import PoolStatistics

Plan = TypeVar("Plan")  # what prepare says about a frame
Raw = TypeVar("Raw")  # what a worker makes of it
Parsing = TypeVar("Parsing")  # what settle makes of that

_USUAL_LIMITS = LaneLimits()


class WorkerPool(Generic[Plan, Raw]):
    """Threads that parse for whoever opens a lane.

    Entering the block starts the workers; leaving it ends the lanes that are still open with
    PoolClosed, and joins the workers. A worker that hangs over a frame, or breaks down, is replaced
    by another with a parser of its own. Its frame fails, in its own lane only. The pool ends where
    a parser cannot be built in the first place, or more workers hang at once than it has.

    Args:
        make_parser: builds one worker's parser, on that worker's thread.
        workers: threads that parse.
        load_limit_s: how long building a parser may take.
        stop_within_s: how long leaving the block may wait for the threads; see LaneLimits.
        replaces_lost: whether a lost worker is replaced; if not, the first loss ends the pool.
        clock: monotonic seconds.

    Raises:
        ValueError: there are no workers.
    """

    def __init__(
        self,
        make_parser: Callable[[], Callable[[Frame, Plan], Raw]],
        *,
        workers: int = 1,
        load_limit_s: float | None = None,
        stop_within_s: float = 5.0,
        replaces_lost: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if workers < 1:
            raise ValueError(f"a pool has 1 worker or more, got {workers}")
        self._workers: Workers[Plan, Raw] = Workers(
            make_parser, workers, load_limit_s, replaces_lost, clock
        )
        self._stop_within_s = stop_within_s
        self._numbers = itertools.count(1)
        self._is_entered = False
        self._left_behind: tuple[str, ...] = ()

    def __enter__(self) -> WorkerPool[Plan, Raw]:
        if self._is_entered:
            raise RuntimeError("a pool runs once; make another for another run")
        self._is_entered = True
        try:
            self._workers.start()
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
        left_behind = self.stop(patience_s(kind, self._stop_within_s))
        failure = self.take_failure()
        if kind is None:
            stuck = [name for name in left_behind if name not in self._workers.lost]
            try:
                raise_what_nobody_heard(failure, stuck)
            finally:
                del failure

    def lane(
        self,
        source: Iterable[Frame],
        *,
        prepare: Callable[[Frame], Plan],
        settle: Callable[[Frame, Plan, Raw], Parsing],
        service: ServiceClass = "stream",
        limits: LaneLimits = _USUAL_LIMITS,
        on_parse_error: Callable[[Frame, Plan, Exception], Raw] | None = None,
        on_capture: Callable[[Frame], None] | None = None,
        on_overdue: Callable[[int | None], None] | None = None,
        name: str | None = None,
    ) -> Lane[Plan, Raw, Parsing]:
        """Return a lane: a ``with`` block over results in order. Any thread may call it.

        Args:
            source: an iterable of frames, read on a thread of the lane's. If it has ``is_live``
                set, the oldest waiting frame is dropped when the queue is full; otherwise the
                source waits.
            prepare: sees every taken frame in order; its answer goes to the worker with the frame.
            settle: sees every parsed frame in order, on a thread of the lane's; of a live source,
                on the consumer's.
            service: whose frames go first; FairQueue says how far.
            limits: what bounds the lane.
            on_parse_error: answers in a parser's place, on the worker's thread when it raises, on
                that of settle when the worker hung or broke down; the frame is counted as failed.
                Without it either ends the lane.
            on_capture: sees every frame that the source delivers, numbered, before any is dropped;
                on the source's thread. What it raises ends the lane.
            on_overdue: hears the sequence number of each frame that was dropped because nobody had
                begun it in time, at its place in the order; on the consumer's thread.
            name: what the lane's threads and statistics are called.

        The block raises PoolClosed where the pool does not run.
        """
        return Lane(
            self._workers,
            source,
            prepare=prepare,
            settle=settle,
            service=service,
            limits=limits,
            on_parse_error=on_parse_error,
            on_capture=on_capture,
            on_overdue=on_overdue,
            name=f"lane-{next(self._numbers)}" if name is None else name,
        )

    def client(
        self,
        *,
        service: ServiceClass = "interactive",
        parse_limit_s: float | None = None,
        name: str | None = None,
    ) -> Client[Plan, Raw]:
        """Return a client: a ``with`` block to ask about single frames. Any thread may call it.

        Args:
            service: whose frames go first; FairQueue says how far.
            parse_limit_s: a worker that takes longer over a frame is given up.
            name: what the client is called in errors.

        The block raises PoolClosed where the pool does not run.
        """
        name = f"client-{next(self._numbers)}" if name is None else name
        return Client(self._workers, service, parse_limit_s, name)

    def look_after(self) -> None:
        """Give up workers that take too long, and frames that are overdue. Any thread may call it.

        Whoever iterates over a lane does so, and workers do it between two frames. Where nobody
        iterates and every worker may hang, somebody has to call this now and then.
        """
        self._workers.look_after()

    def statistics(self) -> PoolStatistics:
        """Return a snapshot. Any thread may call it, during the run and after."""
        lanes = [lane for lane in self._workers.instances() if isinstance(lane, Lane)]
        counts = self._workers.counts()
        return PoolStatistics(
            lanes=tuple(lane.statistics() for lane in lanes),
            workers=counts["workers"],
            active=self._workers.active,
            busy=counts["busy"],
            restarted=counts["restarted"],
            lost=self._workers.lost,
            queued=counts["queued"],
            taken=counts["taken"],
            left_behind=self._left_behind,
        )

    @property
    def has_ended(self) -> bool:
        """Whether nobody will parse any more, because of what went wrong. Any thread may ask."""
        return self._workers.has_ended

    def set_active_workers(self, count: int) -> None:
        """Let so many workers parse at the same time. Any thread may call it, at any time.

        The others wait with their parsers loaded: it saves CPU time, no memory, and is undone at
        once. Who parses now goes on with that frame. Lanes whose ``in_flight`` goes by the workers
        have fewer frames on their way, too. The results and their order stay as they are.

        Raises:
            ValueError: the pool has not so many.
        """
        self._workers.set_active(count)
        for lane in self._workers.instances():
            if isinstance(lane, Lane):
                lane.refit()

    def close(self) -> None:
        """End all lanes and workers without waiting. Any thread may call it, many times."""
        self._workers.close()
        for lane in self._workers.instances():
            lane.fail(
                PoolClosed(
                    "pool.closed", "the pool was closed while a lane was open; nothing is parsed"
                )
            )

    def stop(self, within_s: float) -> tuple[str, ...]:
        """Close, and join the workers; return the names of those that still run."""
        self.close()
        self._left_behind = self._workers.stop(within_s)
        return self._left_behind

    def take_failure(self) -> BaseException | None:
        """Return what ended the pool, and forget it: its traceback holds what was at work."""
        return self._workers.take_failure()
