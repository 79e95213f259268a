"""Many consumers as one: the order, the ends, and the time that each takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from doubles import FakeClock

from pipeline.consumer import consuming
from pipeline.errors import SinkClosed, SinkError
from pipeline.fan_out import FanOut
from pipeline.stage_timer import StageTimer

LEFT = SinkClosed("target.reader_left", "left")


def broke(words: str) -> SinkError:
    return SinkError("sink.broke", words)


class Noting:
    """A consumer that notes what it is told, and breaks where a test says so."""

    remarks: tuple[str, ...] = ()

    def __init__(
        self,
        name: str,
        log: list[object],
        breaks_at: object = None,
        at_close: BaseException | None = None,
        busy: Callable[[], None] = lambda: None,
    ) -> None:
        self.stage, self._log, self._breaks_at = name, log, breaks_at
        self._at_close, self._busy = at_close, busy

    def consume(self, item: object) -> None:
        self._busy()
        if item == self._breaks_at:
            raise broke(f"{self.stage} is full")
        self._log.append((self.stage, item))

    def close(self, failure: BaseException | None = None) -> None:
        self._log.append((self.stage, "closed" if failure is None else str(failure)))
        if self._at_close is not None:
            raise self._at_close


def test_every_item_goes_to_each_in_turn_and_the_last_is_closed_first() -> None:
    log: list[object] = []
    with consuming(FanOut[int]([Noting("a", log), Noting("b", log)])) as both:
        both.consume(1)
        both.consume(2)
    assert log == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("b", "closed"), ("a", "closed")]


def test_a_consumer_that_breaks_ends_the_run_and_the_others_are_told_why() -> None:
    log: list[object] = []
    with pytest.raises(SinkError, match="b is full"):
        with consuming(FanOut[int]([Noting(n, log, 2 * (n == "b")) for n in "abc"])) as all_three:
            all_three.consume(1)
            all_three.consume(2)
    assert log[:4] == [("a", 1), ("b", 1), ("c", 1), ("a", 2)]
    assert log[4:] == [("c", "b is full"), ("b", "b is full"), ("a", "b is full")]


def test_one_that_cannot_be_completed_is_told_to_the_rest_which_are_closed_all_the_same() -> None:
    log: list[object] = []
    broken = broke("no room")
    all_three = FanOut[int]([Noting("a", log), Noting("b", log, at_close=broken), Noting("c", log)])
    with pytest.raises(SinkError, match="no room"):
        all_three.close()
    assert log == [("c", "closed"), ("b", "closed"), ("a", "no room")]


@pytest.mark.parametrize("first", [LEFT, KeyboardInterrupt()])
def test_a_reader_that_left_hides_no_graver_end(first: BaseException) -> None:
    last = KeyboardInterrupt() if isinstance(first, SinkClosed) else LEFT
    log: list[object] = []
    both = FanOut[int]([Noting("a", log, at_close=last), Noting("b", log, at_close=first)])
    with pytest.raises(KeyboardInterrupt):
        both.close()
    assert len(log) == 2


def test_of_two_that_cannot_be_completed_the_first_is_told() -> None:
    both = FanOut[int](
        [
            Noting("a", [], at_close=broke("a")),
            Noting("b", [], at_close=broke("b")),
        ]
    )
    with pytest.raises(SinkError, match="b"):
        both.close()


def test_it_is_closed_once() -> None:
    log: list[object] = []
    one = FanOut[int]([Noting("a", log)])
    one.close(broke("first"))
    one.close()
    assert log == [("a", "first")]


def test_each_ones_time_is_counted_without_what_it_asks_of_others() -> None:
    clock = FakeClock()
    timer = StageTimer(clock)

    def encode() -> None:
        with timer.stage("draw"):
            clock.now += 3.0
        clock.now += 2.0

    def write() -> None:
        clock.now += 1.0

    both = FanOut[int]([Noting("write", [], busy=write), Noting("encode", [], busy=encode)], timer)
    both.consume(1)
    assert list(timer.take().items()) == [("write", 1.0), ("draw", 3.0), ("encode", 2.0)]
    assert timer.take() == {}


def test_time_is_counted_up_to_where_a_stage_breaks() -> None:
    clock = FakeClock()
    timer = StageTimer(clock)
    with pytest.raises(ValueError, match="broken"), timer.stage("draw"):
        clock.now += 1.0
        raise ValueError("broken")
    with timer.stage("draw"):
        clock.now += 0.5
    assert timer.take() == {"draw": 1.5}
