"""What every pool promises, for any number of lanes and workers."""

from __future__ import annotations

import _thread
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

from pipeline.errors import FrameOverdue, PoolClosed, SourceError
from pipeline.frame import Frame
from pipeline.pool.fair_queue import ServiceClass
from pipeline.pool.lane_limits import LaneLimits
from pipeline.pool.worker_pool import WorkerPool

any_size = pytest.mark.parametrize(
    ("lanes", "workers"), list(itertools.product((1, 2, 8), (1, 2, 5)))
)


def pool_of(parse: Callable[[Frame, Plan], Raw] = label, workers: int = 1) -> Pool:
    return WorkerPool(lambda: parse, workers=workers)


@any_size
def test_every_lane_gets_each_of_its_frames_once_and_in_order(lanes: int, workers: int) -> None:
    names = [f"lane{number}" for number in range(lanes)]
    with pool_of(workers=workers) as pool, consumers(lanes) as threads:
        runs = [threads.submit(numbers, lane_of(pool, name, numbered(20))) for name in names]
        assert [outcome(run) for run in runs] == [list(range(20))] * lanes
    statistics = pool.statistics()
    assert (statistics.taken, statistics.busy, statistics.queued) == (20 * lanes, 0, 0)
    assert (statistics.lanes, statistics.left_behind) == ((), ())


@any_size
def test_steps_see_their_own_lane_in_order_and_on_one_thread(lanes: int, workers: int) -> None:
    seen: dict[str, list[tuple[str, str, int]]] = {}
    run_by: dict[str, set[int]] = {}

    def note(step: str, name: str, frame: Frame) -> None:
        seen.setdefault(step + name, []).append((step, name, number_of(frame)))
        run_by.setdefault(step + name, set()).add(threading.get_ident())

    def run(name: str) -> list[int]:
        def prepare(frame: Frame) -> str:
            note("prepare", name, frame)
            return name

        def settle(frame: Frame, plan: str, raw: Raw) -> Raw:
            assert (plan, raw) == (name, (name, number_of(frame)))
            note("settle", name, frame)
            return raw

        return numbers(pool.lane(numbered(15), prepare=prepare, settle=settle))

    with pool_of(workers=workers) as pool, consumers(lanes) as threads:
        list(threads.map(run, [str(number) for number in range(lanes)]))
    assert len(seen) == 2 * lanes
    for places in seen.values():
        assert [number for _, _, number in places] == list(range(15))
        assert len({name for _, name, _ in places}) == 1
    assert {len(threads) for threads in run_by.values()} == {1}


@any_size
@pytest.mark.parametrize("stage", ["source", "prepare", "parse", "answer", "settle"])
def test_a_lane_that_fails_fails_alone(lanes: int, workers: int, stage: str) -> None:
    def broken_at(where: str, frame: Frame) -> None:
        if stage == where and number_of(frame) == 7:
            raise SourceError("source.broke", stage)

    def source() -> Iterator[Frame]:
        for frame in numbered(20):
            broken_at("source", frame)
            yield frame

    def prepare(frame: Frame) -> str:
        broken_at("prepare", frame)
        return "bad"

    def parse(frame: Frame, plan: str) -> Raw:
        if plan == "bad" and stage in ("parse", "answer") and number_of(frame) == 7:
            raise SourceError("source.broke", "parse")
        return label(frame, plan)

    def answer(frame: Frame, plan: str, error: Exception) -> Raw:
        raise SourceError("source.broke", f"answer to {error}")

    def settle(frame: Frame, plan: str, raw: Raw) -> Raw:
        broken_at("settle", frame)
        return raw

    with pool_of(parse, workers) as pool, consumers(lanes) as threads:
        bad = pool.lane(
            source(),
            prepare=prepare,
            settle=settle,
            on_parse_error=answer if stage == "answer" else None,
        )
        runs = [
            threads.submit(numbers, lane)
            for lane in (bad, *(lane_of(pool, f"good{n}", numbered(20)) for n in range(lanes - 1)))
        ]
        first, *others = [outcome(run) for run in runs]
    assert isinstance(first, SourceError)
    assert str(first).startswith(stage)
    assert others == [list(range(20))] * (lanes - 1)
    assert pool.statistics().restarted == 0  # what a parser raises costs no worker


@any_size
def test_a_cancelled_lane_leaves_alone_and_its_frames_in_workers_are_thrown_away(
    lanes: int, workers: int
) -> None:
    gate = Gate()

    def parse(frame: Frame, plan: str) -> Raw:
        if plan == "cancelled":
            gate.pass_through()
        return label(frame, plan)

    with pool_of(parse, workers) as pool, consumers(lanes) as threads:
        cancelled = lane_of(pool, "cancelled", itertools.cycle(numbered(3)))
        first = threads.submit(numbers, cancelled)
        gate.wait_reached()
        others = [
            threads.submit(numbers, lane_of(pool, f"good{n}", numbered(20)))
            for n in range(lanes - 1)
        ]
        cancelled.close()
        assert outcome(first) == []  # while its frames are still in workers
        assert pool.statistics().busy >= 1
        gate.open()
        assert [outcome(other) for other in others] == [list(range(20))] * (lanes - 1)
    assert cancelled.statistics().parsed == 0


def test_a_lane_is_opened_while_others_run_and_after_all_have_left() -> None:
    with pool_of(workers=2) as pool:
        for _ in range(3):
            assert numbers(lane_of(pool, "one", numbered(4))) == [0, 1, 2, 3]
            with lane_of(pool, "outer", numbered(4)) as outer:
                results = iter(outer)
                next(results)
                assert numbers(lane_of(pool, "inner", numbered(4))) == [0, 1, 2, 3]
                assert [result.ticket for result in results] == [1, 2, 3]


# fairness: one worker, held until every lane has all its frames in the queue


def order_of(frames: dict[str, int], services: dict[str, ServiceClass]) -> str:
    """Whose frames one worker takes, one after the other, where all of them wait."""
    gate, taken = Gate(), list[str]()

    def parse(frame: Frame, plan: str) -> Raw:
        if plan == "plug":
            gate.pass_through()
        else:
            taken.append(plan)
        return label(frame, plan)

    with pool_of(parse) as pool, contextlib.ExitStack() as lanes, consumers(len(frames)) as threads:
        lanes.enter_context(lane_of(pool, "plug", numbered(1)))
        gate.wait_reached()
        runs = []
        for queued, (name, count) in enumerate(frames.items()):
            lane = lane_of(
                pool,
                name,
                numbered(count),
                service=services[name],
                limits=LaneLimits(in_flight=count),
            )
            runs.append(threads.submit(numbers, lane))
            due = sum(list(frames.values())[: queued + 1])
            until(lambda due=due: pool.statistics().queued == due)  # type: ignore[misc]
        gate.open()
        assert [outcome(run) for run in runs] == [list(range(n)) for n in frames.values()]
    return "".join(taken)


def test_lanes_of_a_class_take_turns_frame_by_frame() -> None:
    frames = {"a": 6, "b": 6, "c": 3}
    services: dict[str, ServiceClass] = dict.fromkeys(frames, "stream")
    assert order_of(frames, services) == "abcabcabc" + "ababab"


def test_interactive_goes_first_and_batch_gets_its_eighth() -> None:
    services: dict[str, ServiceClass] = {"b": "batch", "i": "interactive"}
    assert order_of({"b": 4, "i": 21}, services) == "iiiiiiib" * 3 + "b"


def test_batch_and_stream_keep_their_shares_of_a_pool_full_of_interactive_lanes() -> None:
    frames = {"b": 12, "s": 24, "i": 60}
    services: dict[str, ServiceClass] = {"b": "batch", "s": "stream", "i": "interactive"}
    taken = order_of(frames, services)[:72]
    assert all("b" in taken[at : at + 8] for at in range(72 - 7))
    assert all("s" in taken[at : at + 5] for at in range(72 - 4))


def test_a_lane_whose_frames_take_for_ever_holds_one_worker_and_not_two() -> None:
    gates = {"slow": Gate(), "plug": Gate()}

    def parse(frame: Frame, plan: str) -> Raw:
        if plan in gates:
            gates[plan].pass_through()
        return label(frame, plan)

    def run(name: str, count: int) -> Future[list[int]]:
        limits = LaneLimits(in_flight=count)
        return threads.submit(numbers, lane_of(pool, name, numbered(count), limits=limits))

    with pool_of(parse, workers=2) as pool, consumers(3) as threads:
        plug = run("plug", 1)
        gates["plug"].wait_reached()
        slow = run("slow", 5)
        gates["slow"].wait_reached()
        quick = run("quick", 50)
        until(lambda: pool.statistics().queued == 4 + 50)
        gates["plug"].open()
        assert outcome(quick) == list(range(50))  # while four more of the slow ones waited
        gates["slow"].open()
        assert (outcome(slow), outcome(plug)) == ([0, 1, 2, 3, 4], [0])


def test_a_lanes_quota_bounds_the_workers_that_it_holds() -> None:
    at_once, most = 0, 0
    lock = threading.Lock()

    def parse(frame: Frame, plan: str) -> Raw:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        threading.Event().wait(0)  # lets the others in
        with lock:
            at_once -= 1
        return label(frame, plan)

    with pool_of(parse, workers=5) as pool:
        lane = lane_of(pool, "one", numbered(40), limits=LaneLimits(in_flight=2))
        with lane as results:
            for _ in results:
                assert lane.statistics().in_flight <= 2
    assert most <= 2


# deadlines


def dated(clock: FakeClock) -> list[Frame]:
    """Four frames; no worker can begin the second and the third within half a second."""
    ages = (0.1, 9.0, 8.0, 0.2)
    return [frame_at(clock.now - age_s, number) for number, age_s in enumerate(ages)]


def test_overdue_work_is_not_begun_but_dropped_and_counted(clock: FakeClock) -> None:
    begun: list[int] = []

    def parse(frame: Frame, plan: str) -> Raw:
        begun.append(number_of(frame))
        return label(frame, plan)

    with WorkerPool(lambda: parse, clock=clock) as pool:
        lane = lane_of(pool, "dated", dated(clock), limits=LaneLimits(deadline_s=0.5))
        with lane as results:
            assert [(result.ticket, result.parsing[1]) for result in results] == [(0, 0), (3, 3)]
    assert begun == [0, 3]
    statistics = lane.statistics()
    assert statistics.dropped == {"overdue": 2}
    assert (statistics.captured, statistics.parsed, statistics.in_flight) == (4, 2, 0)


def test_whoever_asks_hears_what_was_overdue_at_its_place_in_the_order(clock: FakeClock) -> None:
    heard: list[str] = []
    limits = LaneLimits(deadline_s=0.5)
    with WorkerPool(lambda: label, clock=clock) as pool:
        lane = lane_of(
            pool, "dated", dated(clock), limits=limits,
            on_overdue=lambda number: heard.append(f"overdue {number}"),
        )  # fmt: skip
        with lane as results:
            for result in results:
                heard.append(f"parsed {result.frame.sequence}")
    assert heard == ["parsed 0", "overdue 1", "overdue 2", "parsed 3"]


def test_overdue_work_ends_the_lane_that_says_so_and_no_other(clock: FakeClock) -> None:
    limits = LaneLimits(deadline_s=0.5, when_overdue="raise")
    with WorkerPool(lambda: label, clock=clock) as pool:
        lane = lane_of(pool, "dated", dated(clock), limits=limits)
        said = r"no worker was free for frame 1 within 0\.5 s of its capture"
        with pytest.raises(FrameOverdue, match=said) as raised, lane as results:
            assert next(iter(results)).ticket == 0
            next(iter(results))
        assert raised.value.code == "frame.overdue"
        assert numbers(lane_of(pool, "other", numbered(5))) == [0, 1, 2, 3, 4]


def test_what_gets_overdue_while_all_workers_are_busy_is_dropped_before_they_are_free(
    clock: FakeClock,
) -> None:
    gate = Gate()

    def parse(frame: Frame, plan: str) -> Raw:
        gate.pass_through()
        return label(frame, plan)

    with WorkerPool(lambda: parse, clock=clock) as pool, consumers(2) as threads:
        busy = threads.submit(numbers, lane_of(pool, "busy", numbered(1)))
        gate.wait_reached()
        frames = [frame_at(clock.now, number) for number in range(3)]
        limits = LaneLimits(deadline_s=0.02)
        dated = threads.submit(numbers, lane_of(pool, "dated", frames, limits=limits))
        until(lambda: pool.statistics().queued == 3)
        clock.now += 1.0
        assert outcome(dated) == []
        gate.open()
        assert outcome(busy) == [0]


# beginnings and ends


def test_each_worker_builds_its_own_parser_in_its_own_thread() -> None:
    builders: list[str] = []
    all_built = threading.Barrier(4)

    def make() -> Callable[[Frame, Plan], Raw]:
        built_in = threading.current_thread().name
        builders.append(built_in)
        all_built.wait(5.0)

        def parse(frame: Frame, plan: str) -> Raw:
            assert threading.current_thread().name == built_in
            return label(frame, plan)

        return parse

    with WorkerPool(make, workers=3) as pool:
        all_built.wait(5.0)  # without a lane
        assert numbers(lane_of(pool, "one", numbered(20))) == list(range(20))
    assert sorted(builders) == ["worker-1", "worker-2", "worker-3"]


@pytest.mark.parametrize("unlucky", [{"worker-1"}, {"worker-2"}, {"worker-1", "worker-2"}])
def test_a_parser_that_cannot_be_built_ends_every_lane_and_the_pool(unlucky: set[str]) -> None:
    def make() -> Callable[[Frame, Plan], Raw]:
        if threading.current_thread().name in unlucky:
            raise MemoryError("no room")
        return label

    with pytest.raises(MemoryError, match="no room"), WorkerPool(make, workers=2) as pool:
        for name in ("one", "another"):
            with pytest.raises(MemoryError, match="no room"):
                numbers(lane_of(pool, name, itertools.cycle(numbered(1))))


def test_a_pool_that_is_left_ends_the_lanes_that_are_still_open() -> None:
    begun = threading.Event()

    def source() -> Iterator[Frame]:
        yield from numbered(1)
        begun.set()
        yield from itertools.cycle(numbered(1))

    with consumers(1) as threads:
        with pool_of() as pool:
            run = threads.submit(numbers, lane_of(pool, "one", source()))
            assert begun.wait(5.0)
        assert isinstance(outcome(run), PoolClosed)
        with pytest.raises(PoolClosed, match="a lane is opened in its pool's with block"):
            numbers(lane_of(pool, "late", numbered(1)))


def test_a_lane_that_got_all_its_frames_does_not_miss_the_pool() -> None:
    with pool_of() as pool:
        with lane_of(pool, "one", numbered(3)) as results:
            assert [result.ticket for result in results] == [0, 1, 2]
            pool.close()


def test_a_lane_and_a_pool_run_once_and_in_a_block() -> None:
    pool = pool_of()
    with pytest.raises(PoolClosed):
        numbers(lane_of(pool, "early", numbered(1)))
    with pool:
        lane = lane_of(pool, "one", numbered(1))
        with pytest.raises(RuntimeError, match="a lane runs in a with block"):
            iter(lane)
        assert numbers(lane) == [0]
        with pytest.raises(RuntimeError, match="a lane runs once"):
            numbers(lane)
    with pytest.raises(RuntimeError, match="a pool runs once"), pool:
        pass


@pytest.mark.parametrize("workers", [0, -1])
def test_a_pool_without_workers_is_refused(workers: int) -> None:
    with pytest.raises(ValueError, match=f"a pool has 1 worker or more, got {workers}"):
        pool_of(workers=workers)


def test_a_snapshot_says_how_lanes_and_workers_stand() -> None:
    gate = Gate()

    def parse(frame: Frame, plan: str) -> Raw:
        gate.pass_through()
        return label(frame, plan)

    with pool_of(parse, workers=2) as pool:
        assert pool.statistics().lanes == ()
        limits = LaneLimits(in_flight=3, queue_size=2)
        with lane_of(pool, "film", numbered(9), service="batch", limits=limits) as lane:
            gate.wait_reached()
            gate.wait_reached()
            until(lambda: pool.statistics().queued == 1 and pool.statistics().waiting == 2)
            statistics = pool.statistics()
            assert statistics.lanes == (lane.statistics(),)
            assert (statistics.workers, statistics.busy, statistics.taken) == (2, 2, 2)
            assert (statistics.in_flight, statistics.restarted, statistics.lost) == (3, 0, ())
            assert statistics.dropped == {}
            of_lane = lane.statistics()
            assert (of_lane.name, of_lane.service) == ("film", "batch")
            assert (of_lane.captured, of_lane.taken, of_lane.parsed) == (5, 3, 0)
            gate.open()


def test_threads_are_named_after_their_lane() -> None:
    names: list[str] = []

    def source() -> Iterator[Frame]:
        names.append(threading.current_thread().name)
        yield from numbered(1)

    def prepare(_: Frame) -> str:
        names.append(threading.current_thread().name)
        return ""

    with pool_of() as pool:
        lane = pool.lane(source(), prepare=prepare, settle=lambda _frame, _plan, raw: raw)
        numbers(lane)
    assert names == ["lane-1 source", "lane-1 prepare"]


def test_an_interrupt_ends_one_lane_at_once_though_its_parser_is_stuck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.pool.lane_limits._LOOKS_UP_AFTER_S", 0.01)
    gate = Gate()

    def parse(frame: Frame, plan: str) -> Raw:
        if plan == "stuck":
            _thread.interrupt_main()  # like a signal just before a wait: noted, and not looked at
            gate.pass_through()
        return label(frame, plan)

    with pool_of(parse) as pool, consumers(1) as threads:
        with pytest.raises(KeyboardInterrupt):
            numbers(lane_of(pool, "stuck", itertools.cycle(numbered(1))))
        other = threads.submit(numbers, lane_of(pool, "other", numbered(5)))
        gate.open()
        assert outcome(other) == [0, 1, 2, 3, 4]


class Step:
    """A step that holds something; its weak reference says when that is free again."""

    is_closed = False

    def __call__(self, *arguments: object) -> Raw:
        return "", 0

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("is_broken", [False, True])
def test_a_lane_that_is_over_holds_nothing_though_its_pool_goes_on(is_broken: bool) -> None:
    def run(pool: WorkerPool[Raw, Raw]) -> list[weakref.ref[Step]]:
        def frames() -> Iterator[Frame]:
            yield from numbered(3)
            if is_broken:
                raise LookupError

        prepare, settle = Step(), Step()
        with contextlib.suppress(LookupError):
            with pool.lane(frames(), prepare=prepare, settle=settle) as results:
                for _ in results:
                    pass
        assert prepare.is_closed
        assert settle.is_closed
        return [weakref.ref(prepare), weakref.ref(settle)]

    parser = Step()
    with WorkerPool[Raw, Raw](lambda: parser, workers=2) as pool:
        left = run(pool)
        until(lambda: pool.statistics().busy == 0)
        until(lambda: [step() for step in left] == [None, None])
