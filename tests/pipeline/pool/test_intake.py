from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from doubles import FakeClock, frame_at, number_of, numbered

from pipeline.errors import Closed, EndOfStream
from pipeline.pool.intake import Intake, IntakeLimits

InThread = Callable[[Callable[[], None]], threading.Thread]


def test_tickets_are_dense_whatever_was_dropped() -> None:
    intake = Intake(IntakeLimits(size=2, in_flight=9, when_full="drop-oldest"))
    for frame in numbered(5):
        intake.put(frame)
    assert [(ticket, number_of(frame)) for ticket, frame in (intake.take(), intake.take())] == [
        (0, 3),
        (1, 4),
    ]
    statistics = intake.statistics()
    assert (statistics.captured, statistics.taken) == (5, 2)
    assert statistics.dropped == {"overtaken": 3}


def test_a_file_waits_and_loses_nothing(in_thread: InThread) -> None:
    intake = Intake(IntakeLimits(size=1, in_flight=9, when_full="wait"))

    def read() -> None:
        for frame in numbered(6):
            intake.put(frame)
        intake.end()

    in_thread(read)
    assert [number_of(intake.take()[1]) for _ in range(6)] == list(range(6))
    with pytest.raises(EndOfStream):
        intake.take()
    assert intake.statistics().dropped == {}


def test_frames_in_flight_are_bounded_until_a_result_leaves(in_thread: InThread) -> None:
    intake = Intake(IntakeLimits(size=5, in_flight=2))
    for frame in numbered(3):
        intake.put(frame)
    intake.take()
    intake.take()
    third = threading.Event()

    def take() -> None:
        intake.take()
        third.set()

    in_thread(take)
    assert not third.wait(0.02)
    intake.release()
    assert third.wait(5.0)
    assert intake.statistics().in_flight == 2


def test_what_waited_too_long_is_dropped_by_its_own_reason(clock: FakeClock) -> None:
    intake = Intake(IntakeLimits(size=5, in_flight=9, max_age_s=0.5), clock)
    for age_s in (0.9, 0.6, 0.4):
        intake.put(frame_at(clock.now - age_s, number=int(age_s * 10)))
    assert number_of(intake.take()[1]) == 4
    assert intake.statistics().dropped == {"stale": 2}


def test_dropping_stale_frames_makes_room_for_a_waiting_source(
    clock: FakeClock, in_thread: InThread
) -> None:
    intake = Intake(IntakeLimits(size=1, in_flight=9, when_full="wait", max_age_s=0.5), clock)
    intake.put(frame_at(clock.now - 1.0))
    in_thread(lambda: intake.put(frame_at(clock.now, number=7)))
    assert number_of(intake.take()[1]) == 7


def test_closing_wakes_the_source_and_the_taker(in_thread: InThread) -> None:
    intake = Intake(IntakeLimits(size=1, in_flight=1))
    ends: list[str] = []

    def read() -> None:
        with pytest.raises(Closed):
            while True:
                intake.put(frame_at(0.0))
        ends.append("source")

    def take() -> None:
        with pytest.raises(Closed):
            while True:
                intake.take()
        ends.append("taker")

    threads = [in_thread(read), in_thread(take)]
    intake.close()
    for thread in threads:
        thread.join(5.0)
    assert sorted(ends) == ["source", "taker"]
