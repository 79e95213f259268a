"""A worker that hangs or breaks down is replaced, and only the lane of its frame hears of it."""

from __future__ import annotations

import contextlib
import gc
import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from doubles import FakeClock, frame_at, number_of, numbered, until
from lanes import Gate, Plan, Pool, Raw, consumers, label, lane_of, numbers, outcome

from pipeline.errors import StageStuck, WorkerCrashed, WorkerHung
from pipeline.frame import Frame
from pipeline.pool.lane_limits import LaneLimits
from pipeline.pool.worker_pool import WorkerPool

LIMITED = LaneLimits(in_flight=1, parse_limit_s=0.02)  # of the clock that a test moves


class BrokenDown(BaseException):
    """What no parser raises unless its thread is at an end."""


class Trouble:
    """A parser of which the lane "bad" hangs on its second frame, or breaks down."""

    def __init__(self, clock: FakeClock, hangs: bool) -> None:
        self.gate, self.builders = Gate(), list[str]()
        self._clock, self._hangs = clock, hangs

    def make(self) -> Callable[[Frame, Plan], Raw]:
        self.builders.append(threading.current_thread().name)
        return self._parse

    def _parse(self, frame: Frame, plan: Plan) -> Raw:
        if plan == "bad" and number_of(frame) == 1:
            if not self._hangs:
                raise BrokenDown("no such device")
            self._clock.now += 1.0
            self.gate.pass_through()
        return label(frame, plan)


@pytest.fixture(params=["hangs", "breaks down"])
def trouble(request: pytest.FixtureRequest, clock: FakeClock) -> Iterator[Trouble]:
    trouble = Trouble(clock, request.param == "hangs")
    yield trouble
    trouble.gate.open()


@pytest.fixture
def hanging(clock: FakeClock) -> Iterator[Trouble]:
    trouble = Trouble(clock, hangs=True)
    yield trouble
    trouble.gate.open()


def closing(pool: Pool, trouble: Trouble) -> None:
    """Leave a pool's block only after what hung has come back."""
    trouble.gate.open()
    until(lambda: not [one for one in threading.enumerate() if one.name in pool.statistics().lost])


@pytest.mark.parametrize("others", [0, 1, 7])
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_a_lost_worker_is_replaced_and_its_frame_fails_in_its_own_lane(
    trouble: Trouble, clock: FakeClock, others: int, workers: int
) -> None:
    with WorkerPool(trouble.make, workers=workers, clock=clock) as pool:
        with consumers(others + 1) as threads:
            bad = threads.submit(numbers, lane_of(pool, "bad", numbered(9), limits=LIMITED))
            good = [
                threads.submit(numbers, lane_of(pool, f"good{number}", numbered(20)))
                for number in range(others)
            ]
            error = outcome(bad)
            assert [outcome(run) for run in good] == [list(range(20))] * others
        statistics = pool.statistics()
        assert (statistics.restarted, statistics.workers) == (1, workers)
        assert len(statistics.lost) == 1
        until(lambda: f"worker-{workers + 1}" in trouble.builders)
        closing(pool, trouble)
    (name,) = statistics.lost
    assert isinstance(error, WorkerHung | WorkerCrashed)
    if isinstance(error, WorkerHung):
        assert str(error) == f"{name} has been parsing frame 1 for 1.0 s; the limit is 0.02 s"
        assert error.code == "worker.hung"
    else:
        assert str(error).startswith(f"{name} broke down while parsing frame 1: BrokenDown(")
        assert error.code == "worker.crashed"
        assert isinstance(error.__cause__, BrokenDown)
    assert len(set(trouble.builders)) == workers + 1  # each its own, on a thread of its own


def test_a_lane_may_answer_for_a_frame_whose_worker_was_lost_and_goes_on(
    trouble: Trouble, clock: FakeClock
) -> None:
    answered_on: list[str] = []

    def answer(frame: Frame, plan: Plan, error: Exception) -> Raw:
        answered_on.append(threading.current_thread().name)
        return plan, -1

    with WorkerPool(trouble.make, workers=2, clock=clock) as pool:
        lane = lane_of(pool, "bad", numbered(9), limits=LIMITED, on_parse_error=answer)
        assert numbers(lane) == [0, -1, 2, 3, 4, 5, 6, 7, 8]
        closing(pool, trouble)
    statistics = lane.statistics()
    assert (statistics.failed, statistics.parsed, statistics.in_flight) == (1, 9, 0)
    assert answered_on == ["bad settle"]  # in order, not on the thread of who noticed


def test_a_worker_that_hangs_over_a_cancelled_lane_is_missed_by_the_others(
    hanging: Trouble, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.pool.lane_limits._LOOKS_UP_AFTER_S", 0.01)
    with WorkerPool(hanging.make, clock=clock) as pool:
        with lane_of(pool, "bad", numbered(9), limits=LIMITED) as results:
            assert next(iter(results)).ticket == 0
            hanging.gate.wait_reached()
        assert numbers(lane_of(pool, "good", numbered(5))) == [0, 1, 2, 3, 4]
        assert pool.statistics().lost == ("worker-1",)
        closing(pool, hanging)


def test_a_worker_at_work_misses_one_that_hangs(hanging: Trouble, clock: FakeClock) -> None:
    """Though no consumer waits for long, as when all are slow."""
    with WorkerPool(hanging.make, workers=2, clock=clock) as pool:
        with lane_of(pool, "bad", numbered(9), limits=LIMITED) as bad:
            assert next(iter(bad)).ticket == 0
            hanging.gate.wait_reached()
            with lane_of(pool, "good", numbered(3)) as good:  # nobody iterates
                until(lambda: good.statistics().parsed == 3)
                assert pool.statistics().lost != ()
        closing(pool, hanging)


def test_what_a_given_up_worker_raises_in_the_end_is_not_answered_for_again(
    clock: FakeClock,
) -> None:
    gate, answered = Gate(), list[str]()

    def parse(frame: Frame, plan: Plan) -> Raw:
        if number_of(frame) == 0:
            clock.now += 1.0
            gate.pass_through()
            raise ValueError("too late")
        return label(frame, plan)

    def answer(frame: Frame, plan: Plan, error: Exception) -> Raw:
        answered.append(type(error).__name__)
        return plan, -1

    with WorkerPool(lambda: parse, clock=clock) as pool:
        lane = lane_of(pool, "bad", numbered(3), limits=LIMITED, on_parse_error=answer)
        with lane as results:
            assert next(iter(results)).parsing[1] == -1
            gate.open()
            until(lambda: "worker-1" not in [one.name for one in threading.enumerate()])
            assert [result.parsing[1] for result in results] == [1, 2]
    assert answered == ["WorkerHung"]
    assert lane.statistics().failed == 1


def test_a_lane_that_lost_a_worker_keeps_its_turns(hanging: Trouble, clock: FakeClock) -> None:
    begun: list[str] = []

    def make() -> Callable[[Frame, Plan], Raw]:
        parse = hanging.make()

        def note(frame: Frame, plan: Plan) -> Raw:
            begun.append(plan)
            return parse(frame, plan)

        return note

    limits = LaneLimits(in_flight=7, parse_limit_s=0.02)
    with WorkerPool(make, clock=clock) as pool:
        bad = lane_of(pool, "bad", numbered(7), limits=limits, on_parse_error=lambda *_: ("", -1))
        good = lane_of(pool, "good", numbered(5), limits=limits)
        with bad as of_bad:
            hanging.gate.wait_reached()  # and nobody is there to miss the worker
            until(lambda: pool.statistics().queued == 5)  # this lane waits before the other does
            with good as of_good:
                until(lambda: pool.statistics().queued == 5 + 5)
                assert [result.parsing[1] for result in of_bad] == [0, -1, 2, 3, 4, 5, 6]
                assert [result.parsing[1] for result in of_good] == [0, 1, 2, 3, 4]
        closing(pool, hanging)
    assert begun == ["bad", "bad", *["bad", "good"] * 5]


def test_what_a_given_up_worker_returns_in_the_end_is_thrown_away(
    hanging: Trouble, clock: FakeClock
) -> None:
    with WorkerPool(hanging.make, clock=clock) as pool:
        lane = lane_of(
            pool,
            "bad",
            itertools.cycle(numbered(9)),
            limits=LIMITED,
            on_parse_error=lambda _frame, plan, _error: (plan, -1),
        )
        with lane as results:
            found = [next(iter(results)).parsing[1] for _ in range(3)]
            closing(pool, hanging)
            found += [next(iter(results)).parsing[1] for _ in range(5)]
            assert found == [0, -1, 2, 3, 4, 5, 6, 7]
        assert pool.statistics().workers == 1


def test_a_pool_ends_where_more_workers_hang_at_once_than_it_has(clock: FakeClock) -> None:
    gate = Gate()

    def parse(frame: Frame, plan: Plan) -> Raw:
        clock.now += 1.0
        gate.pass_through()
        return label(frame, plan)

    seen: list[int] = []

    def answer(frame: Frame, plan: Plan, error: Exception) -> Raw:
        seen.append(number_of(frame))
        return plan, -1

    pool = WorkerPool(lambda: parse, workers=2, clock=clock, stop_within_s=5.0)
    with pytest.raises(WorkerHung, match="the limit"), pool:
        lane = lane_of(pool, "bad", numbered(9), limits=LIMITED, on_parse_error=answer)
        try:
            numbers(lane)
        finally:
            gate.open()
    assert seen == [0, 1]  # the third would have been one model copy too many
    assert len(pool.statistics().lost) == 3


def test_a_worker_that_came_back_does_not_count_as_hung(clock: FakeClock) -> None:
    gates = [Gate() for _ in range(4)]

    def parse(frame: Frame, plan: Plan) -> Raw:
        clock.now += 1.0
        gates[number_of(frame)].pass_through()
        return label(frame, plan)

    with WorkerPool(lambda: parse, clock=clock) as pool:
        lane = lane_of(pool, "bad", numbered(4), limits=LIMITED, on_parse_error=lambda *_: ("", -1))
        with lane as results:
            for result, gate in zip(results, gates, strict=True):
                assert result.parsing[1] == -1
                gate.open()
                name = f"worker-{result.ticket + 1}"
                until(lambda name=name: name not in [one.name for one in threading.enumerate()])  # type: ignore[misc]
        assert pool.statistics().restarted == 4


def test_a_replacement_that_cannot_be_built_leaves_the_pool_to_the_others(
    trouble: Trouble, clock: FakeClock
) -> None:
    def make() -> Callable[[Frame, Plan], Raw]:
        if threading.current_thread().name == "worker-3":
            raise MemoryError("no room for another")
        return trouble.make()

    with WorkerPool(make, workers=2, clock=clock) as pool:
        with pytest.raises((WorkerHung, WorkerCrashed)):
            numbers(lane_of(pool, "bad", numbered(9), limits=LIMITED))
        until(lambda: len(pool.statistics().lost) == 2)
        assert pool.statistics().workers == 1
        assert numbers(lane_of(pool, "good", numbered(9))) == list(range(9))
        closing(pool, trouble)


def test_a_pool_whose_last_worker_cannot_be_replaced_ends(
    trouble: Trouble, clock: FakeClock
) -> None:
    def make() -> Callable[[Frame, Plan], Raw]:
        if threading.current_thread().name == "worker-2":
            raise MemoryError("no room for another")
        return trouble.make()

    def run() -> None:
        with WorkerPool(make, clock=clock) as pool, consumers(1) as threads:
            good: Future[list[int]] = threads.submit(
                numbers, lane_of(pool, "good", itertools.cycle(numbered(1)))
            )
            with pytest.raises((WorkerHung, WorkerCrashed)):
                numbers(lane_of(pool, "bad", numbered(9), limits=LIMITED))
            assert isinstance(outcome(good), MemoryError)
            closing(pool, trouble)

    with pytest.raises(MemoryError, match="no room for another"):
        run()


def test_a_pool_goes_on_where_there_is_no_thread_for_a_replacement(
    trouble: Trouble, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "worker-3":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with WorkerPool(trouble.make, workers=2, clock=clock) as pool:
        with pytest.raises((WorkerHung, WorkerCrashed)):
            numbers(lane_of(pool, "bad", numbered(9), limits=LIMITED))
        assert numbers(lane_of(pool, "good", numbered(9))) == list(range(9))
        closing(pool, trouble)
        assert pool.statistics().workers == 1


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Settle:
    def __call__(self, frame: Frame, plan: Plan, raw: Raw) -> Raw:
        return raw


@pytest.mark.usefixtures("no_collector")
def test_a_lane_that_lost_a_worker_holds_nothing_afterwards(
    trouble: Trouble, clock: FakeClock
) -> None:
    def run(pool: Pool) -> weakref.ref[Settle]:
        settle = Settle()
        with contextlib.suppress(WorkerHung, WorkerCrashed):
            with pool.lane(
                numbered(9), prepare=lambda _: "bad", settle=settle, limits=LIMITED
            ) as results:
                for _ in results:
                    pass
        return weakref.ref(settle)

    with WorkerPool(trouble.make, clock=clock) as pool:
        left = run(pool)
        closing(pool, trouble)
        until(lambda: left() is None)


def test_building_a_parser_for_too_long_ends_the_pool(clock: FakeClock) -> None:
    gate = Gate()

    def make() -> Callable[[Frame, Plan], Raw]:
        clock.now += 1.0
        gate.pass_through()
        return label

    said = r"worker-1 has been building its parser for 1\.0 s; the limit is 0\.02 s"
    with pytest.raises(StageStuck, match=said):
        with WorkerPool(make, load_limit_s=0.02, clock=clock) as pool:
            gate.wait_reached()
            try:
                numbers(lane_of(pool, "one", numbered(1)))
            finally:
                gate.open()


def test_a_frame_that_is_answered_within_its_limit_is_no_loss(clock: FakeClock) -> None:
    def parse(frame: Frame, plan: Plan) -> Raw:
        clock.now += 0.019
        return label(frame, plan)

    with WorkerPool(lambda: parse, clock=clock) as pool:
        frames = [frame_at(clock.now, number) for number in range(9)]
        assert numbers(lane_of(pool, "one", frames, limits=LIMITED)) == list(range(9))
        assert pool.statistics().lost == ()
