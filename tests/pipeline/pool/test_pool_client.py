"""Single frames through a pool's workers, asked for by several clients."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError

import pytest
from doubles import FakeClock, frame_at, number_of, numbered, until
from lanes import Gate, Plan, Pool, Raw, label, lane_of, numbers

from pipeline.errors import FrameOverdue, PoolClosed, WorkerHung
from pipeline.frame import Frame
from pipeline.pool.worker_pool import WorkerPool


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


def held_by(gate: Gate, begun: list[Raw]) -> Callable[[], Callable[[Frame, Plan], Raw]]:
    """A parser that notes what it begins, and is held at each frame numbered 0."""

    def parse(frame: Frame, plan: Plan) -> Raw:
        begun.append((plan, number_of(frame)))
        if number_of(frame) == 0:
            gate.pass_through()
        return label(frame, plan)

    return lambda: parse


@pytest.mark.parametrize("workers", [1, 3])
def test_every_frame_is_answered_as_a_lane_would(workers: int) -> None:
    with (
        WorkerPool[Plan, Raw](lambda: label, workers=workers) as pool,
        pool.client() as client,
    ):
        futures = [client.submit(frame, "one") for frame in numbered(40)]
        assert [future.result(10.0).raw for future in futures] == [("one", n) for n in range(40)]
        assert client.asked == 0


def test_clients_take_turns_however_much_one_of_them_asks(gate: Gate) -> None:
    begun: list[Raw] = []
    with (
        WorkerPool[Plan, Raw](held_by(gate, begun)) as pool,
        pool.client() as greedy,
        pool.client() as modest,
    ):
        futures = [greedy.submit(frame, "greedy") for frame in numbered(6)]
        gate.wait_reached()
        futures += [modest.submit(frame_at(0.0, n), "modest") for n in (7, 8)]
        gate.open()
        for future in futures:
            future.result(10.0)
    assert [plan for plan, _ in begun[:5]] == ["greedy", "modest", "greedy", "modest", "greedy"]


def test_an_interactive_client_goes_before_a_batch_which_keeps_its_share(gate: Gate) -> None:
    begun: list[Raw] = []
    with (
        WorkerPool[Plan, Raw](held_by(gate, begun)) as pool,
        pool.client(service="batch") as batch,
        pool.client() as interactive,
    ):
        futures = [interactive.submit(frame, "interactive") for frame in numbered(21)]
        gate.wait_reached()
        futures += [batch.submit(frame_at(0.0, n), "batch") for n in (30, 31, 32)]
        gate.open()
        for future in futures:
            future.result(10.0)
    plans = [plan for plan, _ in begun]
    assert plans[1:8] == ["interactive"] * 7
    assert plans.count("batch") == 3
    assert plans[8] == "batch"


def test_what_a_parser_raises_is_that_frames_answer_and_nobody_elses() -> None:
    def parse(frame: Frame, plan: Plan) -> Raw:
        if number_of(frame) == 1:
            raise ValueError("no such picture")
        return label(frame, plan)

    with WorkerPool[Plan, Raw](lambda: parse) as pool, pool.client() as client:
        futures = [client.submit(frame, "one") for frame in numbered(3)]
        with pytest.raises(ValueError, match="no such picture"):
            futures[1].result(10.0)
        assert futures[0].result(10.0).raw == ("one", 0)
        assert futures[2].result(10.0).raw == ("one", 2)


def test_what_is_cancelled_in_time_is_never_begun(gate: Gate) -> None:
    begun: list[Raw] = []
    with WorkerPool[Plan, Raw](held_by(gate, begun)) as pool, pool.client() as client:
        first, second, third = (client.submit(frame, "one") for frame in numbered(3))
        gate.wait_reached()
        assert second.cancel()
        assert not first.cancel()  # it is in the worker
        gate.open()
        assert third.result(10.0).raw == ("one", 2)
        with pytest.raises(CancelledError):
            second.result(0)
    assert ("one", 1) not in begun


def test_what_no_worker_begins_in_time_is_overdue(gate: Gate, clock: FakeClock) -> None:
    begun: list[Raw] = []
    with (
        WorkerPool[Plan, Raw](held_by(gate, begun), clock=clock) as pool,
        pool.client() as client,
    ):
        first = client.submit(frame_at(0.0, 0), "one")
        gate.wait_reached()
        late = client.submit(frame_at(0.0, 1), "one", begin_within_s=2.0)
        clock.now += 1.5
        pool.look_after()
        assert not late.done()
        clock.now += 0.5
        pool.look_after()
        with pytest.raises(FrameOverdue, match=r"within 2\.0 s"):
            late.result(0)
        gate.open()
        assert first.result(10.0).wait_s == 0.0
    assert begun == [("one", 0)]


def test_a_worker_that_hangs_is_replaced_and_only_its_frame_fails(
    gate: Gate, clock: FakeClock
) -> None:
    begun: list[Raw] = []
    with (
        WorkerPool[Plan, Raw](held_by(gate, begun), clock=clock) as pool,
        pool.client(parse_limit_s=1.0) as client,
    ):
        hung = client.submit(frame_at(0.0, 0), "one")
        gate.wait_reached()
        other = client.submit(frame_at(0.0, 1), "one")
        clock.now += 2.0
        pool.look_after()
        with pytest.raises(WorkerHung):
            hung.result(10.0)
        assert other.result(10.0).raw == ("one", 1)
        assert pool.statistics().restarted == 1
        gate.open()


def test_a_closed_client_answers_what_waits_and_takes_no_more(gate: Gate) -> None:
    begun: list[Raw] = []
    with WorkerPool[Plan, Raw](held_by(gate, begun)) as pool:
        with pool.client(name="the page") as client:
            futures = [client.submit(frame, "one") for frame in numbered(3)]
            gate.wait_reached()
        for future in futures:
            with pytest.raises(PoolClosed, match="the page"):
                future.result(0)
        with pytest.raises(PoolClosed):
            client.submit(frame_at(0.0), "one")
        gate.open()
        with pool.client() as another:
            assert another.submit(frame_at(0.0, 5), "two").result(10.0).raw == ("two", 5)


def test_a_pool_that_ends_answers_every_client() -> None:
    waits = threading.Event()

    def broken() -> Callable[[Frame, Plan], Raw]:
        waits.wait(10.0)
        raise OSError("no model")

    with pytest.raises(OSError, match="no model"), WorkerPool[Plan, Raw](broken) as pool:
        client = pool.client()
        with client:
            future = client.submit(frame_at(0.0), "one")
            waits.set()
            with pytest.raises(OSError, match="no model"):
                future.result(10.0)


def test_frames_of_clients_and_of_lanes_share_the_workers() -> None:
    with Pool(lambda: label, workers=2) as pool, pool.client() as client:
        lane = lane_of(pool, "lane", numbered(20))
        futures = [client.submit(frame, "client") for frame in numbered(20)]
        assert numbers(lane) == list(range(20))
        assert {future.result(10.0).raw[0] for future in futures} == {"client"}
        until(lambda: pool.statistics().busy == 0)
