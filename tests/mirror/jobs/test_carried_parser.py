"""Pictures at the camera's rate, with the masks of a parser that takes seconds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from types import TracebackType

import numpy as np
import pytest
from bodies import frame_of, going_right, mask_of, picture_of, seen, slow_labels
from doubles import FakeClock, HandFed, until
from slow_parsers import Fast, Slow, number_of

from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.jobs import composition
from mirror.jobs.carried_parser import CarriedParser, carrier_duty
from mirror.jobs.composition import open_flow
from mirror.jobs.newest_frames import NewestFrames, rest_s
from pipeline.frame import Frame
from pipeline.result import Result

CONFIG = ParserConfig(workers=1, threads=1)


class Mirror:
    """A camera, a slow parser and what is shown."""

    def __init__(self, carried: CarriedParser) -> None:
        self.camera, self.carried = HandFed(), carried
        self.flow = open_flow(self.camera, carried, 1, 1, CONFIG)
        self._results: Iterator[Result[Parsing]] = iter(())

    def __enter__(self) -> Mirror:
        self._results = iter(self.flow.__enter__())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.flow.__exit__(kind, error, traceback)

    def show(self, number: int, is_held: bool = False) -> Parsing:
        """Return what is shown with a frame, which the camera delivers now."""
        frame = frame_of(picture_of(going_right(number)), number)
        frame.sequence, frame.is_held = None, is_held
        self.camera.feed(frame)
        return next(self._results).parsing


def overlap(shown: Parsing, number: int) -> float:
    true = slow_labels(going_right(number))
    same = np.count_nonzero((shown.labels == true) & (true > 0))
    return same / np.count_nonzero((shown.labels > 0) | (true > 0))


@pytest.fixture
def slow() -> Slow:
    return Slow()


def test_every_frame_is_shown_while_a_parse_of_the_first_one_goes_on(slow: Slow) -> None:
    with Mirror(CarriedParser(slow, CONFIG, Fast())) as mirror:
        assert not mirror.show(0).labels.any()
        until(lambda: slow.began == [0])
        for number in range(1, 12):
            assert not mirror.show(number).labels.any()  # nothing is known of anybody's parts
        slow.may_answer.release()
        until(lambda: mirror.carried.counts.parsed == 1)
        shown = mirror.show(12)
        assert overlap(shown, 12) > 0.8  # twelve frames on, on the body
        assert overlap(shown, 0) < 0.5
        slow.may_answer.release(100)
    counts = mirror.carried.counts
    assert counts.frames == 13
    assert counts.carried == 1
    assert counts.fallbacks == {"nothing": 12}
    assert "12 nothing" in mirror.carried.remarks[0]


def test_the_carrier_does_not_wait_for_what_the_slow_parser_takes_of_a_share(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares: dict[str, str] = {}

    def paced(step: Callable[[Frame], object], config: ParserConfig) -> Callable[[Frame], object]:
        shares[config.name] = config.cpu
        return step

    monkeypatch.setattr(composition, "paced", paced)
    config = CONFIG.changed(name="m2fp", cpu="50%")
    with Mirror(CarriedParser(slow, config, Fast())) as mirror:
        del shares[CONFIG.name]  # the flow that only shows
        mirror.show(0)
        slow.may_answer.release(100)
    assert shares == {"m2fp": "50%", "built-in": "auto"}


@pytest.mark.parametrize(
    ("cpu", "cores", "duty"),
    [("auto", 1, 0.5), ("auto", 2, 1.0), ("50%", 2, 0.5), ("50%", 8, 1.0), ("10%", 2, 0.1)],
)
def test_the_carrier_takes_half_of_what_the_run_may(cpu: str, cores: int, duty: float) -> None:
    assert carrier_duty(CONFIG.changed(cpu=cpu), cores) == pytest.approx(duty)


def test_the_next_parse_is_of_the_newest_frame(slow: Slow) -> None:
    with Mirror(CarriedParser(slow, CONFIG, Fast())) as mirror:
        mirror.show(0)
        until(lambda: slow.began == [0])
        for number in range(1, 9):
            mirror.show(number)
        slow.may_answer.release()
        until(lambda: len(slow.began) == 2)
        assert slow.began[1] == 8
        slow.may_answer.release(100)


def test_a_parser_that_is_fast_carries_its_own_masks() -> None:
    with Mirror(CarriedParser(Fast(), CONFIG, None)) as mirror:
        mirror.show(0)
        until(lambda: mirror.carried.counts.parsed == 1)
        shown = mirror.show(1)
        both = np.count_nonzero(shown.labels & mask_of(going_right(1)))
        assert both / np.count_nonzero(mask_of(going_right(1))) > 0.9


def test_a_film_that_is_held_waits_for_the_pictures_own_mask(slow: Slow) -> None:
    with Mirror(CarriedParser(slow, CONFIG, Fast())) as mirror:
        mirror.show(0)
        slow.may_answer.release(2)
        assert overlap(mirror.show(1, is_held=True), 1) == 1.0
        slow.may_answer.release(100)


def test_what_the_parser_raises_ends_the_run_as_it_would_without(slow: Slow) -> None:
    slow.failure = ValueError("no")
    with pytest.raises(ValueError, match="no"), Mirror(CarriedParser(slow, CONFIG, Fast())) as it:
        slow.may_answer.release(100)
        for number in range(500):
            it.show(number)


def test_a_source_of_newest_frames_leaves_out_what_was_not_taken_in_time() -> None:
    newest = NewestFrames(1)
    for number in range(3):
        newest.put(frame_of(picture_of(going_right(0)), number))
    assert next(iter(newest)).sequence == 2
    newest.close()
    assert list(newest) == []


def test_a_frame_that_is_pinned_is_taken_before_newer_ones() -> None:
    newest = NewestFrames(4)
    frames = [frame_of(picture_of(going_right(0)), number) for number in range(4)]
    newest.put(frames[0])
    newest.pin(frames[0])
    newest.put(frames[1])
    newest.put(frames[2])
    taken = iter(newest)
    assert [next(taken).sequence, next(taken).sequence] == [0, 2]
    newest.pin(frames[1])  # too late
    newest.put(frames[3])
    assert next(taken).sequence == 3
    newest.close()


def test_who_may_work_half_of_the_time_rests_after_each_frame(clock: FakeClock) -> None:
    newest = NewestFrames(1, lambda: 0.5, clock)
    frames = iter(newest)
    newest.put(frame_of(picture_of(going_right(0)), 0))
    next(frames)
    newest.put(frame_of(picture_of(going_right(1)), 1))
    assert newest._must_wait_s() is None  # until the first is done with
    clock.now += 0.2
    newest.done()
    assert newest._must_wait_s() == pytest.approx(0.2)
    clock.now += 0.2
    assert newest._must_wait_s() == 0.0
    assert next(frames).sequence == 1


def test_in_a_hurry_the_rest_is_as_long_as_the_work_and_no_longer(clock: FakeClock) -> None:
    duty = 0.1
    newest = NewestFrames(1, lambda: duty, clock)
    frames = iter(newest)
    for number, least_s in enumerate((2.0, 0.0)):
        newest.put(frame_of(picture_of(going_right(0)), number))
        next(frames)
        clock.now += 2.0
        newest.done()
        newest.put(frame_of(picture_of(going_right(1)), number + 10))
        newest.hurry()
        assert newest._must_wait_s() == pytest.approx(least_s)
        clock.now += least_s
        duty = 1.0  # who need not rest does not begin to


class Late(Fast):
    """A carrier that sees nobody in the first frame."""

    def __init__(self) -> None:
        self.began: list[int] = []

    def make_parse(self, threads: int) -> Callable[[Frame, None], Parsing]:
        def parse(frame: Frame, _: None) -> Parsing:
            self.began.append(number_of(frame))
            body = seen(going_right(number_of(frame)))
            return body if number_of(frame) else Parsing.undivided(np.zeros_like(body.labels))

        return parse


def test_somebody_without_labels_calls_for_the_slow_parser(slow: Slow, clock: FakeClock) -> None:
    beside = Late()
    carried = CarriedParser(slow, CONFIG, beside, clock)
    carried.set_effort(0.15)
    with Mirror(carried) as mirror:
        mirror.show(0)
        until(lambda: slow.began == [0] and beside.began == [0])
        mirror.show(1)
        until(lambda: beside.began == [0, 1])
        clock.now += 3.0
        slow.may_answer.release()
        until(lambda: carried.counts.parsed == 1)
        clock.now += 3.5  # of the 17 that it is to rest
        numbers = itertools.count(2)
        until(lambda: mirror.show(next(numbers)) and len(slow.began) == 2)
        slow.may_answer.release(100)


@pytest.mark.parametrize(("duty", "rest"), [(1.0, 0.0), (0.5, 1.0), (0.25, 3.0), (2.0, 0.0)])
def test_rest_and_work_share_the_time(duty: float, rest: float) -> None:
    assert rest_s(1.0, duty) == pytest.approx(rest)
