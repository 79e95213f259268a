"""Single frames through a pool's workers, each for itself: asked for, and answered by a future."""

from __future__ import annotations

import math
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.errors import FrameOverdue, PipelineError, PoolClosed
from pipeline.frame import Frame
from pipeline.pool.fair_queue import ServiceClass
from pipeline.pool.task import Parse, Task, TaskLine
from pipeline.pool.workers import Workers

Plan = TypeVar("Plan")  # what the workers are told about a frame
Raw = TypeVar("Raw")  # what a worker makes of it


@dataclass(frozen=True, slots=True, eq=False)
class Answer(Generic[Raw]):
    """What a worker made of one frame.

    Attributes:
        raw: as the parser returned it.
        wait_s: seconds between asking and the worker's beginning.
        parse_s: seconds that the parser took.
    """

    raw: Raw
    wait_s: float
    parse_s: float


class Client(Generic[Plan, Raw]):
    """Asks a pool about single frames. ``WorkerPool.client`` makes one; it is a ``with`` block.

    It has no threads, no order and no past: a frame is answered as soon as a worker is done with
    it. All its frames wait in one line, so that clients take turns however much each of them asks.
    Any thread may call it.
    """

    def __init__(
        self,
        workers: Workers[Plan, Raw],
        service: ServiceClass,
        parse_limit_s: float | None,
        name: str,
    ) -> None:
        self.name, self.service, self.parse_limit_s = name, service, parse_limit_s
        self._workers = workers
        self._lock = threading.Lock()
        self._line: TaskLine[Plan, Raw] | None = None  # guarded by _lock, as are all below
        self._asked: dict[int, Future[Answer[Raw]]] = {}
        self._tickets = 0
        self._is_closed = False

    def __enter__(self) -> Client[Plan, Raw]:
        self._line = self._workers.join(self, self.service)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(
        self, frame: Frame, plan: Plan, begin_within_s: float | None = None
    ) -> Future[Answer[Raw]]:
        """Ask for one frame; the future has the answer, or what went wrong.

        What is cancelled before a worker began it is passed over.

        Args:
            frame: the frame.
            plan: what the worker is told about it.
            begin_within_s: where no worker has begun it by then, the answer is FrameOverdue.

        Raises:
            PoolClosed: the client, or its pool, is closed.
        """
        future: Future[Answer[Raw]] = Future()
        now = self._workers.clock()
        with self._lock:
            if self._line is None or self._is_closed:
                raise self._closed()
            self._tickets += 1
            task: Task[Plan, Raw] = Task(self, self._tickets, frame, plan, now, now)
            self._asked[task.ticket] = future
            line = self._line
        self._workers.put(line, task, math.inf if begin_within_s is None else now + begin_within_s)
        if self._is_closed:  # closed between the two: what was put then is let go of
            self._fail_all(self._closed())
        return future

    @property
    def asked(self) -> int:
        """Frames that are not answered yet."""
        with self._lock:
            return len(self._asked)

    def close(self) -> None:
        """Answer whatever waits with PoolClosed; any thread may call it, many times."""
        with self._lock:
            line, self._is_closed = self._line, True
        if line is not None:
            self._workers.leave(line)
        self._fail_all(self._closed())

    # what the workers ask and tell, on any thread

    def parse(self, parse: Parse[Plan, Raw], task: Task[Plan, Raw]) -> Raw:
        """Parse a frame; what the parser raises is that frame's answer, and nobody else's."""
        with self._lock:
            future = self._asked.get(task.ticket)
        if future is None or not future.set_running_or_notify_cancel():
            self._take(task)
        else:
            return parse(task.frame, task.plan)
        return None  # type: ignore[return-value]  # nobody is there to look at it

    def parsed(self, task: Task[Plan, Raw], raw: Raw) -> None:
        """Answer for a frame that a worker has finished."""
        now = self._workers.clock()
        if (future := self._take(task)) is not None:
            future.set_result(Answer(raw, task.began_at - task.taken_at, now - task.began_at))

    def lost(self, task: Task[Plan, Raw], error: PipelineError) -> None:
        """Answer for a frame whose worker was lost."""
        self.broke(task, error)

    def broke(self, task: Task[Plan, Raw], error: Exception) -> None:
        """Answer for a frame that the parser raised over."""
        if (future := self._take(task)) is not None:
            future.set_exception(error)

    def overdue(self, task: Task[Plan, Raw]) -> None:
        """Answer for a frame that no worker has begun in time."""
        if (future := self._take(task)) is not None:
            waited_s = self._workers.clock() - task.taken_at
            error = FrameOverdue(
                "frame.not_begun",
                "no worker was free for {name} within {limit_s:.1f} s",
                name=str(task),
                limit_s=waited_s,
            )
            _refuse(future, error)

    def fail(self, error: BaseException) -> None:
        """Answer for everything that waits: the pool has ended."""
        with self._lock:
            self._is_closed = True
        self._fail_all(error)

    def _fail_all(self, error: BaseException) -> None:
        with self._lock:
            asked, self._asked = list(self._asked.values()), {}
        for future in asked:
            _refuse(future, error)

    def _closed(self) -> PoolClosed:
        return PoolClosed(
            "pool.client_closed", "{name} was closed; nothing is parsed for it", name=self.name
        )

    def _take(self, task: Task[Plan, Raw]) -> Future[Answer[Raw]] | None:
        with self._lock:
            return self._asked.pop(task.ticket, None)


def _refuse(future: Future[Answer[Raw]], error: BaseException) -> None:
    """Set an error, unless somebody has cancelled what no worker has begun."""
    if future.running() or future.set_running_or_notify_cancel():
        future.set_exception(error)
