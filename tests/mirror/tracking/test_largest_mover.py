import pytest
from somebody import standing

from mirror.tracking.largest_mover import LargestMover
from mirror.tracking.tracks import Track

FRAME_S = 1 / 30


def track(key: int, tall: float, lengths_a_second: float) -> Track:
    """Somebody of whose body most moves so many body lengths a second."""
    somebody = Track(key, standing(200, tall=tall).joints, 0.0)
    somebody.body_speed = lengths_a_second * somebody.length * FRAME_S
    return somebody


@pytest.mark.parametrize(("speed", "chosen"), [(0.0, None), (0.2, None), (0.3, 1)])
def test_only_who_moves_fast_with_the_whole_body_is_chosen(
    speed: float, chosen: int | None
) -> None:
    assert LargestMover().choose([track(1, 200, speed)], FRAME_S) == chosen


def test_the_largest_of_those_who_move_is_chosen() -> None:
    people = [track(1, 300, 0.0), track(2, 200, 0.4), track(3, 100, 3.0)]
    assert LargestMover().choose(people, FRAME_S) == 2


def test_who_was_chosen_stays_while_they_slow_down_a_little() -> None:
    mover = LargestMover()
    assert mover.choose([track(1, 200, 0.3)], FRAME_S) == 1
    assert mover.choose([track(1, 200, 0.2)], FRAME_S) == 1
    assert mover.choose([track(1, 200, 0.1)], FRAME_S) is None
    assert mover.choose([track(1, 200, 0.2)], FRAME_S) is None


def test_two_of_a_size_do_not_take_turns() -> None:
    mover = LargestMover()
    assert mover.choose([track(1, 205, 0.4), track(2, 200, 0.4)], FRAME_S) == 1
    assert mover.choose([track(1, 200, 0.4), track(2, 205, 0.4)], FRAME_S) == 1
    assert mover.choose([track(1, 200, 0.4), track(2, 300, 0.4)], FRAME_S) == 2
