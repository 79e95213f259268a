import pytest
from somebody import standing

from mirror.tracking.largest_movers import LargestMovers
from mirror.tracking.tracks import Track

FRAME_S = 1 / 30


def track(key: int, tall: float, lengths_a_second: float) -> Track:
    """Somebody of whose body most moves so many body lengths a second."""
    somebody = Track(key, standing(200, tall=tall).joints, 0.0)
    somebody.body_speed = lengths_a_second * somebody.length * FRAME_S
    return somebody


@pytest.mark.parametrize(("speed", "chosen"), [(0.0, set()), (0.2, set()), (0.3, {1})])
def test_only_who_moves_fast_with_the_whole_body_is_chosen(speed: float, chosen: set[int]) -> None:
    assert LargestMovers().choose([track(1, 200, speed)], FRAME_S) == chosen


def test_the_two_largest_of_those_who_move_are_chosen() -> None:
    people = [track(1, 300, 0.0), track(2, 90, 0.4), track(3, 200, 0.4), track(4, 100, 3.0)]
    assert LargestMovers().choose(people, FRAME_S) == {3, 4}


def test_who_was_chosen_stays_while_they_slow_down_a_little() -> None:
    movers = LargestMovers()
    assert movers.choose([track(1, 200, 0.3)], FRAME_S) == {1}
    assert movers.choose([track(1, 200, 0.2)], FRAME_S) == {1}
    assert movers.choose([track(1, 200, 0.1)], FRAME_S) == set()
    assert movers.choose([track(1, 200, 0.2)], FRAME_S) == set()


def test_people_of_one_size_do_not_take_turns() -> None:
    movers, largest = LargestMovers(), track(3, 400, 0.4)
    assert movers.choose([track(1, 205, 0.4), track(2, 200, 0.4), largest], FRAME_S) == {1, 3}
    assert movers.choose([track(1, 200, 0.4), track(2, 205, 0.4), largest], FRAME_S) == {1, 3}
    assert movers.choose([track(1, 200, 0.4), track(2, 300, 0.4), largest], FRAME_S) == {2, 3}
