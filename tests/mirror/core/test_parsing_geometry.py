"""Mirrored, cropped and resized parsings: everything in them moves along."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from cardboard import mask
from mannequins import LEFT_THIGH, RIGHT_THIGH, labels_of_one, person
from numpy.typing import NDArray

from mirror.core.parsing import Parsing
from mirror.core.parsing_geometry import cropped, mirrored, resized
from mirror.core.soft_mask import SoftMask

HEIGHT, WIDTH = 120, 160
Move = Callable[[Parsing], Parsing]
MOVES: dict[str, Move] = {
    "mirrored": mirrored,
    "cropped": lambda parsing: cropped(parsing, (20, 10, 141, 100)),
    "resized": lambda parsing: resized(parsing, 60, 80),
    "enlarged": lambda parsing: resized(parsing, 240, 320),
    "all of it": lambda parsing: mirrored(resized(cropped(parsing, (20, 10, 140, 110)), 50, 60)),
}


def two_people() -> Parsing:
    one, other = (labels_of_one(HEIGHT, WIDTH, left) for left in (0.3, 0.7))
    labels = np.maximum(one, other)
    instances = np.where(one > 0, 1, 2 * (other > 0)).astype(np.uint8)
    inside = SoftMask(np.where(one > 0, 6.0, -6.0).astype(np.float32), np.eye(2, 3))
    first = dataclasses.replace(person(1, HEIGHT, WIDTH, 0.3), soft_mask=inside)
    return Parsing(labels, instances, (first, person(2, HEIGHT, WIDTH, 0.7)))


@pytest.mark.parametrize("move", MOVES)
def test_labels_and_instances_stay_together(move: str) -> None:
    moved = MOVES[move](two_people())
    assert np.array_equal(moved.labels > 0, moved.instances > 0)
    assert set(np.unique(moved.instances).tolist()) == {0, 1, 2}
    assert [person.instance for person in moved.people] == [1, 2]


@pytest.mark.parametrize("move", MOVES)
def test_a_soft_mask_lies_where_its_person_does(move: str) -> None:
    moved = MOVES[move](two_people())
    soft_mask = moved.people[0].soft_mask
    assert soft_mask is not None
    height, width = moved.labels.shape
    inside = soft_mask.alpha((0, 0, width, height)) > 127
    agreeing = np.count_nonzero(inside == (moved.instances == 1)) / inside.size
    assert agreeing > 0.98  # labels are resized to the nearest pixel
    assert inside.any()


@pytest.mark.parametrize("move", MOVES)
def test_boxes_and_joints_move_with_the_pixels(move: str) -> None:
    moved = MOVES[move](two_people())
    for someone in moved.people:
        _, columns = np.nonzero(moved.instances == someone.instance)
        x0, y0, x1, y1 = someone.box
        assert (x0 + x1) / 2 == pytest.approx((columns.min() + columns.max() + 1) / 2, abs=1.5)
        assert someone.pose is not None
        for x, y, _ in someone.pose.image[3:5]:  # hips
            assert x0 < x < x1
            assert y0 < y < y1


def test_in_the_mirror_the_left_thigh_changes_its_place_and_not_its_name() -> None:
    parsing = two_people()
    seen = mirrored(parsing)
    for part in (LEFT_THIGH, RIGHT_THIGH):
        there, here = np.nonzero(parsing.labels == part)[1], np.nonzero(seen.labels == part)[1]
        assert np.array_equal(np.sort(WIDTH - 1 - there), np.sort(here))
    pose, seen_pose = parsing.people[0].pose, seen.people[0].pose
    assert pose is not None
    assert seen_pose is not None
    assert np.allclose(seen_pose.image[:, 0], WIDTH - pose.image[:, 0])
    assert np.allclose(seen_pose.image[:, 1], pose.image[:, 1])


@pytest.mark.parametrize(
    ("move", "box", "hip"),
    [
        ("mirrored", (WIDTH - 62.0, 6.0, WIDTH - 34.0, 108.0), (WIDTH - 54.0, 64.0)),
        ("cropped", (14.0, -4.0, 42.0, 98.0), (34.0, 54.0)),
        ("resized", (17.0, 3.0, 31.0, 54.0), (27.0, 32.0)),
        ("enlarged", (68.0, 12.0, 124.0, 216.0), (108.0, 128.0)),
    ],
)
def test_a_place_moves_as_far_as_the_picture_does(
    move: str, box: tuple[float, ...], hip: tuple[float, float]
) -> None:
    someone = MOVES[move](two_people()).people[0]
    assert someone.pose is not None
    assert someone.box == pytest.approx(box, abs=0.01)
    assert someone.pose.image[3, :2] == pytest.approx(hip, abs=0.01)


def test_mirroring_twice_changes_nothing() -> None:
    once = two_people()
    twice = mirrored(mirrored(once))
    assert np.array_equal(twice.labels, once.labels)
    assert np.array_equal(twice.instances, once.instances)
    for one, other in zip(once.people, twice.people, strict=True):
        assert other.box == pytest.approx(one.box)


def test_a_map_of_sixteen_bits_keeps_them() -> None:
    labels = labels_of_one(HEIGHT, WIDTH)
    instances = (labels > 0).astype(np.uint16) * np.uint16(300)
    late = Parsing(labels, instances, (person(299, HEIGHT, WIDTH),))
    for move in MOVES.values():
        assert set(np.unique(move(late).instances).tolist()) == {0, 300}


def coverage(logits: NDArray[np.float32]) -> NDArray[np.uint8]:
    return SoftMask(logits, np.eye(2, 3)).alpha((0, 0, logits.shape[1], logits.shape[0]))


def test_coverage_goes_from_nothing_to_all_with_the_logits() -> None:
    logits = np.linspace(-6, 6, 49, dtype=np.float32)[None]
    found = coverage(logits)[0].astype(int)
    assert (found[0], found[-1]) == (0, 255)
    assert (np.diff(found) >= 0).all()
    assert (found[logits[0] > 0.05] > 127).all()
    assert (found[logits[0] <= 0] <= 127).all()


def test_nothing_is_covered_beyond_a_mask() -> None:
    half = SoftMask(np.full((4, 4), 6.0, np.float32), np.eye(2, 3))
    assert half.alpha((0, 0, 8, 4))[:, 5:].max() == 0
    assert half.alpha((1, 1, 3, 3)).min() == 255


def test_a_region_is_cut_out_of_the_whole() -> None:
    soft_mask = SoftMask(mask(), np.array([[0.7, 0.1, 12], [-0.1, 0.7, 30]]))
    whole = soft_mask.alpha((0, 0, 200, 220))
    assert np.array_equal(soft_mask.alpha((40, 60, 150, 190)), whole[60:190, 40:150])
