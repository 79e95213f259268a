from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from doubles import FakeClock, frame_at
from lanes import Gate

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.sources.managed_source import ClosableSource
from pipeline.sources.network.reconnecting import Reconnecting


class Visit(ClosableSource):
    """A camera that delivers so many frames, a tenth of a second apart, and breaks."""

    is_live = True

    def __init__(self, clock: FakeClock, count: int, has_end: bool = False) -> None:
        self._clock, self._count, self.has_end = clock, count, has_end
        self.closed = False

    def __iter__(self) -> Iterator[Frame]:
        for number in range(self._count):
            self._clock.now += 0.1
            yield frame_at(self._clock.now, number)
        if not self.has_end:
            raise SourceError("source.broke", "the plug was pulled")

    def close(self) -> None:
        self.closed = True


def test_a_camera_that_comes_back_goes_on_and_the_gap_is_announced(clock: FakeClock) -> None:
    visits = [Visit(clock, 2), None, None, Visit(clock, 2, has_end=True)]
    pauses: list[float] = []

    def open_next() -> Visit:
        visit = visits.pop(0)
        if visit is None:
            raise SourceError("source.broke", "nobody answers")
        return visit

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        clock.now += seconds

    source = Reconnecting(open_next, clock=clock, wait=wait)
    frames = list(source)
    assert len(frames) == 4
    assert pauses == [0.5, 1.0, 2.0]
    assert [source.gap_before(frame) for frame in frames] == pytest.approx([0, 0, 3.6, 0])
    assert source.remarks == ("the source was away 1 times; the last time: nobody answers",)


def test_a_gap_is_announced_even_if_the_frame_after_it_was_dropped(clock: FakeClock) -> None:
    visits = [Visit(clock, 1), Visit(clock, 3, has_end=True)]

    def wait(seconds: float) -> None:
        clock.now += seconds

    source = Reconnecting(lambda: visits.pop(0), clock=clock, wait=wait)
    frames = list(source)
    assert source.gap_before(frames[0]) == 0
    assert source.gap_before(frames[3]) == pytest.approx(0.6)


def test_pauses_grow_and_begin_anew_after_a_frame(clock: FakeClock) -> None:
    pauses: list[float] = []
    visits = iter([Visit(clock, 1), *[Visit(clock, 0)] * 8, Visit(clock, 1)])

    def open_next() -> Visit:
        return next(visits, None) or Visit(clock, 0, has_end=True)

    list(Reconnecting(open_next, clock=clock, wait=pauses.append))
    assert pauses == [0.5, 1, 2, 4, 8, 15, 15, 15, 15, 0.5]


def test_what_is_not_there_at_the_start_is_a_mistake() -> None:
    def refuse() -> Visit:
        raise SourceError("source.broke", "nobody answers")

    with pytest.raises(SourceError, match="nobody answers"):
        Reconnecting(refuse)


def test_closing_ends_a_pause(
    clock: FakeClock, in_thread: Callable[[Callable[[], None]], threading.Thread]
) -> None:
    source = Reconnecting(lambda: Visit(clock, 0))
    reader = in_thread(lambda: list(source))  # type: ignore[arg-type]
    source.close()
    reader.join(5.0)
    assert not reader.is_alive()


def test_what_was_opened_while_the_source_was_left_is_freed(
    clock: FakeClock, in_thread: Callable[[Callable[[], None]], threading.Thread]
) -> None:
    late, opening = Visit(clock, 9), Gate()
    visits: list[Callable[[], Visit]] = [lambda: Visit(clock, 0)]

    def open_next() -> Visit:
        if visits:
            return visits.pop()()
        opening.pass_through()
        return late

    source = Reconnecting(open_next, clock=clock, wait=lambda _: None)
    frames: list[Frame] = []
    reader = in_thread(lambda: frames.extend(source))
    opening.wait_reached()
    with source:
        pass
    opening.open()
    reader.join(5.0)
    assert late.closed
    assert frames == []
