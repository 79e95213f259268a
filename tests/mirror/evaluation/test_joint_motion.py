"""Angles that are followed, against those of single pictures."""

import numpy as np
import pytest

from mirror.core.parsing import Parsing, Person, Pose
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.joint_motion import agreement

BOX = (10.0, 10.0, 50.0, 100.0)
NOTHING = np.zeros((4, 4), np.uint8)


def seen(
    left_elbow: float, right_elbow: float = 170.0, box: tuple[float, float, float, float] = BOX
) -> Parsing:
    points = np.zeros((33, 3), np.float32)
    angles = {"left_elbow": left_elbow, "right_elbow": right_elbow, "left_ankle": 90.0}
    person = Person(1, 1.0, box, Pose(LANDMARKS, points, points, angles))
    return Parsing(NOTHING, NOTHING, (person,))


WAVING = [seen(90 + 60 * np.sin(number / 4)) for number in range(60)]


def test_what_is_the_same_agrees() -> None:
    figures = agreement(WAVING, WAVING)
    assert figures == {
        "angles": 120,
        "angles_within_10": 1.0,
        "angle_off_95": 0.0,
        "sides_apart": 0.0,
        "lag": 0.0,
    }


def test_what_comes_late_is_off_and_has_its_lag() -> None:
    late = [WAVING[max(0, number - 2)] for number in range(60)]
    figures = agreement(late, WAVING)
    assert figures["lag"] == 2.0
    assert figures["angles_within_10"] is not None
    assert 0.5 < figures["angles_within_10"] < 0.8  # the elbow that rests is right throughout


def test_exchanged_sides_are_told_and_compared_as_they_agree() -> None:
    exchanged = [seen(170.0, 90 + 60 * np.sin(number / 4)) for number in range(60)]
    figures = agreement(exchanged, WAVING)
    assert figures["angles_within_10"] == 1.0
    assert figures["sides_apart"] is not None
    assert figures["sides_apart"] > 0.8


def test_only_the_same_person_is_compared() -> None:
    elsewhere = [seen(20.0, box=(200.0, 10.0, 250.0, 100.0))] * 60
    assert agreement(WAVING, elsewhere)["angles"] == 0
    nobody = [Parsing(NOTHING, NOTHING)] * 60
    figures = agreement(WAVING, nobody)
    assert figures["lag"] is None
    assert figures["sides_apart"] is None


@pytest.mark.parametrize("frames", [5, 14])
def test_a_short_sight_says_nothing_of_lag(frames: int) -> None:
    assert agreement(WAVING[:frames], WAVING[:frames])["lag"] is None
