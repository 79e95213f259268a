"""How masks and landmarks of cardboard people become one label map; no network is needed."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from cardboard import WHOLE, joints, mask
from numpy.typing import NDArray

from mirror.core.label_set import label_set
from mirror.parsers.builtin.label_composer import Figure, compose
from mirror.parsers.builtin.part_distances import PERSON
from mirror.pose.duplicates import Duplicates, shared
from mirror.pose.landmark_network import PoseEstimate
from mirror.tracking.crop import Crop

NAMES = label_set("built-in").names


def moved(figure: Figure, right: float) -> Figure:
    crop = Crop(figure.crop.x + right, figure.crop.y, figure.crop.side, figure.crop.angle)
    return Figure(crop, figure.joints + np.array((right, 0, 0), np.float32), figure.mask, 2)


def test_nothing_of_a_mask_is_left_out_however_far_from_any_part_it_lies() -> None:
    wide = mask(20, 236)  # a cloak
    composed = compose([Figure(WHOLE, joints(), wide, 1)], 256, 256)
    labels, instances = composed.labels, composed.instances
    assert np.array_equal(labels > 0, wide > 0)
    assert np.array_equal(instances, (wide > 0).astype(np.uint8))
    assert labels[200, 25] == labels[200, 230] == PERSON
    assert NAMES[PERSON] == "person"
    assert labels[100, 128] == NAMES.index("torso")


def test_nothing_of_a_mask_that_clings_is_without_a_part() -> None:
    labels = compose([Figure(WHOLE, joints(), mask(110, 146), 1)], 256, 256).labels
    assert not (labels == PERSON).any()


def test_every_pixel_says_whose_it_is() -> None:
    one = Figure(WHOLE, joints(), mask(), 1)
    composed = compose([one, moved(one, 120)], 256, 400)
    labels, instances = composed.labels, composed.instances
    assert np.array_equal(labels > 0, instances > 0)
    assert set(np.unique(instances)) == {0, 1, 2}
    assert instances[100, 128] == 1
    assert instances[100, 248] == 2
    # between them whoever is nearer has it
    assert (instances[:, :170] != 2).all()


def test_whoever_is_larger_stands_in_front() -> None:
    near = Figure(WHOLE, joints(), mask(), 1)
    crop = Crop(140.0, 127.5, 128.0, 0.0)  # half as large, a little to the right
    far_joints = joints()
    far_joints[:, :2] = far_joints[:, :2] @ (crop.to_image[:, :2].T) + crop.to_image[:, 2]
    far = Figure(crop, far_joints.astype(np.float32), mask(), 2)
    for figures in ([near, far], [far, near]):
        instances = compose(figures, 256, 256).instances
        alone = compose([near], 256, 256).instances
        kept = np.count_nonzero(instances[alone > 0] == 1) / np.count_nonzero(alone)
        assert kept > 0.95, kept


def test_somebody_beyond_the_picture_owns_nothing() -> None:
    composed = compose([moved(Figure(WHOLE, joints(), mask(), 1), 900)], 256, 256)
    assert not composed.labels.any()
    assert not composed.instances.any()
    assert composed.boxes == (None,)


def test_a_box_is_round_what_is_to_be_seen_of_somebody() -> None:
    one = Figure(WHOLE, joints(), mask(), 1)
    composed = compose([one, moved(one, 120)], 256, 400)
    for instance, box in ((1, composed.boxes[0]), (2, composed.boxes[1])):
        rows, columns = np.nonzero(composed.instances == instance)
        assert box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_people_far_into_a_long_stream_have_numbers_of_sixteen_bits() -> None:
    one = dataclasses.replace(Figure(WHOLE, joints(), mask(), 1), instance=40_000)
    composed = compose([one, moved(one, 120)], 256, 400)
    assert composed.instances.dtype == np.uint16
    assert set(np.unique(composed.instances)) == {0, 2, 40_000}


def estimate(right: float = 0.0, seen: NDArray[np.float32] | None = None) -> PoseEstimate:
    crop = Crop(127.5 + right, 127.5, 256.0, 0.0)
    return PoseEstimate(
        crop=crop,
        presence=0.9,
        joints=joints() + np.array((right, 0, 0), np.float32),
        world=np.zeros((33, 3), np.float32),
        mask=mask() if seen is None else seen,
        circle=crop,
    )


def from_farther_off() -> PoseEstimate:
    """The same body in a square that is twice as large."""
    crop = Crop(127.5, 127.5, 512.0, 0.0)
    smaller = cv2.warpAffine(
        mask(), crop.from_image, (256, 256), borderMode=cv2.BORDER_CONSTANT, borderValue=-6
    )
    return PoseEstimate(crop, 0.9, joints(), np.zeros((33, 3), np.float32), smaller, crop)


def test_how_much_two_masks_share_does_not_depend_on_their_squares() -> None:
    assert shared(estimate(), estimate()) == pytest.approx(1.0)
    assert shared(estimate(), estimate(200)) == 0.0
    assert shared(estimate(), estimate(38)) == pytest.approx(1 / 3, abs=0.08)
    assert shared(estimate(), from_farther_off()) > 0.85


def test_two_tracks_on_one_body_are_one_person_the_older() -> None:
    duplicates = Duplicates()
    assert duplicates([(7, estimate(4)), (3, estimate()), (9, estimate(150))]) == {7}


def test_the_track_whose_square_cuts_nothing_off_has_the_body() -> None:
    duplicates = Duplicates()
    down_to_the_edge = mask()
    down_to_the_edge[200:, 90:166] = 6.0
    assert duplicates([(1, estimate(0, down_to_the_edge)), (2, from_farther_off())]) == {1}
    assert duplicates([(1, estimate()), (2, estimate())]) == {2}


def test_a_body_does_not_go_back_to_a_track_that_still_misses_its_legs() -> None:
    duplicates = Duplicates()
    down_to_the_edge, fading = mask(), mask()
    down_to_the_edge[200:, 90:166] = 6.0
    fading[160:] = -6.0
    assert duplicates([(1, estimate(0, down_to_the_edge)), (2, from_farther_off())]) == {1}
    assert duplicates([(1, estimate(0, fading)), (2, from_farther_off())]) == {1}
    assert duplicates([(1, estimate()), (2, from_farther_off())]) == {2}


def test_a_track_carried_onto_a_body_does_not_have_it_though_it_is_older() -> None:
    duplicates = Duplicates()
    assert duplicates([(1, estimate(150)), (2, estimate())]) == set()
    assert duplicates([(1, estimate(4)), (2, estimate())]) == {1}
    assert duplicates([(1, estimate(2)), (2, estimate())]) == {1}  # nor does it get it by staying
    assert duplicates([(1, estimate(150)), (2, estimate())]) == set()
    assert duplicates([(1, estimate(140)), (2, estimate(146))]) == {2}


def test_two_tracks_on_one_body_part_only_when_they_clearly_have() -> None:
    duplicates = Duplicates()
    nearly = [(1, estimate()), (2, estimate(25))]  # half of what they cover is both's
    assert duplicates(nearly) == set()
    assert duplicates([(1, estimate()), (2, estimate(4))]) == {2}
    assert duplicates(nearly) == {2}
    assert duplicates([(1, estimate()), (2, estimate(60))]) == set()
    assert duplicates(nearly) == set()


def test_masks_of_nobody_are_no_duplicates() -> None:
    nothing = np.full((256, 256), -6.0, np.float32)
    assert Duplicates()([(1, estimate(0, nothing)), (2, estimate(0, nothing))]) == set()
