"""N threads that parse out of order, each with a parser of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.channel import Channel
from pipeline.errors import EndOfStream, StageStuck
from pipeline.frame import Frame
from pipeline.reorder import Reorder

Plan = TypeVar("Plan")  # what prepare says about a frame
Raw = TypeVar("Raw")  # what a worker makes of it

# Python does not look at a signal that comes just before a wait until that is over: Ctrl-C would
# be lost to whoever waits for a worker that is stuck
_LOOKS_UP_AFTER_S = 1.0


@dataclass(slots=True)
class Task(Generic[Plan]):
    """A frame on its way to a worker, with its place in the order and when it passed by."""

    ticket: int
    frame: Frame
    plan: Plan
    taken_at: float
    prepared_at: float
    began_at: float = 0.0

    def __str__(self) -> str:
        where = "" if self.frame.pts is None else f" (at {self.frame.time:.2f} s)"
        return f"frame {self.ticket}{where}"


@dataclass(frozen=True, slots=True)
class Parsed(Generic[Plan, Raw]):
    """A task that a worker has finished."""

    task: Task[Plan]
    raw: Raw
    parsed_at: float


class Workers(Generic[Plan, Raw]):
    """Takes tasks in any number of threads and gives them back in ticket order.

    Args:
        count: how many threads will call ``work``.
        in_flight: how many tasks there can be at once; nothing in here waits for room.
        make_parser: builds one parser; called on the thread that will use it.
        on_parse_error: answers in a parser's place when it raises.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        count: int,
        in_flight: int,
        make_parser: Callable[[], Callable[[Frame, Plan], Raw]],
        on_parse_error: Callable[[Frame, Plan, Exception], Raw] | None,
        clock: Callable[[], float],
    ) -> None:
        self._make_parser, self._on_parse_error = make_parser, on_parse_error
        self._clock = clock
        self._tasks: Channel[Task[Plan]] = Channel(in_flight)
        self._parsed: Channel[Parsed[Plan, Raw]] = Channel(in_flight)
        self._lock = threading.Lock()
        self._reorder: Reorder[Parsed[Plan, Raw]] = Reorder()  # guarded by _lock, as all below
        self._busy: dict[str, Task[Plan]] = {}  # the worker's name -> what it is parsing
        self._loading: dict[str, float] = {}  # the worker's name -> since when
        self._still_working = count
        self._parsed_count = self._failed_count = 0

    def put(self, task: Task[Plan]) -> None:
        """Hand in the next task. Raises Closed when the owner closed the channels."""
        self._tasks.put(task)

    def end(self) -> None:
        """Say that no more tasks will come."""
        self._tasks.end()

    def work(self, name: str) -> None:
        """Build a parser and parse until the tasks end. Runs on a thread of its own."""
        parse = self._load(name)
        while True:
            try:
                task = self._tasks.take()
            except EndOfStream:
                return self._leave()
            raw = self._parse(name, parse, task)
            parsed = Parsed(task, raw, self._clock())
            with self._lock:
                self._parsed_count += 1
                for in_order in self._reorder.push(task.ticket, parsed):
                    self._parsed.put(in_order)  # has room for all in flight: never waits

    def take(
        self, parse_limit_s: float | None, load_limit_s: float | None = None
    ) -> Parsed[Plan, Raw]:
        """Return the next finished task in ticket order; wait for it.

        Raises:
            EndOfStream: the tasks ended, and all have been taken.
            Closed: the owner closed the channels.
            StageStuck: a worker has been parsing one frame for longer than ``parse_limit_s``, or
                building its parser for longer than ``load_limit_s``.
        """
        limits = [limit for limit in (parse_limit_s, load_limit_s) if limit is not None]
        while True:
            try:
                return self._parsed.take(min([*limits, _LOOKS_UP_AFTER_S]))
            except TimeoutError:
                self._raise_overdue(parse_limit_s, load_limit_s)

    def counts(self) -> tuple[int, int, int]:
        """Return how many frames were parsed, how many of them failed, how many workers parse."""
        with self._lock:
            return self._parsed_count, self._failed_count, len(self._busy)

    def close(self) -> None:
        """Wake every waiter with Closed."""
        self._tasks.close()
        self._parsed.close()

    def _load(self, name: str) -> Callable[[Frame, Plan], Raw]:
        with self._lock:
            self._loading[name] = self._clock()
        try:
            return self._make_parser()
        finally:
            with self._lock:
                del self._loading[name]

    def _parse(self, name: str, parse: Callable[[Frame, Plan], Raw], task: Task[Plan]) -> Raw:
        task.began_at = self._clock()
        with self._lock:
            self._busy[name] = task
        try:
            return parse(task.frame, task.plan)
        except Exception as error:
            if self._on_parse_error is None:
                error.add_note(f"while parsing {task}")
                raise
            with self._lock:
                self._failed_count += 1
            return self._on_parse_error(task.frame, task.plan, error)
        finally:
            with self._lock:
                del self._busy[name]

    def _leave(self) -> None:
        with self._lock:
            self._still_working -= 1
            if self._still_working == 0:
                self._parsed.end()

    def _raise_overdue(self, parse_limit_s: float | None, load_limit_s: float | None) -> None:
        with self._lock:
            busy = {name: (f"parsing {task}", task.began_at) for name, task in self._busy.items()}
            loading = {name: ("building its parser", at) for name, at in self._loading.items()}
        now = self._clock()
        for at_work, limit_s in ((busy, parse_limit_s), (loading, load_limit_s)):
            for name, (doing, began_at) in at_work.items():
                elapsed_s = now - began_at
                if limit_s is not None and elapsed_s >= limit_s:
                    raise StageStuck(
                        f"{name} has been {doing} for {elapsed_s:.1f} s; the limit is {limit_s:g} s"
                    )
