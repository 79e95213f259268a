"""Angles that are followed, against those of single pictures."""

from collections.abc import Callable

import numpy as np
import pytest

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing, Person, Pose
from mirror.core.settings import ParserConfig
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.joint_motion import agreement, judge_motion
from mirror.evaluation.overlay.footage import Footage
from pipeline.frame import Frame

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


def both(near: float, far: float) -> Parsing:
    """Two people whose boxes overlap, the one whose is ``BOX`` last."""
    people = (*seen(far, box=(14.0, 12.0, 54.0, 104.0)).people, *seen(near).people)
    return Parsing(NOTHING, NOTHING, people)


def test_nobody_is_compared_with_somebody_else_s_picture() -> None:
    only_one = [seen(90.0)] * 3
    figures = agreement([both(near=90.0, far=150.0)] * 3, only_one)
    assert figures["angles"] == 6  # of the one who is there, not of both
    assert figures["angles_within_10"] == 1.0
    swapped = agreement(only_one, [both(near=90.0, far=150.0)] * 3)
    assert swapped["angles_within_10"] == 1.0
    assert agreement([both(90.0, 150.0)] * 3, [both(90.0, 150.0)] * 3)["angles"] == 12


class Glancing:
    """Looks carefully at whoever is new: sees their elbow as it is, and later bent by 30° more."""

    name = "glancing"
    parts = label_set("built-in")
    worker_memory_mb = 1

    def make_prepare(self, live: bool) -> Callable[[Frame], bool]:
        seen_before: list[Frame] = []

        def prepare(frame: Frame) -> bool:
            seen_before.append(frame)
            return len(seen_before) > 1

        return prepare

    def make_parse(self, threads: int) -> Callable[[Frame, bool], Parsing]:
        return lambda frame, is_known: seen(100.0 - 30.0 * is_known)

    def make_settle(self) -> Callable[[Frame, bool, Parsing], Parsing]:
        return lambda frame, is_known, parsing: parsing


def test_pictures_that_are_looked_at_as_frames_are_tell_what_following_alone_does() -> None:
    picture = np.zeros((8, 8, 3), np.uint8)
    frames = tuple(Frame.from_bgr(picture, number / 24) for number in range(10))
    config = ParserConfig(workers=1, threads=1)
    figures = judge_motion(Footage("clip", frames, (), True), Glancing(), config, quiet=True)
    assert figures["angles"] == 20
    assert figures["angles_within_10"] == 0.55  # the other elbow, and the first frame's
    assert figures["angles_within_10_alike"] == 0.95  # all but the first frame's


@pytest.mark.parametrize("frames", [5, 14])
def test_a_short_sight_says_nothing_of_lag(frames: int) -> None:
    assert agreement(WAVING[:frames], WAVING[:frames])["lag"] is None
