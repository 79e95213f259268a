"""Whose pixel each is."""

from __future__ import annotations

import numpy as np
import pytest

from mirror.core.instance_map import UNASSIGNED, box_of, instance_of, matched, numbered, unassigned
from mirror.core.parsing import Parsing, Person


def test_a_persons_pixels_have_the_persons_number() -> None:
    assert [instance_of(id) for id in (1, 2, 254)] == [1, 2, 254]


def test_nobody_has_the_number_of_what_is_nobodys() -> None:
    values = [instance_of(id) for id in range(1, 65_535)]
    assert UNASSIGNED not in values
    assert sorted(values) == [*range(1, 255), *range(256, 65_536)]
    assert instance_of(65_535) == 1  # all are taken: it starts over


def test_people_are_numbered_from_one() -> None:
    with pytest.raises(ValueError, match="numbered from 1, got 0"):
        instance_of(0)


def test_a_map_has_eight_bits_until_a_number_needs_more() -> None:
    places = np.array([[0, 1, 2, UNASSIGNED]], np.uint8)
    few, many = numbered(places, [3, 254]), numbered(places, [3, 256])
    assert few.dtype == np.uint8
    assert many.dtype == np.uint16
    assert few.tolist() == [[0, 3, 254, UNASSIGNED]]
    assert many.tolist() == [[0, 3, 256, UNASSIGNED]]


@pytest.mark.parametrize("size", [(1, 1), (1, 4), (4, 1), (2, 2), (1, 5), (3, 3)])
def test_labels_of_the_smallest_pictures_are_nobodys_too(size: tuple[int, int]) -> None:
    labels = (np.arange(size[0] * size[1]) % 3).astype(np.uint8).reshape(size)
    assert np.array_equal(unassigned(labels), np.where(labels > 0, 255, 0))
    assert unassigned(labels).dtype == np.uint8


def test_labels_without_people_are_nobodys_in_particular() -> None:
    parsing = Parsing.undivided(np.array([[0, 3], [1, 0]], np.uint8))
    assert parsing.instances.tolist() == [[0, UNASSIGNED], [UNASSIGNED, 0]]
    assert parsing.people == ()
    assert unassigned(parsing.labels).dtype == np.uint8


def test_background_is_taken_from_people() -> None:
    labels = np.array([[0, 1, 1, 0]], np.uint8)
    assert matched(labels, np.array([[2, 2, 2, 2]], np.uint8)).tolist() == [[0, 2, 2, 0]]


def test_what_hangs_together_with_somebody_goes_to_the_nearest() -> None:
    labels = np.array([[1, 1, 1, 1, 1, 1, 1, 1, 0, 5]], np.uint8)
    instances = np.array([[1, 0, 0, 0, 0, 0, 2, 2, 0, 0]], np.uint8)
    assert matched(labels, instances).tolist() == [[1, 1, 1, 1, 2, 2, 2, 2, 0, UNASSIGNED]]


def test_a_map_that_fits_stays_as_it_is() -> None:
    labels = np.array([[0, 4, 0, 4]], np.uint8)
    instances = np.array([[0, 1, 0, 2]], np.uint8)
    assert matched(labels, instances).tolist() == instances.tolist()


def test_nobody_at_all_leaves_every_label_unassigned() -> None:
    labels = np.array([[0, 4, 4, 0]], np.uint8)
    assert matched(labels, np.zeros_like(labels)).tolist() == [[0, UNASSIGNED, UNASSIGNED, 0]]


def test_a_box_ends_behind_the_last_pixel() -> None:
    instances = np.zeros((6, 8), np.uint16)
    instances[2:4, 3:7] = 300
    assert box_of(instances, 300) == (3.0, 2.0, 7.0, 4.0)
    assert box_of(instances, 44) is None  # 300 in eight bits


def test_maps_that_do_not_belong_together_are_refused() -> None:
    labels = np.zeros((2, 3), np.uint8)
    with pytest.raises(ValueError, match=r"size, \(2, 3\), got \(3, 2\) uint8"):
        Parsing(labels, np.zeros((3, 2), np.uint8))
    with pytest.raises(ValueError, match=r"got \(2, 3\) int64"):
        Parsing(labels, np.zeros((2, 3), np.int64))
    with pytest.raises(ValueError, match=r"a label map is \(H, W\) uint8, got \(2, 3, 1\) uint8"):
        Parsing(np.zeros((2, 3, 1), np.uint8), labels)


def test_a_parsing_cannot_be_written_into() -> None:
    parsing = Parsing.undivided(np.ones((2, 3), np.uint8))
    assert not parsing.labels.flags.writeable
    assert not parsing.instances.flags.writeable


def test_a_person_late_in_a_long_stream_has_pixels_all_the_same() -> None:
    assert Person(300, 0.9, (0.0, 0.0, 1.0, 1.0)).instance == 301
