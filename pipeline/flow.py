"""Source -> intake -> prepare -> N workers -> reorder -> settle, as one ``with`` block.

    with Flow.simple(frames, make_parser=lambda: parse, workers=4) as results:
        for result in results:
            show(result.frame, result.parsing)

What needs the past runs in order and is cheap: ``prepare`` before the workers, ``settle`` after
them. What is heavy runs out of order in the workers, each with a parser of its own. So the answer
does not depend on how many workers there are, and no worker waits for another.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from pipeline.errors import Closed, EndOfStream, StageStuck
from pipeline.frame import Frame
from pipeline.intake import Intake, WhenFull
from pipeline.result import FlowStatistics, Result, Timing
from pipeline.thread_group import ThreadGroup
from pipeline.workers import Parsed, Task, Workers

Plan = TypeVar("Plan")  # what prepare says about a frame
Raw = TypeVar("Raw")  # what a worker makes of it
Parsing = TypeVar("Parsing")  # what settle makes of that

_HURRIED_S = 0.3  # whoever interrupts a run does not wait for a parser that is stuck


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a run: memory, lateness, and how long anything may take.

    Attributes:
        queue_size: frames that may wait between the source and prepare; two are 67 ms at 30 fps.
        in_flight: frames between taken and handed out: the one bound on memory and on the reorder
            stage. None: one more than the workers when live, twice as many and two otherwise.
        when_full: what a full queue means. None: drop the oldest when live, wait otherwise.
        max_age_s: frames that waited longer than this are dropped instead of parsed.
        parse_limit_s: a parse that takes longer ends the run with StageStuck.
        load_limit_s: so does building a parser.
        stop_within_s: how long leaving the block may wait for the threads; a third of a second at
            most where StageStuck ends it, or no Exception, such as KeyboardInterrupt.

    Raises:
        ValueError: nothing could move within them.
    """

    queue_size: int = 2
    in_flight: int | None = None
    when_full: WhenFull | None = None
    max_age_s: float | None = None
    parse_limit_s: float | None = None
    load_limit_s: float | None = None
    stop_within_s: float = 5.0

    def __post_init__(self) -> None:
        if self.queue_size < 1:
            raise ValueError(f"queue_size is 1 or more, got {self.queue_size}")
        if self.in_flight is not None and self.in_flight < 1:
            raise ValueError(f"in_flight is 1 or more, got {self.in_flight}")


@runtime_checkable
class Closeable(Protocol):
    """A step that holds something, such as a thread, until the run ends."""

    def close(self) -> None:
        """Let go of it."""
        ...


class Flow(Generic[Plan, Raw, Parsing]):
    """Runs a source's frames through parsers on threads, and gives results back in order.

    Entering the block starts the threads; leaving it stops and joins them, whatever happened. An
    exception on any thread ends the iteration with that exception.

    Args:
        source: an iterable of frames, read on a thread of its own. If it has ``is_live`` set, the
            oldest waiting frame is dropped when the queue is full; otherwise the source waits.
        make_parser: builds one worker's parser, on that worker's thread.
        prepare: sees every taken frame in order; its answer goes to the worker with the frame.
        settle: sees every parsed frame in order, on the consumer's thread.
        workers: threads that parse, each with a parser of its own.
        limits: what bounds the run.
        on_parse_error: answers in a parser's place when it raises, and the frame is counted as
            failed; without it a parser's exception ends the run.
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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if workers < 1:
            raise ValueError(f"a flow has 1 worker or more, got {workers}")
        is_live = bool(getattr(source, "is_live", False))
        in_flight = limits.in_flight or (workers + 1 if is_live else 2 * workers + 2)
        self._source, self._prepare, self._settle = source, prepare, settle
        self._worker_count, self._limits, self._clock = workers, limits, clock
        self._intake = Intake(
            limits.queue_size,
            in_flight,
            limits.when_full or ("drop-oldest" if is_live else "wait"),
            limits.max_age_s,
            clock,
        )
        self._workers: Workers[Plan, Raw] = Workers(
            workers, in_flight, make_parser, on_parse_error, clock
        )
        # no method of ours: the flow, and with it its models, would go only when the garbage
        # collector finds out that it and its thread group hold nothing but one another
        self._close_channels = functools.partial(
            _close_channels, source, self._intake, self._workers
        )
        self._threads = ThreadGroup(self._close_channels, limits.stop_within_s)
        self._is_entered = False
        self._left_behind: tuple[str, ...] = ()

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
        for number in range(1, self._worker_count + 1):
            name = f"worker-{number}"
            self._threads.start(name, functools.partial(self._workers.work, name))
        self._threads.start("prepare", self._prepare_frames)
        self._threads.start("source", self._read_source)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        is_hurried = kind is not None and (
            not issubclass(kind, Exception) or issubclass(kind, StageStuck)
        )
        within_s = min(_HURRIED_S, self._limits.stop_within_s) if is_hurried else None
        self._left_behind = self._threads.stop(within_s)
        for step in (self._prepare, self._settle):
            if isinstance(step, Closeable):
                step.close()
        failure = self._threads.take_failure()  # or whoever catches it holds us, and we hold it
        if kind is None:
            if failure is not None:
                try:
                    raise failure
                finally:
                    del failure
            stuck = [name for name in self._left_behind if name != "source"]
            if stuck:
                raise StageStuck(
                    f"{', '.join(stuck)} did not stop in time and was left behind; "
                    "the process can go on, but what it holds is not freed"
                )

    def __iter__(self) -> Iterator[Result[Parsing]]:
        if not self._is_entered:
            raise RuntimeError("a flow runs in a with block: with flow as results: for ...")
        return self._results()

    def _results(self) -> Iterator[Result[Parsing]]:
        limits = self._limits
        while True:
            try:
                parsed = self._workers.take(limits.parse_limit_s, limits.load_limit_s)
            except EndOfStream:
                return
            except Closed:
                self._raise_failure()
                return
            yield self._settled(parsed)

    def statistics(self) -> FlowStatistics:
        """Return a snapshot. Any thread may call it, during the run and after."""
        intake, (parsed, failed, busy) = self._intake.statistics(), self._workers.counts()
        return FlowStatistics(
            captured=intake.captured,
            parsed=parsed,
            failed=failed,
            in_flight=intake.in_flight,
            busy=busy,
            dropped=intake.dropped,
            left_behind=self._left_behind,
        )

    def close(self) -> None:
        """End the iteration without waiting for anything. Any thread may call it, many times."""
        self._close_channels()

    # the source's thread

    def _read_source(self) -> None:
        for frame in self._source:
            self._intake.put(frame)
        self._intake.end()

    # prepare's thread

    def _prepare_frames(self) -> None:
        while True:
            try:
                ticket, frame = self._intake.take()
            except EndOfStream:
                return self._workers.end()
            taken_at = self._clock()
            plan = self._prepare(frame)
            self._workers.put(Task(ticket, frame, plan, taken_at, self._clock()))

    # the consumer's thread

    def _settled(self, parsed: Parsed[Plan, Raw]) -> Result[Parsing]:
        task, ordered_at = parsed.task, self._clock()
        parsing = self._settle(task.frame, task.plan, parsed.raw)
        self._intake.release()
        timing = Timing(
            captured_at=task.frame.captured_at,
            taken_at=task.taken_at,
            prepared_at=task.prepared_at,
            began_at=task.began_at,
            parsed_at=parsed.parsed_at,
            ordered_at=ordered_at,
            settled_at=self._clock(),
        )
        return Result(task.ticket, task.frame, parsing, timing)

    def _raise_failure(self) -> None:
        if self._threads.failure is not None:
            raise self._threads.failure


def _close_channels(source: Iterable[Frame], intake: Intake, workers: Workers[Any, Any]) -> None:
    if isinstance(source, Closeable) and hasattr(source, "is_live"):
        source.close()  # not a generator's close, which fails while it runs elsewhere
    intake.close()
    workers.close()
