"""One client's frames on their way through a pool: a source, an order, limits and results."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Generic, NoReturn, TypeAlias, TypeVar

from pipeline.concurrency.channel import Channel
from pipeline.concurrency.closeable import Closeable
from pipeline.concurrency.first_failure import FirstFailure
from pipeline.concurrency.thread_group import ThreadGroup, patience_s, raise_what_nobody_heard
from pipeline.errors import Closed, EndOfStream, FrameOverdue, PipelineError
from pipeline.frame import Frame
from pipeline.pool.fair_queue import ServiceClass
from pipeline.pool.intake import Intake
from pipeline.pool.lane_limits import LaneLimits
from pipeline.pool.reorder import ReorderChannel
from pipeline.pool.task import Broken, Lost, Overdue, Parse, Parsed, Task, TaskLine
from pipeline.pool.workers import Workers
from pipeline.result import LaneStatistics, Result

Plan = TypeVar("Plan")  # what prepare says about a frame
Raw = TypeVar("Raw")  # what a worker makes of it
Parsing = TypeVar("Parsing")  # what settle makes of that
E = TypeVar("E", bound=BaseException)
Item: TypeAlias = Parsed[Plan, Raw] | Lost[Plan, Raw] | Overdue | Broken
Out: TypeAlias = Result[Parsing] | Overdue

_SETTLED_AHEAD = 2  # results that wait for the consumer: settling goes on while it writes one


class Lane(Generic[Plan, Raw, Parsing]):
    """Sends a source's frames through a pool's workers, and gives results back in order.

    ``WorkerPool.lane`` makes one. Entering the block starts a thread for the source, one for
    prepare and, unless the source is live, one for settle; leaving it stops and joins them. What
    goes wrong here ends the iteration with that exception, which ``failure`` keeps, and no other
    lane hears of it. The frames before it come out first, however the threads ran; only where no
    worker is left are those in a worker thrown away.
    """

    def __init__(
        self,
        workers: Workers[Plan, Raw],
        source: Iterable[Frame],
        *,
        prepare: Callable[[Frame], Plan],
        settle: Callable[[Frame, Plan, Raw], Parsing],
        service: ServiceClass,
        limits: LaneLimits,
        on_parse_error: Callable[[Frame, Plan, Exception], Raw] | None,
        on_capture: Callable[[Frame], None] | None,
        on_overdue: Callable[[int | None], None] | None,
        name: str,
    ) -> None:
        self.name, self.service, self.failure = name, service, FirstFailure()
        self._workers, self._clock, self._limits = workers, workers.clock, limits
        self._source, self._prepare, self._settle = source, prepare, settle
        self._on_parse_error, self._on_capture = on_parse_error, on_capture
        self._on_overdue = on_overdue or (lambda _: None)
        self._is_live = bool(getattr(source, "is_live", False))
        self._intake = Intake(limits.of_intake(self._is_live, workers.active), self._clock)
        self._results = ReorderChannel[Item[Plan, Raw]]()
        # a live frame is to be seen at once: settled by whoever shows it, it waits for nobody
        self._ahead = None if self._is_live else Channel[Out[Parsing]](_SETTLED_AHEAD)
        self._unsettled = FirstFailure()  # told only to whoever iterates so far
        self._waits_s = limits.looks_up_after_s(workers.load_limit_s)
        self._threads, self._source_thread = ThreadGroup(), f"{name} source".strip()
        self._line: TaskLine[Plan, Raw] | None = None
        self._is_entered, self._left_behind = False, tuple[str, ...]()
        self._lock = threading.Lock()
        # guarded by _lock, as is any change of the limits
        self._failed = self._overdue = self._broken = 0

    def __enter__(self) -> Lane[Plan, Raw, Parsing]:
        if self._is_entered:
            raise RuntimeError("a lane runs once; open another for another run")
        self._is_entered = True
        try:
            self._line = self._workers.join(self, self.service)
            self.refit()  # the workers may be others than when the lane was made
            if self._ahead is not None:
                self._threads.start(f"{self.name} settle".strip(), self._settle_frames)
            self._threads.start(f"{self.name} prepare".strip(), self._prepare_frames)
            self._threads.start(self._source_thread, self._read_source)
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
        left_behind = self.stop(patience_s(kind, self._limits.stop_within_s))
        failure = self.failure.take()
        if kind is None:
            try:
                raise_what_nobody_heard(failure, self.stuck_among(left_behind))
            finally:
                del failure

    def __iter__(self) -> Iterator[Result[Parsing]]:
        if not self._is_entered:
            raise RuntimeError("a lane runs in a with block: with pool.lane(...) as results: ...")
        return self._iterate()

    def statistics(self) -> LaneStatistics:
        """Return a snapshot. Any thread may call it, during the run and after."""
        intake, pushed = self._intake.statistics(), self._results.pushed
        with self._lock:
            failed, overdue, broken = self._failed, self._overdue, self._broken
        dropped = {**intake.dropped, "overdue": overdue} if overdue else intake.dropped
        return LaneStatistics(
            name=self.name,
            service=self.service,
            captured=intake.captured,
            waiting=intake.waiting,
            taken=intake.taken,
            in_flight=intake.in_flight,
            parsed=pushed - overdue - broken,
            failed=failed,
            dropped=dropped,
            left_behind=self._left_behind,
        )

    @property
    def limits(self) -> LaneLimits:
        """What bounds the lane now."""
        return self._limits

    def set_limits(self, limits: LaneLimits) -> None:
        """Bound the lane from now on like this. Any thread may call it, at any time.

        Frames that wait for a worker keep their deadline, those in a worker their time.
        """
        with self._lock:
            self._limits = limits
            self._waits_s = limits.looks_up_after_s(self._workers.load_limit_s)
        self.refit()

    def refit(self) -> None:
        """Bound the lane by how many workers are active now, where its limits go by them."""
        with self._lock:
            self._intake.set_limits(self._limits.of_intake(self._is_live, self._workers.active))

    @property
    def parse_limit_s(self) -> float | None:
        """How long a worker may take over a frame that it begins now; None: for ever."""
        return self._limits.parse_limit_s

    def close(self) -> None:
        """End the iteration without waiting for anything. Any thread may call it, many times."""
        if isinstance(self._source, Closeable) and hasattr(self._source, "is_live"):
            self._source.close()  # not a generator's close, which fails while it runs elsewhere
        self._close_channels()
        if self._ahead is not None:
            self._ahead.close()

    def stop(self, within_s: float) -> tuple[str, ...]:
        """Close, join the threads and close the steps; return the names of who still runs."""
        self.close()
        self._left_behind = self._threads.stop(within_s)
        for step in (self._prepare, self._settle):
            if isinstance(step, Closeable):
                step.close()
        # whoever holds us may be held by us: models would go only when the garbage collector comes
        self._line, self._prepare, self._settle = None, _over, _over
        self._unsettled.take()
        return self._left_behind

    def stuck_among(self, left_behind: Iterable[str]) -> list[str]:
        """Return those that should have stopped: all but a source, which may be in a driver."""
        return [name for name in left_behind if name != self._source_thread]

    # what the workers ask and tell, on any thread

    def parse(self, parse: Parse[Plan, Raw], task: Task[Plan, Raw]) -> Raw:
        """Parse a frame, or answer for it where the parser raises; on a worker's thread."""
        try:
            return parse(task.frame, task.plan)
        except Exception as error:
            if self._on_parse_error is None or task.is_lost:
                error.add_note(f"while parsing {task}")
                raise
            task.has_failed = True
            return self._on_parse_error(task.frame, task.plan, error)

    def parsed(self, task: Task[Plan, Raw], raw: Raw) -> None:
        """Put a parsed frame in its place in the order."""
        with self._lock:
            self._failed += task.has_failed
        self._results.push(task.ticket, Parsed(task, raw, self._clock()))

    def lost(self, task: Task[Plan, Raw], error: PipelineError) -> None:
        """Put a frame whose worker was lost in its place, where the consumer finds it."""
        self._results.push(task.ticket, Lost(task, error, self._clock()))

    def overdue(self, task: Task[Plan, Raw]) -> None:
        """Drop a frame that nobody has begun in time, and count it."""
        with self._lock:
            self._overdue += 1
        self._results.push(task.ticket, Overdue(str(task), task.frame.sequence))

    def broke(self, task: Task[Plan, Raw], error: Exception) -> None:
        """Take no more frames, and end the lane with this once all before it have come out."""
        self._break_at(task.ticket, error)
        self._forget_waiting()  # they come after this one

    def fail(self, error: BaseException) -> None:
        """End the lane at once; the first failure counts. Waits for nothing."""
        self.failure.keep(error)
        self._close_channels()

    def _break_at(self, ticket: int, error: Exception) -> None:
        self.failure.keep(error)  # for whoever does not iterate so far
        with self._lock:
            self._broken += 1
        self._results.push(ticket, Broken(error))
        self._intake.close()

    def _forget_waiting(self) -> None:
        if (line := self._line) is not None:
            self._workers.leave(line)

    def _close_channels(self) -> None:
        self._intake.close()
        self._results.close()
        self._forget_waiting()

    # the source's thread

    def _read_source(self) -> None:
        try:
            for number, frame in enumerate(self._source):
                if frame.sequence is None:
                    frame.sequence = number
                if self._on_capture is not None:
                    self._on_capture(frame)
                self._intake.put(frame)
            self._intake.end()
        except Closed:
            pass  # the lane was closed under us: the normal way out
        except BaseException as error:
            self.failure.keep(_with_thread(error))
            self._intake.end()  # what it has delivered is parsed first

    # prepare's thread

    def _prepare_frames(self) -> None:
        try:
            while True:
                self._prepare_next()
        except EndOfStream:
            self._results.end(self._intake.statistics().taken)
        except Closed:
            pass
        except BaseException as error:
            self.fail(_with_thread(error))

    def _prepare_next(self) -> None:
        ticket, frame = self._intake.take()
        taken_at = self._clock()
        try:
            plan = self._prepare(frame)
        except Exception as error:
            self._break_at(ticket, _with_thread(error))
            return
        deadline_s, line = self._limits.deadline_s, self._line
        if line is not None:
            begin_by = math.inf if deadline_s is None else frame.captured_at + deadline_s
            task: Task[Plan, Raw] = Task(self, ticket, frame, plan, taken_at, self._clock())
            self._workers.put(line, task, begin_by)

    # the consumer's thread

    def _iterate(self) -> Iterator[Result[Parsing]]:
        for out in self._in_order() if self._ahead is None else self._from(self._ahead):
            if isinstance(out, Overdue):
                self._pass_over(out)
            else:
                self._intake.release()
                yield out
            del out  # it holds a picture, and the next may be long in coming

    def _from(self, ahead: Channel[Out[Parsing]]) -> Iterator[Out[Parsing]]:
        while True:
            try:
                yield ahead.take(self._waits_s)
            except TimeoutError:
                pass  # there may have been a signal
            except (EndOfStream, Closed):
                self._unsettled.raise_it()
                self.failure.raise_it()
                return

    # settle's thread; of a live source, the consumer's

    def _settle_frames(self) -> None:
        ahead = self._ahead
        assert ahead is not None
        try:
            for out in self._in_order():
                ahead.put(out)
                del out
        except Closed:
            pass
        except BaseException as error:
            self._unsettled.keep(error)
        ahead.end()

    def _in_order(self) -> Iterator[Out[Parsing]]:
        while True:
            try:
                item = self._take()
            except (EndOfStream, Closed):
                self._close_channels()
                self.failure.raise_it()
                return
            if isinstance(item, Overdue):
                yield item
            elif isinstance(item, Broken) or (
                isinstance(item, Lost) and self._on_parse_error is None
            ):
                error = item.error
                self._close_channels()
                del item  # or the error's traceback holds the error
                try:
                    raise error
                finally:
                    del error
            else:
                yield self._settled(item)

    def _take(self) -> Item[Plan, Raw]:
        while True:
            try:
                return self._results.take(self._waits_s)
            except TimeoutError:
                self._workers.look_after()

    def _settled(self, item: Parsed[Plan, Raw] | Lost[Plan, Raw]) -> Result[Parsing]:
        task, ordered_at = item.task, self._clock()
        raw = item.raw if isinstance(item, Parsed) else self._answer_for(task, item.error)
        parsing = self._settle(task.frame, task.plan, raw)
        timing = task.timing(item.parsed_at, ordered_at, self._clock())
        return Result(task.ticket, task.frame, parsing, timing)

    def _answer_for(self, task: Task[Plan, Raw], error: PipelineError) -> Raw:
        with self._lock:
            self._failed += 1
        if self._on_parse_error is None:
            raise error
        return self._on_parse_error(task.frame, task.plan, error)

    def _pass_over(self, overdue: Overdue) -> None:
        if self._limits.when_overdue == "raise":
            self._close_channels()
            raise FrameOverdue(
                "frame.overdue",
                "no worker was free for {name} within {limit_s:g} s of its capture; use more "
                "workers, or fewer lanes",
                name=overdue.name,
                limit_s=self._limits.deadline_s or 0.0,
            )
        self._intake.release()
        self._on_overdue(overdue.sequence)


def _over(*_: object) -> NoReturn:
    """Stand for the steps of a lane that is over, in a thread that was left behind."""
    raise Closed


def _with_thread(error: E) -> E:
    error.add_note(f"raised in the thread {threading.current_thread().name!r}")
    return error
