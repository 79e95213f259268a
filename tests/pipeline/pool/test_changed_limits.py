"""Limits and active workers that are changed while frames move."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from doubles import FakeClock, frame_at, number_of, numbered, until
from lanes import Gate, Plan, Pool, Raw, consumers, label, lane_of, numbers, outcome

from pipeline.errors import WorkerHung
from pipeline.flow import Flow
from pipeline.frame import Frame
from pipeline.pool.intake import Intake, IntakeLimits
from pipeline.pool.lane_limits import LaneLimits
from pipeline.pool.worker_pool import WorkerPool
from pipeline.sources.in_memory import InMemory

InThread = Callable[[Callable[[], None]], threading.Thread]


def filled(limits: IntakeLimits, count: int, clock: FakeClock | None = None) -> Intake:
    intake = Intake(limits, clock or FakeClock())
    for frame in numbered(count):
        intake.put(frame)
    return intake


def test_more_in_flight_lets_go_on_whoever_waits_for_room(in_thread: InThread) -> None:
    intake = filled(IntakeLimits(size=3, in_flight=1), 2)
    intake.take()
    taken: list[int] = []
    taker = in_thread(lambda: taken.append(intake.take()[0]))
    intake.set_limits(IntakeLimits(size=3, in_flight=2))
    taker.join(5.0)
    assert taken == [1]


def test_less_in_flight_holds_until_so_many_results_have_left(in_thread: InThread) -> None:
    intake = filled(IntakeLimits(size=4, in_flight=3), 4)
    for _ in range(3):
        intake.take()
    intake.set_limits(IntakeLimits(size=4, in_flight=1))
    taken = threading.Event()

    def take() -> None:
        intake.take()
        taken.set()

    in_thread(take)
    for _ in range(2):
        intake.release()
        assert not taken.wait(0.01)
    intake.release()
    assert taken.wait(5.0)
    assert intake.statistics().in_flight == 1


def test_a_smaller_queue_drops_what_is_too_much_only_where_full_means_drop() -> None:
    intake = filled(IntakeLimits(size=5, in_flight=9), 5)
    intake.set_limits(IntakeLimits(size=2, in_flight=9))
    assert intake.statistics().waiting == 5  # a film loses nothing
    intake.set_limits(IntakeLimits(size=2, in_flight=9, when_full="drop-oldest"))
    assert [number_of(intake.take()[1]) for _ in range(2)] == [3, 4]
    assert intake.statistics().dropped == {"overtaken": 3}


def test_a_source_that_waits_at_a_full_queue_goes_on_once_that_means_drop(
    in_thread: InThread,
) -> None:
    intake = filled(IntakeLimits(size=1, in_flight=9), 1)
    source = in_thread(lambda: intake.put(frame_at(0.0, 7)))
    intake.set_limits(IntakeLimits(size=1, in_flight=9, when_full="drop-oldest"))
    source.join(5.0)
    assert number_of(intake.take()[1]) == 7
    assert intake.statistics().dropped == {"overtaken": 1}


def test_a_shorter_age_holds_for_what_waits_already(clock: FakeClock) -> None:
    intake = Intake(IntakeLimits(size=5, in_flight=9), clock)
    for age_s in (0.9, 0.4, 0.1):
        intake.put(frame_at(clock.now - age_s, number=int(age_s * 10)))
    intake.set_limits(IntakeLimits(size=5, in_flight=9, max_age_s=0.3))
    assert number_of(intake.take()[1]) == 1
    assert intake.statistics().dropped == {"stale": 2}


class Crowd:
    """A parser that knows how many parse at the same time; all of them wait until it is full."""

    def __init__(self, size: int) -> None:
        self._full = threading.Barrier(size)
        self._lock = threading.Lock()
        self._now = self.most = 0

    def grow(self, size: int) -> None:
        self._full = threading.Barrier(size)

    def __call__(self, frame: Frame, plan: Plan) -> Raw:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self._full.wait(10.0)
        with self._lock:
            self._now -= 1
        return label(frame, plan)


def test_no_more_workers_parse_at_once_than_are_active() -> None:
    crowd = Crowd(2)
    with WorkerPool(lambda: crowd, workers=5) as pool:
        pool.set_active_workers(2)
        lane = lane_of(pool, "a", numbered(20), limits=LaneLimits(in_flight=5, queue_size=5))
        assert numbers(lane) == list(range(20))
        assert crowd.most == 2
        assert pool.statistics().active == 2
        crowd.grow(5)
        pool.set_active_workers(5)
        lane = lane_of(pool, "b", numbered(20), limits=LaneLimits(in_flight=5, queue_size=5))
        assert numbers(lane) == list(range(20))
    assert crowd.most == 5


def test_workers_that_become_active_take_what_waits_at_once() -> None:
    gate = Gate()

    def parse(frame: Frame, plan: Plan) -> Raw:
        gate.pass_through()
        return label(frame, plan)

    with WorkerPool(lambda: parse, workers=3) as pool, consumers(1) as threads:
        pool.set_active_workers(1)
        limits = LaneLimits(in_flight=3, queue_size=3)
        run = threads.submit(numbers, lane_of(pool, "a", numbered(3), limits=limits))
        gate.wait_reached()
        until(lambda: pool.statistics().queued == 2)
        assert pool.statistics().busy == 1
        pool.set_active_workers(3)
        gate.wait_reached()
        gate.wait_reached()
        gate.open()
        assert outcome(run) == [0, 1, 2]


def test_a_frame_that_was_begun_before_a_limit_was_set_keeps_its_time(
    clock: FakeClock,
) -> None:
    gate = Gate()

    def parse(frame: Frame, plan: Plan) -> Raw:
        if number_of(frame) == 0:
            gate.pass_through()
        return label(frame, plan)

    with WorkerPool(lambda: parse, workers=2, clock=clock) as pool, consumers(1) as threads:
        pool.set_active_workers(1)
        lane = lane_of(pool, "a", numbered(4))
        run = threads.submit(numbers, lane)
        gate.wait_reached()
        lane.set_limits(replace(lane.limits, parse_limit_s=0.01))
        until(lambda: pool.statistics().queued > 0)
        clock.now += 3600.0
        pool._workers.look_after()
        assert pool.statistics().lost == ()
        gate.open()
        assert outcome(run) == [0, 1, 2, 3]


def test_a_worker_that_hangs_gives_its_place_among_the_active_to_another(
    clock: FakeClock,
) -> None:
    gates = [Gate(), Gate()]

    def parse(frame: Frame, plan: Plan) -> Raw:
        if (number := number_of(frame)) < 2:
            gates[number].pass_through()
        return label(frame, plan)

    def answer(frame: Frame, plan: Plan, error: Exception) -> Raw:
        assert isinstance(error, WorkerHung)
        return plan, -1

    with WorkerPool(lambda: parse, workers=2, clock=clock) as pool, consumers(1) as threads:
        pool.set_active_workers(1)
        lane = lane_of(pool, "a", numbered(5), on_parse_error=answer)
        run = threads.submit(numbers, lane)
        gates[0].wait_reached()
        lane.set_limits(replace(lane.limits, parse_limit_s=0.01))
        gates[0].open()
        gates[1].wait_reached()  # begun with the limit
        clock.now += 1.0
        assert outcome(run) == [0, -1, 2, 3, 4]
        assert pool.statistics().restarted == 1
        gates[1].open()


def test_a_deadline_that_is_set_holds_for_frames_that_are_prepared_from_then_on(
    clock: FakeClock,
) -> None:
    gate, late = Gate(), Gate()

    class TwoParts(InMemory):
        def __iter__(self) -> Iterator[Frame]:
            frames = super().__iter__()
            yield next(frames)
            late.pass_through()
            yield from frames

    def parse(frame: Frame, plan: Plan) -> Raw:
        gate.pass_through()
        return label(frame, plan)

    frames = [frame_at(clock.now, number) for number in range(3)]
    with WorkerPool(lambda: parse, clock=clock) as pool, consumers(1) as threads:
        lane = lane_of(pool, "a", TwoParts(frames))
        run = threads.submit(numbers, lane)
        gate.wait_reached()
        lane.set_limits(replace(lane.limits, deadline_s=5.0))
        late.open()
        until(lambda: pool.statistics().queued == 2)
        clock.now += 6.0
        gate.open()
        assert outcome(run) == [0]
    assert lane.statistics().dropped == {"overdue": 2}


@pytest.mark.parametrize(("is_live", "expected"), [(True, (6, 2)), (False, (12, 4))])
def test_what_goes_by_the_workers_goes_by_those_that_are_active(
    is_live: bool, expected: tuple[int, int]
) -> None:
    limits = LaneLimits()
    counts = [limits.of_intake(is_live, workers).in_flight for workers in (5, 1)]
    assert tuple(counts) == expected


def test_fewer_active_workers_leave_fewer_frames_on_their_way() -> None:
    gate = Gate()

    def parse(frame: Frame, plan: Plan) -> Raw:
        gate.pass_through()
        return label(frame, plan)

    with WorkerPool(lambda: parse, workers=4) as pool, consumers(1) as threads:
        pool.set_active_workers(1)  # before the lane is there
        lane = lane_of(pool, "a", numbered(30))
        run = threads.submit(numbers, lane)
        until(lambda: lane.statistics().in_flight == 4)  # twice one, and two
        pool.set_active_workers(2)
        until(lambda: lane.statistics().in_flight == 6)
        gate.open()
        assert outcome(run) == list(range(30))


@pytest.mark.parametrize("count", [0, 4, -1])
def test_so_many_workers_cannot_be_active(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 3 workers can be active"):
        WorkerPool(lambda: label, workers=3).set_active_workers(count)


@pytest.mark.parametrize("seed", range(3))
def test_results_stay_whole_and_in_order_whatever_is_changed_under_load(
    seed: int, in_thread: InThread
) -> None:
    chance, over = random.Random(seed), threading.Event()

    def change(pool: Pool, lanes: list[object]) -> None:
        while not over.is_set():
            pool.set_active_workers(chance.randint(1, 4))
            for lane in lanes:
                in_flight = chance.choice([None, 1, 2, 9])
                limits = LaneLimits(chance.randint(1, 4), in_flight, parse_limit_s=60.0)
                lane.set_limits(limits)  # type: ignore[attr-defined]
            over.wait(0.0005)

    with WorkerPool(lambda: label, workers=4) as pool, consumers(3) as threads:
        lanes = [lane_of(pool, name, numbered(250)) for name in "abc"]
        changer = in_thread(lambda: change(pool, list(lanes)))
        runs = [threads.submit(numbers, lane) for lane in lanes]
        found = [outcome(run) for run in runs]
        over.set()
        changer.join(5.0)
    assert found == [[number % 256 for number in range(250)]] * 3
    assert all(lane.statistics().dropped == {} for lane in lanes)


def test_a_live_flow_under_changing_limits_accounts_for_every_frame(in_thread: InThread) -> None:
    over = threading.Event()
    source = InMemory(iter(numbered(2000)), is_live=True)
    flow = Flow.simple(source, make_parser=lambda: number_of, workers=3)

    def change() -> None:
        chance = random.Random(1)
        while not over.is_set():
            flow.set_active_workers(chance.randint(1, 3))
            flow.set_limits(replace(flow.limits, queue_size=chance.randint(1, 3)))
            over.wait(0.0005)

    changer = in_thread(change)
    with flow as results:
        sequences = [result.frame.sequence or 0 for result in results]
    over.set()
    changer.join(5.0)
    assert sequences == sorted(set(sequences))
    statistics = flow.statistics()
    assert statistics.captured == 2000
    assert statistics.captured == len(sequences) + Counter(statistics.dropped).total()
