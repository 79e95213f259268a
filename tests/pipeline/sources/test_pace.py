from __future__ import annotations

import math

import pytest

from pipeline.sources.pace import Pace


def test_the_pace_is_the_recordings_times_the_speed() -> None:
    pace = Pace(2.0)
    assert pace.wait_s(10.0, now=100.0) == 0.0
    assert pace.wait_s(11.0, now=100.0) == pytest.approx(0.5)
    assert Pace(math.inf).wait_s(11.0, now=100.0) == 0.0


def test_a_pace_that_fell_behind_begins_anew_instead_of_hurrying() -> None:
    pace = Pace(gives_up_s=0.25)
    pace.wait_s(0.0, now=0.0)
    assert pace.wait_s(1.0, now=5.0) == 0.0
    assert pace.wait_s(1.5, now=5.0) == pytest.approx(0.5)


def test_a_pace_that_does_not_give_up_makes_up_for_what_is_late() -> None:
    pace = Pace()
    pace.wait_s(0.0, now=0.0)
    assert pace.wait_s(1.0, now=5.0) == 0.0
    assert pace.wait_s(4.0, now=5.0) == 0.0
    assert pace.wait_s(6.0, now=5.5) == pytest.approx(0.5)


def test_a_loops_last_frame_is_shown_for_its_time_too() -> None:
    pace = Pace(2.0)
    for media_s in (5.0, 5.1):  # a recording need not begin at nought
        pace.wait_s(media_s, now=100.05)
    pace.begin_again(0.1)
    assert pace.wait_s(5.0, now=100.06) == pytest.approx(0.09)
    assert pace.wait_s(5.1, now=100.15) == pytest.approx(0.05)
