import random

import pytest
from doubles import FakeClock

from pipeline.meter import Latencies, Rate, Spread, StageMeter


def test_eleven_pictures_a_tenth_of_a_second_apart_are_ten_per_second(clock: FakeClock) -> None:
    rate = Rate(span_s=5.0)
    for _ in range(11):
        rate.tick(clock())
        clock.now += 0.1
    assert rate.per_second(clock()) == pytest.approx(10.0)  # ticks over time would say 11


def test_a_rate_forgets_what_is_older_than_its_span(clock: FakeClock) -> None:
    rate = Rate(span_s=1.0)
    for gap in [0.1] * 10 + [0.5] * 4:
        rate.tick(clock())
        clock.now += gap
    assert rate.per_second(clock.now - 0.5) == pytest.approx(2.0)


@pytest.mark.parametrize("ticks", [0, 1])
def test_fewer_than_two_pictures_have_no_rate(ticks: int, clock: FakeClock) -> None:
    rate = Rate()
    for _ in range(ticks):
        rate.tick(clock())
    assert rate.per_second(clock()) == 0.0


def test_a_rate_falls_to_nothing_when_all_stands_still(clock: FakeClock) -> None:
    rate = Rate(span_s=2.0)
    for _ in range(5):
        rate.tick(clock())
        clock.now += 0.1
    assert rate.per_second(clock.now + 10.0) == 0.0


def test_percentiles_are_within_one_per_cent() -> None:
    durations = [0.001 * number for number in range(1, 1001)]
    random.Random(0).shuffle(durations)
    latencies = Latencies()
    for duration in durations:
        latencies.add(duration)
    spread = latencies.spread()
    assert spread.mean == pytest.approx(0.5005)
    assert spread.p50 == pytest.approx(0.500, rel=0.011)
    assert spread.p95 == pytest.approx(0.950, rel=0.011)
    assert spread.p99 == pytest.approx(0.990, rel=0.011)
    assert spread.worst == 1.0


def test_the_outermost_durations_have_a_place_too() -> None:
    latencies = Latencies()
    for duration in (-1e-9, 0.0, 1e-7, 1e6):
        latencies.add(duration)
    assert latencies.spread().worst == 1e6


def test_nothing_measured_is_all_zeros() -> None:
    assert Latencies().spread() == Spread(0.0, 0.0, 0.0, 0.0, 0.0)


def test_each_stage_has_its_own_latencies_in_the_order_frames_pass_them() -> None:
    meter = StageMeter()
    for _ in range(3):
        meter.add({"queue": 0.010, "parse": 0.020})
    spreads = meter.spreads()
    assert list(spreads) == ["queue", "parse"]
    assert spreads["parse"].p50 == pytest.approx(0.020, rel=0.011)
