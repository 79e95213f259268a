from __future__ import annotations

import _thread
import contextlib
import gc
import itertools
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator

import pytest
from doubles import FakeClock, frame_at, number_of, numbered
from lanes import Gate

from pipeline.errors import SourceError, StageStuck
from pipeline.flow import Flow, Limits
from pipeline.frame import Frame
from pipeline.sources.in_memory import InMemory


def flow_of(
    source: Iterable[Frame],
    parse: Callable[[Frame], int] = number_of,
    *,
    workers: int = 3,
    limits: Limits | None = None,
) -> Flow[None, int, int]:
    return Flow.simple(
        source, make_parser=lambda: parse, workers=workers, limits=limits or Limits()
    )


class EndlessCamera:
    """Live: delivers until it is closed, as fast as the flow takes."""

    is_live = True

    def __init__(self) -> None:
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        number = 0
        while not self._closed.is_set():
            yield frame_at(0.0, number)
            number += 1

    def close(self) -> None:
        self._closed.set()


class StalledCamera(EndlessCamera):
    """Live: delivers one frame, then nothing until it is closed."""

    def __iter__(self) -> Iterator[Frame]:
        yield frame_at(0.0)
        self._closed.wait(30.0)


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
@pytest.mark.parametrize("frames", [0, 1, 2, 50])
def test_every_frame_comes_out_once_and_in_order(workers: int, frames: int) -> None:
    with flow_of(numbered(frames), workers=workers) as results:
        assert [result.parsing for result in results] == list(range(frames))
    statistics = results.statistics()
    assert (statistics.captured, statistics.parsed, statistics.in_flight) == (frames, frames, 0)
    assert statistics.dropped == {}


def test_a_fast_frame_waits_for_the_slow_one_before_it() -> None:
    second_parsed = threading.Event()

    def parse(frame: Frame) -> int:
        if number_of(frame) == 0:
            assert second_parsed.wait(5.0)  # the first frame ends only after the second
        else:
            second_parsed.set()
        return number_of(frame)

    with flow_of(numbered(2), parse, workers=2) as results:
        assert [result.parsing for result in results] == [0, 1]


def test_one_stuck_worker_does_not_stop_the_others_before_the_bound() -> None:
    others = threading.Semaphore(0)

    def parse(frame: Frame) -> int:
        if number_of(frame) == 0:
            for _ in range(5):  # all that fit in flight beside this one
                assert others.acquire(timeout=5.0)
        else:
            others.release()
        return number_of(frame)

    with flow_of(numbered(30), parse, workers=2, limits=Limits(in_flight=6)) as results:
        assert [result.parsing for result in results] == list(range(30))


def test_prepare_and_settle_see_every_frame_in_order() -> None:
    prepared: list[int] = []
    settled: list[int] = []

    def prepare(frame: Frame) -> int:
        prepared.append(number_of(frame))
        return len(prepared)

    def settle(frame: Frame, plan: int, raw: tuple[int, int]) -> tuple[int, int]:
        assert raw == (number_of(frame), plan)
        settled.append(number_of(frame))
        return raw

    def parse(frame: Frame, plan: int) -> tuple[int, int]:
        return number_of(frame), plan

    flow = Flow(
        numbered(40),
        make_parser=lambda: parse,
        prepare=prepare,
        settle=settle,
        workers=4,
    )
    with flow as results:
        assert [result.parsing for result in results] == [(n, n + 1) for n in range(40)]
    assert prepared == settled == list(range(40))


class Settling:
    """The ordered step after the workers, which says where it runs and what it has seen."""

    def __init__(self) -> None:
        self.threads: set[str] = set()
        self.seen = threading.Condition()
        self.count = 0

    def __call__(self, frame: Frame, plan: None, raw: int) -> int:
        with self.seen:
            self.threads.add(threading.current_thread().name)
            self.count += 1
            self.seen.notify_all()
        return raw

    def flow(self, source: Iterable[Frame]) -> Flow[None, int, int]:
        return Flow(
            source,
            lambda: lambda frame, _: number_of(frame),
            prepare=lambda _: None,
            settle=self,
        )


def test_the_next_frames_are_settled_while_the_consumer_works_on_one() -> None:
    settling = Settling()
    with settling.flow(numbered(9)) as results:
        first = next(iter(results))
        with settling.seen:
            assert settling.seen.wait_for(lambda: settling.count >= 3, 10.0)
        rest = [result.parsing for result in results]
    assert [first.parsing, *rest] == list(range(9))
    assert settling.threads == {"settle"}


def test_a_live_frame_is_settled_by_whoever_shows_it_and_waits_for_nobody() -> None:
    settling = Settling()
    with settling.flow(EndlessCamera()) as results:
        for _, _result in zip(range(5), results, strict=False):
            settled = settling.count
        assert settled == 5
    assert settling.threads == {threading.current_thread().name}


def test_what_a_later_frame_fails_on_is_not_told_to_whoever_leaves_before() -> None:
    def settle(frame: Frame, plan: None, raw: int) -> int:
        if raw == 1:
            failed.set()
            raise ValueError("the second cannot be settled")
        return raw

    failed = threading.Event()
    flow = Flow(
        numbered(3), lambda: lambda frame, _: number_of(frame), prepare=lambda _: None,
        settle=settle,
    )  # fmt: skip
    with flow as results:
        assert next(iter(results)).parsing == 0
        assert failed.wait(10.0)


def test_each_worker_builds_its_own_parser_in_its_own_thread() -> None:
    builders: list[str] = []
    all_built = threading.Barrier(3)

    def make() -> Callable[[Frame], str]:
        built_in = threading.current_thread().name
        builders.append(built_in)
        all_built.wait(5.0)
        return lambda _: f"{built_in} {threading.current_thread().name}"

    with Flow.simple(numbered(30), make_parser=make, workers=3) as results:
        for result in results:
            built_in, used_in = result.parsing.split()
            assert built_in == used_in
    assert sorted(builders) == ["worker-1", "worker-2", "worker-3"]


class HastyCamera(EndlessCamera):
    """Live: delivers frames until it is told that a parser has begun, and twenty more."""

    def __init__(self, parsing: threading.Event) -> None:
        super().__init__()
        self._parsing = parsing
        self.is_done = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        yield frame_at(0.0, 0)
        assert self._parsing.wait(5.0)
        for number in range(1, 21):
            yield frame_at(0.0, number)
        self.is_done.set()


def test_a_live_source_drops_what_was_overtaken_and_counts_it() -> None:
    parsing = threading.Event()
    camera = HastyCamera(parsing)

    def parse(frame: Frame) -> int:
        parsing.set()
        assert camera.is_done.wait(5.0)  # all the others come while the first is parsed
        return number_of(frame)

    with flow_of(camera, parse, workers=1) as results:
        parsed = [result.parsing for result in results]
    statistics = results.statistics()
    assert parsed[0] == 0
    assert parsed[-1] == 20  # the newest is never overtaken
    assert statistics.captured == 21
    assert statistics.dropped == {"overtaken": 21 - len(parsed)}
    assert len(parsed) < 10


@pytest.mark.parametrize("live", [EndlessCamera, StalledCamera])
def test_a_consumer_may_leave_a_source_that_never_ends(
    live: type[EndlessCamera],
) -> None:
    with flow_of(live()) as results:
        assert next(iter(results)).ticket == 0
    assert results.statistics().left_behind == ()


def test_an_exception_of_the_consumer_stops_everything_and_is_its_own() -> None:
    with pytest.raises(ZeroDivisionError), flow_of(EndlessCamera()) as results:
        for _ in results:
            raise ZeroDivisionError


@pytest.mark.parametrize("good", [0, 10, 29])
def test_a_source_that_breaks_ends_the_run_with_its_own_exception(good: int) -> None:
    def broken() -> Iterator[Frame]:
        yield from numbered(good)
        raise SourceError("source.broke", "the cable was pulled")

    with pytest.raises(SourceError, match="the cable was pulled"), flow_of(broken()) as results:
        for _ in results:
            pass


@pytest.mark.parametrize("bad", [0, 10, 29])
def test_a_parser_that_raises_ends_the_run_and_the_frame_is_named(bad: int) -> None:
    def parse(frame: Frame) -> int:
        if number_of(frame) == bad:
            raise RuntimeError("no such layer")
        return 0

    with pytest.raises(RuntimeError, match="no such layer") as raised:
        with flow_of(numbered(30), parse, workers=1) as results:
            for _ in results:
                pass
    assert results.statistics().parsed == bad
    assert f"while parsing frame {bad}" in raised.value.__notes__


@pytest.mark.parametrize("stage", ["source", "prepare", "parse", "settle"])
@pytest.mark.parametrize("bad", [0, 10, 29])
def test_all_that_came_before_a_failure_comes_out_first(stage: str, bad: int) -> None:
    slow = threading.Event()

    def broken_at(here: str, frame: Frame) -> None:
        if here == stage and number_of(frame) == bad:
            raise LookupError(stage)

    def source() -> Iterator[Frame]:
        for frame in numbered(30):
            broken_at("source", frame)
            yield frame

    def parse(frame: Frame, _plan: None) -> int:
        broken_at("parse", frame)
        if number_of(frame) == bad - 1:  # still at work when the one after it has failed
            slow.wait(0.05)
        return number_of(frame)

    def settle(frame: Frame, _plan: None, raw: int) -> int:
        broken_at("settle", frame)
        return raw

    seen: list[int] = []
    flow = Flow(
        source(),
        make_parser=lambda: parse,
        prepare=lambda frame: broken_at("prepare", frame),
        settle=settle,
        workers=3,
    )
    with pytest.raises(LookupError, match=stage), flow as results:
        seen.extend(result.parsing for result in results)
    assert seen == list(range(bad))


def test_a_parser_that_cannot_be_built_ends_the_run() -> None:
    def make() -> Callable[[Frame], int]:
        raise MemoryError("no room for worker")

    with pytest.raises(MemoryError, match="no room"):
        with Flow.simple(EndlessCamera(), make_parser=make, workers=3) as results:
            for _ in results:
                pass


@pytest.mark.parametrize("stage", ["prepare", "settle"])
@pytest.mark.parametrize("bad", [0, 10, 29])
def test_an_ordered_step_that_raises_ends_the_run(stage: str, bad: int) -> None:
    def step(frame: Frame, *_: object) -> None:
        if number_of(frame) == bad:
            raise LookupError(stage)

    def skip(*_: object) -> None:
        pass

    flow = Flow(
        numbered(30),
        make_parser=lambda: lambda frame, plan: None,
        prepare=step if stage == "prepare" else skip,
        settle=step if stage == "settle" else skip,
        workers=2,
    )
    with pytest.raises(LookupError, match=stage), flow as results:
        for _ in results:
            pass


def test_a_failure_nobody_iterated_into_is_raised_on_leaving() -> None:
    failed = threading.Event()

    def broken() -> Iterator[Frame]:
        failed.set()
        raise SourceError("source.broke", "gone")
        yield

    with pytest.raises(SourceError, match="gone"), flow_of(broken()):
        assert failed.wait(5.0)


def test_a_failed_frame_may_be_answered_for_and_is_counted() -> None:
    def parse(frame: Frame, plan: None) -> int:
        if number_of(frame) % 10 == 3:
            raise ValueError("too dark")
        return number_of(frame)

    flow = Flow(
        numbered(30),
        make_parser=lambda: parse,
        prepare=lambda _: None,
        settle=lambda _frame, _plan, raw: raw,
        workers=2,
        on_parse_error=lambda _frame, _plan, error: -1,
    )
    with flow as results:
        answers = [result.parsing for result in results]
    assert answers == [-1 if number % 10 == 3 else number for number in range(30)]
    assert results.statistics().failed == 3


def test_a_parse_over_the_limit_is_named() -> None:
    release = threading.Event()

    def parse(frame: Frame) -> int:
        release.wait(10.0)
        return 0

    flow = flow_of(numbered(2), parse, workers=1, limits=Limits(parse_limit_s=0.01))
    with pytest.raises(
        StageStuck, match=r"worker-1 has been parsing frame 0 for 0\.\d s; the limit"
    ):
        with flow as results:
            try:
                next(iter(results))
            finally:
                release.set()


def test_a_worker_that_does_not_stop_is_left_behind_and_named() -> None:
    release, parsing = threading.Event(), threading.Event()

    def parse(frame: Frame) -> int:
        parsing.set()
        release.wait(10.0)
        return 0

    flow = flow_of(numbered(1), parse, workers=1, limits=Limits(stop_within_s=0.01))
    with pytest.raises(StageStuck, match="worker-1 did not stop in time"), flow:
        assert parsing.wait(5.0)
    assert flow.statistics().left_behind == ("worker-1",)
    release.set()


def test_a_source_stuck_in_native_code_is_left_behind_without_an_error() -> None:
    release, reading = threading.Event(), threading.Event()

    def stuck() -> Iterator[Frame]:
        reading.set()
        release.wait(10.0)
        yield frame_at(0.0)

    with flow_of(stuck(), limits=Limits(stop_within_s=0.3)) as results:
        assert reading.wait(5.0)
    assert results.statistics().left_behind == ("source",)
    release.set()


def test_a_slow_consumer_bounds_the_frames_in_flight() -> None:
    limits = Limits(in_flight=4)
    with flow_of(numbered(40), workers=2, limits=limits) as results:
        for _ in results:
            assert results.statistics().in_flight <= 4


def test_stale_frames_of_a_live_source_are_dropped_unparsed() -> None:
    class Late(EndlessCamera):
        def __iter__(self) -> Iterator[Frame]:
            yield frame_at(-10.0)
            yield frame_at(99.9, number=1)

    clock = FakeClock()
    flow = Flow(
        Late(),
        make_parser=lambda: lambda frame, _: number_of(frame),
        prepare=lambda _: None,
        settle=lambda _frame, _plan, raw: raw,
        limits=Limits(max_age_s=0.5, queue_size=5),
        clock=clock,
    )
    with flow as results:
        assert [result.parsing for result in results] == [1]
    assert results.statistics().dropped == {"stale": 1}


def test_the_stages_of_a_result_add_up_to_its_whole_delay() -> None:
    with flow_of(numbered(3)) as results:
        for result in results:
            timing = result.timing
            assert list(timing.stages) == ["queue", "prepare", "wait", "parse", "reorder", "settle"]
            assert all(seconds >= 0 for name, seconds in timing.stages.items() if name != "queue")
            whole = timing.settled_at - timing.captured_at
            assert sum(timing.stages.values()) == pytest.approx(whole)


def test_steps_that_hold_something_are_closed_with_the_run() -> None:
    class Step:
        closed = False

        def __call__(self, *_: object) -> None:
            pass

        def close(self) -> None:
            self.closed = True

    prepare, settle = Step(), Step()
    flow = Flow(
        numbered(3),
        make_parser=lambda: lambda frame, plan: None,
        prepare=prepare,
        settle=settle,
    )
    with pytest.raises(ZeroDivisionError), flow:
        raise ZeroDivisionError
    assert prepare.closed
    assert settle.closed


def test_a_flow_closed_from_elsewhere_ends_its_iteration() -> None:
    with Flow.simple(itertools.cycle(numbered(1)), make_parser=lambda: lambda frame: frame) as flow:
        for seen, _ in enumerate(flow):
            if seen == 3:
                flow.close()
    assert seen == 3


@pytest.mark.parametrize("workers", [0, -1])
def test_a_flow_without_workers_is_refused(workers: int) -> None:
    with pytest.raises(ValueError, match=f"a flow has 1 worker or more, got {workers}"):
        flow_of(numbered(1), workers=workers)


def test_limits_that_let_nothing_through_are_refused() -> None:
    with pytest.raises(ValueError, match="queue_size is 1 or more, got 0"):
        Limits(queue_size=0)
    with pytest.raises(ValueError, match="in_flight is 1 or more, got 0"):
        Limits(in_flight=0)


def test_a_flow_outside_a_with_block_says_so() -> None:
    with pytest.raises(RuntimeError, match="a flow runs in a with block"):
        iter(flow_of(numbered(1)))


def test_a_flow_runs_once() -> None:
    flow = flow_of(numbered(1))
    with flow as results:
        assert len(list(results)) == 1
    with pytest.raises(RuntimeError, match="a flow runs once"), flow:
        pass


def test_a_parser_that_is_not_built_within_the_limit_is_named() -> None:
    release = threading.Event()

    def make() -> Callable[[Frame], int]:
        release.wait(10.0)
        return number_of

    flow = Flow.simple(numbered(2), make_parser=make, limits=Limits(load_limit_s=0.01))
    said = r"worker-1 has been building its parser for 0\.\d s; the limit is 0.01 s"
    with pytest.raises(StageStuck, match=said), flow as results:
        try:
            next(iter(results))
        finally:
            release.set()


def test_an_interrupt_does_not_wait_for_a_parser_that_is_stuck() -> None:
    release, parsing = threading.Event(), threading.Event()

    def parse(frame: Frame) -> int:
        parsing.set()
        release.wait(10.0)
        return 0

    flow = flow_of(numbered(1), parse, workers=1, limits=Limits(stop_within_s=30.0))
    began_at = time.monotonic()
    with pytest.raises(KeyboardInterrupt), flow:
        assert parsing.wait(5.0)
        raise KeyboardInterrupt
    assert time.monotonic() - began_at < 5.0
    assert flow.statistics().left_behind == ("worker-1",)
    release.set()


def test_an_interrupt_that_wakes_nobody_is_heard_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.pool.lane_limits._LOOKS_UP_AFTER_S", 0.01)
    release = threading.Event()

    def parse(frame: Frame) -> int:
        _thread.interrupt_main()  # like a signal just before a wait: noted, and not looked at
        release.wait(10.0)
        return 0

    with pytest.raises(KeyboardInterrupt), flow_of(numbered(1), parse, workers=1) as results:
        for _ in results:
            raise AssertionError("the parser does not return")
    release.set()


@pytest.mark.parametrize("interrupted", ["worker-2", "prepare", "source"])
def test_an_interrupt_while_a_flow_starts_leaves_no_thread(
    monkeypatch: pytest.MonkeyPatch, interrupted: str
) -> None:
    start = threading.Thread.start

    def start_and_interrupt(thread: threading.Thread) -> None:
        start(thread)
        if thread.name == interrupted:
            raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start_and_interrupt)
    with pytest.raises(KeyboardInterrupt), flow_of(numbered(3), workers=2):
        pytest.fail("it has not started")


class Model:
    """What takes the memory; its weak reference says when that is free again."""

    def __call__(self, frame: Frame, plan: object = None, raw: object = None) -> int:
        return number_of(frame)


class BrokenModel(Model):
    def __call__(self, frame: Frame, plan: object = None, raw: object = None) -> int:
        raise LookupError("no such layer")


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("is_entered", [True, False])
def test_a_flow_that_is_over_leaves_its_models_to_no_garbage_collector(is_entered: bool) -> None:
    def run() -> list[weakref.ref[Model]]:
        parse, prepare, settle = Model(), Model(), Model()
        flow = Flow(numbered(3), lambda: parse, prepare=prepare, settle=settle)
        if is_entered:
            with flow as results:
                assert len(list(results)) == 3
        return [weakref.ref(model) for model in (parse, prepare, settle)]

    left = run()
    assert [model() for model in left] == [None, None, None]


@pytest.mark.usefixtures("no_collector")
def test_whoever_keeps_a_flow_that_is_over_keeps_none_of_its_steps() -> None:
    def steps() -> tuple[Flow[int, int, int], list[weakref.ref[Model]]]:
        prepare, settle = Model(), Model()
        flow = Flow(numbered(3), Model, prepare=prepare, settle=settle)
        return flow, [weakref.ref(model) for model in (prepare, settle)]

    flow, left = steps()
    with flow as results:
        assert len(list(results)) == 3
    assert [model() for model in left] == [None, None]


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("broken", ["parse", "prepare", "settle", "source", "consumer"])
def test_a_flow_that_broke_leaves_its_models_to_no_garbage_collector(broken: str) -> None:
    def frames() -> Iterator[Frame]:
        yield from numbered(3)
        if broken == "source":
            raise LookupError("the cable was pulled")

    steps = {
        name: BrokenModel() if name == broken else Model()
        for name in ("parse", "prepare", "settle")
    }
    left = [weakref.ref(model) for model in steps.values()]

    def run() -> None:
        parse = steps["parse"]
        flow = Flow(frames(), lambda: parse, prepare=steps["prepare"], settle=steps["settle"])
        with flow as results:
            for _ in results:
                if broken == "consumer":
                    raise LookupError("no room on the disk")

    with contextlib.suppress(LookupError):  # pytest.raises would keep the traceback
        run()
    del run
    steps.clear()
    assert [model() for model in left] == [None, None, None]


def test_frames_are_numbered_at_the_capture_so_that_dropped_ones_leave_a_gap() -> None:
    captured: list[int | None] = []
    gate, all_captured = Gate(), threading.Event()

    class Burst(InMemory):
        def __iter__(self) -> Iterator[Frame]:
            frames = super().__iter__()
            yield next(frames)
            gate.wait_reached()  # the first frame is in the worker: all others wait, or go
            yield from frames
            all_captured.set()

    def parse(frame: Frame, plan: None) -> int:
        if number_of(frame) == 0:
            gate.pass_through()
        return number_of(frame)

    flow: Flow[None, int, int] = Flow(
        Burst(numbered(9), is_live=True),
        make_parser=lambda: parse,
        prepare=lambda _: None,
        settle=lambda _frame, _plan, raw: raw,
        limits=Limits(queue_size=2, in_flight=1),
        on_capture=lambda frame: captured.append(frame.sequence),
    )
    with flow as results:
        assert all_captured.wait(5.0)
        gate.open()
        found = [(result.ticket, result.frame.sequence, result.parsing) for result in results]
    assert captured == list(range(9))
    assert found == [(0, 0, 0), (1, 7, 7), (2, 8, 8)]


def test_a_number_that_the_source_gave_is_kept() -> None:
    frames = numbered(3)
    for frame, number in zip(frames, (4, 5, 9), strict=True):
        frame.sequence = number
    with flow_of(frames) as results:
        assert [result.frame.sequence for result in results] == [4, 5, 9]


def test_what_sees_the_captured_frames_may_fail_and_that_ends_the_run() -> None:
    def see(frame: Frame) -> None:
        raise OSError("the observer broke")

    flow = Flow(
        numbered(3),
        make_parser=lambda: lambda frame, plan: number_of(frame),
        prepare=lambda _: None,
        settle=lambda _frame, _plan, raw: raw,
        on_capture=see,
    )
    with pytest.raises(OSError, match="the observer broke"), flow as results:
        list(results)
