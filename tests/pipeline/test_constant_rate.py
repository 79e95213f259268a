"""A format without times keeps step with its source, whatever was dropped."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from doubles import frame_at

from pipeline.constant_rate import ConstantRate
from pipeline.frame import Frame


class Kept:
    """A consumer that keeps when each frame was captured."""

    stage, remarks = "write", ("kept",)

    def __init__(self) -> None:
        self.times: list[float] = []
        self.closed_by: list[BaseException | None] = []

    def consume(self, frame: Frame) -> None:
        self.times.append(frame.captured_at)

    def close(self, failure: BaseException | None = None) -> None:
        self.closed_by.append(failure)


def through(
    times: Sequence[float],
    rate: int = 10,
    gaps: Sequence[float] = (),
    fills: bool = True,
    last: float | None = None,
) -> tuple[list[float], tuple[str, ...]]:
    """Send frames that were captured at some times; return those that came out, and remarks."""
    kept, gap_s = Kept(), dict(zip(times, gaps, strict=False))
    present = [0.0]
    steady = ConstantRate[Frame](
        kept,
        Fraction(rate),
        lambda frame: frame,
        lambda: gap_s.get(present[0], 0.0),
        lambda: last,
        fills,
    )
    for at in times:
        present[0] = at
        steady.consume(frame_at(at))
    steady.close()
    return kept.times, steady.remarks


def test_frames_at_the_formats_own_pace_pass_as_they_are() -> None:
    times = [5.0 + number / 10 for number in range(30)]
    assert through(times) == (times, ("kept",))


def test_the_last_picture_stands_in_for_frames_that_were_dropped() -> None:
    came, said = through([5.0, 5.1, 5.4, 5.5])
    assert came == [5.0, 5.1, 5.1, 5.1, 5.4, 5.5]
    assert said[1] == "2 pictures repeat the one before, for frames that were dropped"


def test_three_frames_of_fifty_make_a_film_as_long_as_the_fifty() -> None:
    came, _ = through([0.0, 1.0, 1.96], rate=25)
    assert len(came) == 50


def test_the_film_goes_on_to_the_last_frame_though_that_was_dropped() -> None:
    came, said = through([5.0, 5.1], last=5.3)
    assert came == [5.0, 5.1, 5.1, 5.1]
    assert said[1].startswith("2 pictures")
    assert through([5.0, 5.1], last=5.1)[0] == [5.0, 5.1]
    assert through([], last=5.3)[0] == []


def test_a_camera_whose_pace_varies_gives_one_picture_a_frame() -> None:
    late = [0.0, 0.031, -0.029, 0.02, 0.038, -0.038, 0.0, 0.04]
    times = [5.0 + number / 10 + late[number % len(late)] for number in range(200)]
    assert through(times) == (times, ("kept",))


@pytest.mark.parametrize(("faster", "left_out"), [(1.0, 0), (1.1, 9), (2.0, 50)])
def test_a_source_faster_than_the_format_goes_at_the_formats_pace(
    faster: float, left_out: int
) -> None:
    times = [5.0 + number / 10 / faster for number in range(101)]
    came, said = through(times)
    assert len(came) == pytest.approx(1 + 100 / faster, abs=1.5)
    assert len(came) == 101 - sum(int(words.split()[0]) for words in said[1:])
    assert len(times) - len(came) == pytest.approx(left_out, abs=1)


def test_a_source_slower_than_the_format_goes_at_the_formats_pace() -> None:
    came, _ = through([5.0 + number / 5 for number in range(50)])
    assert len(came) == 99


def test_what_the_source_was_away_for_is_cut() -> None:
    came, said = through([5.0, 5.1, 35.1, 35.2, 35.4], gaps=[0.0, 0.0, 30.0])
    assert came == [5.0, 5.1, 35.1, 35.2, 35.2, 35.4]
    assert said[1].startswith("1 pictures")


def test_a_clock_that_goes_back_begins_anew() -> None:
    came, said = through([5.0, 5.1, 5.2, 1.0, 1.1, 1.3])
    assert came == [5.0, 5.1, 5.2, 1.0, 1.1, 1.1, 1.3]
    assert said[1].startswith("1 pictures")


def test_where_nothing_is_to_be_filled_it_says_how_much_is_missing() -> None:
    times = [5.0, 5.1, 5.4, 5.45, 5.5]
    came, said = through(times, fills=False)
    assert came == times
    assert said[1] == ("2 frames were dropped from a format without times: it plays 0.2 s too fast")


def test_what_ended_the_run_is_passed_on() -> None:
    kept, failure = Kept(), ValueError("broken")
    steady = ConstantRate[Frame](kept, Fraction(10), lambda frame: frame, last_time=lambda: 9.0)
    steady.consume(frame_at(5.0))
    steady.close(failure)
    assert (kept.times, kept.closed_by) == ([5.0], [failure])
