"""N threads that parse, each with a parser of its own, and what happens when one is lost."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from pipeline.concurrency.thread_group import ThreadGroup
from pipeline.errors import PoolClosed
from pipeline.pool.fair_queue import FairQueue, ServiceClass
from pipeline.pool.task import Owner, Parse, Task, TaskLine
from pipeline.pool.worker_loss import WorkerLoss
from pipeline.pool.worker_registry import Worker, WorkerRegistry

Plan = TypeVar("Plan")  # what prepare says about a frame
Raw = TypeVar("Raw")  # what a worker makes of it


class Workers(Generic[Plan, Raw]):
    """Parses the tasks of any number of instances, in the order of a fair queue.

    A worker that takes too long over a frame, or breaks down, is given up: its frame is its owner's
    to answer for, and another worker takes its place. Who waits or works looks after the others, so
    that it takes no thread, and no time where nobody is there.

    Args:
        make_parser: builds one parser; called on the thread that will use it.
        count: how many threads parse.
        load_limit_s: how long that may take.
        replaces: whether a lost worker is replaced. If not, the first loss ends everything.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        make_parser: Callable[[], Parse[Plan, Raw]],
        count: int,
        load_limit_s: float | None,
        replaces: bool,
        clock: Callable[[], float],
    ) -> None:
        self.clock, self.count, self.load_limit_s = clock, count, load_limit_s
        self._make_parser, self._replaces = make_parser, replaces
        self._threads = ThreadGroup()
        self._lock = threading.Lock()
        self._filled = threading.Condition(self._lock)
        # guarded by _lock, as are all below
        self._queue: FairQueue[Owner[Plan, Raw], Task[Plan, Raw]] = FairQueue()
        self._registry: WorkerRegistry[Plan, Raw] = WorkerRegistry()
        self._active = count
        self._restarted = 0
        self._is_open = False
        self._failure: BaseException | None = None

    # the owner's thread

    def start(self) -> None:
        """Start the threads."""
        with self._lock:
            self._is_open = True
        for _ in range(self.count):
            self._start_one(is_replacement=False)

    def close(self) -> None:
        """Take no more, and let every idle worker go. Any thread may call it, many times."""
        with self._lock:
            self._is_open = False
            self._filled.notify_all()

    def stop(self, within_s: float) -> tuple[str, ...]:
        """Close, and join all threads; return the names of those that still run."""
        self.close()
        with self._lock:
            hung = set(self._registry.hung) if self._replaces else set[str]()
        return self._threads.stop(within_s, expect_none_of=hung)

    def take_failure(self) -> BaseException | None:
        """Return what ended all, and forget it: its traceback holds all that was at work."""
        with self._lock:
            failure, self._failure = self._failure, None
        return failure

    # the threads of lanes

    def join(self, owner: Owner[Plan, Raw], service: ServiceClass) -> TaskLine[Plan, Raw]:
        """Return a place for an owner's tasks to wait. Where all has failed, the owner fails, too.

        Raises:
            PoolClosed: nobody works.
        """
        with self._lock:
            line, failure, is_open = self._queue.open(owner, service), self._failure, self._is_open
            if not is_open:
                self._queue.close(line)
        if failure is not None:
            owner.fail(failure)
        elif not is_open:
            raise PoolClosed(
                "pool.not_open", "no worker runs: a lane is opened in its pool's with block"
            )
        return line

    def put(
        self,
        line: TaskLine[Plan, Raw],
        task: Task[Plan, Raw],
        begin_by: float = math.inf,
    ) -> None:
        """Hand in a task, not to be begun after a time; it is let go of where the line has left."""
        with self._lock:
            if self._queue.push(line, task, begin_by):
                self._filled.notify()

    def leave(self, line: TaskLine[Plan, Raw]) -> None:
        """Forget what waits; what is in a worker is finished there. May be called again."""
        with self._lock:
            self._queue.close(line)

    @property
    def active(self) -> int:
        """How many workers parse at the same time, at most."""
        return self._active

    def set_active(self, count: int) -> None:
        """Let so many parse at the same time; the others keep their parsers, and wait.

        Raises:
            ValueError: there are not so many.
        """
        if not 1 <= count <= self.count:
            raise ValueError(f"1 to {self.count} workers can be active, got {count}")
        with self._lock:
            self._active = count
            self._filled.notify_all()

    def look_after(self) -> None:
        """Give up whoever takes too long, and what nobody began in time."""
        now = self.clock()
        with self._lock:
            expired, hung = self._queue.expire(now), self._give_up_hung(now)
        self._report(expired, hung)

    def instances(self) -> list[Owner[Plan, Raw]]:
        """Return whose tasks are taken at present."""
        with self._lock:
            return [line.owner for line in self._queue.lines]

    def counts(self) -> Mapping[str, int]:
        """Return how many workers there are, parse and were replaced, and tasks wait and began."""
        with self._lock:
            return {
                "workers": len(self._registry),
                "busy": self._registry.busy,
                "restarted": self._restarted,
                "queued": len(self._queue),
                "taken": self._queue.turns,
            }

    @property
    def has_ended(self) -> bool:
        """Whether nobody will parse any more, because of what went wrong."""
        return self._failure is not None

    @property
    def lost(self) -> tuple[str, ...]:
        """The names of the workers that hung or broke down."""
        with self._lock:
            return tuple(self._registry.lost)

    # a worker's thread

    def _work(self, worker: Worker[Plan, Raw]) -> None:
        try:
            parse = self._make_parser()
        except BaseException as error:
            error.add_note(f"raised in the thread {worker.name!r}")
            self._lose(worker, error)
            return
        if self._release(worker):
            while self._parse_next(worker, parse):
                pass

    def _parse_next(self, worker: Worker[Plan, Raw], parse: Parse[Plan, Raw]) -> bool:
        """Parse one frame; False where there will be no more for this worker."""
        task = self._take(worker)  # a name of this call's: nothing is held while the next waits
        if task is None:
            return False
        try:
            raw = task.owner.parse(parse, task)
        except Exception as error:
            error.add_note(f"raised in the thread {worker.name!r}")
            if is_ours := self._release(worker):
                task.owner.broke(task, error)
            return is_ours
        except BaseException as error:
            error.add_note(f"raised in the thread {worker.name!r}")
            self._lose(worker, error)
            return False
        if is_ours := self._release(worker):
            task.owner.parsed(task, raw)
        return is_ours

    def _take(self, worker: Worker[Plan, Raw]) -> Task[Plan, Raw] | None:
        """Wait for the task whose turn it is; None once there will be no more."""
        while True:
            with self._lock:
                while self._is_open and not (self._queue and self._may_begin()):
                    self._filled.wait()
                if not self._is_open:
                    return None
                now = self.clock()
                expired, hung = self._queue.expire(now), self._give_up_hung(now)
                if (turn := self._queue.pop()) is not None:
                    self._registry.begin(worker, *turn, now)
            if expired or hung:
                self._report(expired, hung)
            if turn is not None:
                return turn[1]

    def _may_begin(self) -> bool:
        return self._active >= self.count or self._registry.busy < self._active

    def _release(self, worker: Worker[Plan, Raw]) -> bool:
        """Say that a worker is free again; False where it was given up in the meantime."""
        with self._lock:
            line = worker.line
            is_ours = self._registry.end(worker)
            if is_ours and line is not None:
                self._queue.finished(line)
            return is_ours

    # the loss of workers

    def _start_one(self, is_replacement: bool) -> None:
        with self._lock:
            worker = self._registry.add(self.load_limit_s, self.clock(), is_replacement)
        try:
            self._threads.start(worker.name, functools.partial(self._work, worker))
        except RuntimeError as error:  # there is no thread to be had
            self._lose(worker, error)

    def _report(
        self,
        expired: list[tuple[Owner[Plan, Raw], Task[Plan, Raw]]],
        hung: list[WorkerLoss[Plan, Raw]],
    ) -> None:
        for owner, task in expired:
            owner.overdue(task)
        for loss in hung:
            self._make_good(loss)

    def _lose(self, worker: Worker[Plan, Raw], error: BaseException) -> None:
        with self._lock:
            loss = self._give_up(worker, error, still_runs=False)
        if loss is not None:  # else somebody else was faster
            self._make_good(loss)

    def _give_up_hung(self, now: float) -> list[WorkerLoss[Plan, Raw]]:
        if now < self._registry.looks_at:
            return []
        given_up = (
            self._give_up(worker, worker.overrun(now), still_runs=True)
            for worker in self._registry.overrun(now)
        )
        return [loss for loss in given_up if loss is not None]

    def _give_up(
        self, worker: Worker[Plan, Raw], error: BaseException, still_runs: bool
    ) -> WorkerLoss[Plan, Raw] | None:
        task, line = worker.task, worker.line
        if not self._registry.give_up(worker, still_runs):
            return None
        goes_on = self._replaces and len(self._registry.hung) <= self.count
        if task is not None and line is not None:
            task.is_lost = True
            self._queue.finished(line)
            self._filled.notify()  # its place among the active is free
            self._restarted += goes_on
        else:  # what cannot be built is not tried again
            goes_on = goes_on and worker.is_replacement and len(self._registry) > 0
        return WorkerLoss(worker.name, task, error, goes_on)

    def _make_good(self, loss: WorkerLoss[Plan, Raw]) -> None:
        """Let the frame's owner know, and put another worker in the place of the lost one."""
        if not loss.goes_on:
            self._fail(loss.error)
        elif loss.task is not None:
            loss.task.owner.lost(loss.task, loss.as_told())
            self._start_one(is_replacement=True)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            if not self._is_open:
                return
            self._failure = error
            self._is_open = False
            self._filled.notify_all()
            instances = [line.owner for line in self._queue.lines]
        for owner in instances:
            owner.fail(error)
