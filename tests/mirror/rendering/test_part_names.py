"""Parts' names: on every person's parts, and never one over another."""

from __future__ import annotations

import numpy as np
import pytest
from mannequins import HEAD, TORSO, labels_of_one, person

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from mirror.rendering.overlay import Style
from mirror.rendering.overlay.drawing_plan import plan_drawing
from mirror.rendering.overlay.name_placement import Spot, places, spots

PARTS = label_set("built-in")
SIZE = (480, 640)


def two_people() -> Parsing:
    one, other = labels_of_one(*SIZE, left=0.25), labels_of_one(*SIZE, left=0.7)
    instances = (one > 0).astype(np.uint8) + 2 * (other > 0).astype(np.uint8)
    people = (person(1, *SIZE, left=0.25), person(2, *SIZE, left=0.7))
    return Parsing(one + other, instances, people)


def test_each_person_has_names_of_their_own() -> None:
    found = spots(two_people(), None)
    heads = sorted(spot.x for spot in found if spot.part == HEAD)
    assert heads == [pytest.approx(160, abs=8), pytest.approx(448, abs=8)]
    assert len(found) == 12
    for spot in found:
        assert two_people().labels[spot.y, spot.x] == spot.part


def test_people_who_are_not_told_apart_are_named_once() -> None:
    together = Parsing.undivided(two_people().labels)
    assert sorted(spot.part for spot in spots(together, None)) == [1, 2, 9, 10, 11, 12]


def test_only_what_is_drawn_is_named() -> None:
    assert {spot.part for spot in spots(two_people(), frozenset({TORSO}))} == {TORSO}


def test_no_name_lies_over_another_or_leaves_the_picture() -> None:
    crowd = [(Spot(part, 300 + part, 200 + 3 * part, 500), (120, 24)) for part in range(1, 15)]
    boxes = [box for _, box in places(crowd, SIZE)]
    assert len(boxes) > 10
    covered = np.zeros(SIZE, int)
    for x0, y0, x1, y1 in boxes:
        assert 0 <= x0 < x1 <= SIZE[1]
        assert 0 <= y0 < y1 <= SIZE[0]
        covered[y0:y1, x0:x1] += 1
    assert covered.max() == 1


def test_a_name_stays_on_its_part_where_there_is_room() -> None:
    far_apart = [(Spot(1, 100, 100, 900), (80, 20)), (Spot(2, 400, 300, 800), (80, 20))]
    for spot, (x0, y0, x1, y1) in places(far_apart, SIZE):
        assert (x0 + x1) / 2 == spot.x
        assert (y0 + y1) / 2 == spot.y


def test_a_name_larger_than_the_picture_is_left_out() -> None:
    assert list(places([(Spot(1, 5, 5, 60), (80, 20))], (10, 60))) == []


def test_names_are_drawn_for_two_people_twice() -> None:
    style = Style.of(PARTS, labels="parts", outlines=False)
    plates = len(plan_drawing(two_people(), style).layers) - 1
    assert plates >= 2 * 12  # a plate and its letters each
