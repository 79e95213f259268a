"""Whoever the detector of joints misses in a whole picture is found in a box."""

from __future__ import annotations

import numpy as np
import pytest
from clip import images, man, on_ground
from somebody import standing

from mirror.tracking.box_detector import PersonBox
from mirror.tracking.missed_people import missed_people
from mirror.tracking.person_detector import SIDE, Detection, PersonDetector
from mirror.tracking.tracks import MOST_PEOPLE
from pipeline.frame import BGR


class Counting(PersonDetector):
    looks = 0

    def find(self, image: BGR, x0: int = 0, y0: int = 0, side: int = SIDE) -> list[Detection]:
        self.looks += 1
        return super().find(image, x0, y0, side)


@pytest.fixture(scope="module")
def detector() -> Counting:
    return Counting()


def test_whoever_is_not_known_is_found(detector: Counting) -> None:
    picture = images()[0]
    (man_in_front,) = detector.find(picture)  # and not who stands behind him
    (behind,) = missed_people(detector, picture, [man_in_front.joints])
    (in_front,) = missed_people(detector, picture, [behind.joints])
    apart = np.linalg.norm(in_front.joints[:, :2] - man_in_front.joints[:, :2], axis=1)
    assert np.median(apart) < 0.05 * np.ptp(man_in_front.joints[:, 1])
    assert behind.joints[:, 0].min() > man_in_front.joints[:, 0].max()


def test_where_everybody_is_known_nothing_is_looked_at_closer(detector: Counting) -> None:
    picture = images()[0]
    known = [person.joints for person in missed_people(detector, picture, [])]
    before = detector.looks
    assert missed_people(detector, picture, known) == []
    assert (len(known), detector.looks) == (2, before)


def test_somebody_too_small_for_the_whole_view_is_found(detector: Counting) -> None:
    child = man(1, height=160)[0]  # who is 100 pixels tall
    picture = on_ground(child, 1080, 1920, 500, 300)
    assert detector.find(picture) == []
    (found,) = missed_people(detector, picture, [])
    x, y = found.joints[:, :2].mean(axis=0)
    assert 500 < x < 500 + child.shape[1]
    assert 300 < y < 300 + child.shape[0]


def test_nobody_is_found_where_nobody_is(detector: Counting) -> None:
    assert missed_people(detector, np.full((240, 320, 3), 120, np.uint8), []) == []


def test_a_crowd_of_which_nothing_is_made_out_costs_a_few_looks(
    detector: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = [PersonBox((30.0 * number, 0, 30.0 * number + 20, 60), 0.9) for number in range(40)]
    monkeypatch.setattr(detector.boxes, "find", lambda *_: crowd)
    before = detector.looks
    assert missed_people(detector, np.full((90, 1280, 3), 120, np.uint8), []) == []
    assert detector.looks - before == 12


def test_no_more_are_found_than_are_followed(detector: Counting) -> None:
    picture = images()[0]
    elsewhere = [standing(-500 - 100 * number).joints for number in range(MOST_PEOPLE)]
    assert missed_people(detector, picture, elsewhere) == []
    assert len(missed_people(detector, picture, elsewhere[1:])) == 1
