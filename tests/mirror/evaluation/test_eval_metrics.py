"""The definitions against truth made by hand, so small that the figures can be counted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mirror.evaluation.metrics.boundary import boundary, boundary_f, davis_radius, narrow_radius
from mirror.evaluation.metrics.confusion import Confusion, sides_exchanged
from mirror.evaluation.metrics.matching import height_of, match
from mirror.evaluation.metrics.overlap import iou


def box(y0: int, x0: int, y1: int, x1: int, size: tuple[int, int] = (40, 60)) -> NDArray[np.bool_]:
    mask = np.zeros(size, np.bool_)
    mask[y0:y1, x0:x1] = True
    return mask


def people(*boxes: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    labels = np.zeros((40, 60), np.uint8)
    for number, (y0, x0, y1, x1) in enumerate(boxes, 1):
        labels[y0:y1, x0:x1] = number
    return labels


def test_a_mask_shifted_by_a_fifth_shares_four_of_six_fifths() -> None:
    assert iou(box(0, 0, 10, 10), box(0, 2, 10, 12)) == pytest.approx(80 / 120)
    assert iou(box(0, 0, 10, 10), box(0, 20, 10, 30)) == 0.0


def test_masks_that_are_both_empty_agree() -> None:
    nothing = np.zeros((4, 4), np.bool_)
    assert iou(nothing, nothing) == 1.0
    assert iou(nothing, box(0, 0, 1, 1, (4, 4))) == 0.0


def test_what_is_not_judged_is_neither_right_nor_wrong() -> None:
    judged = ~box(0, 10, 10, 12)
    assert iou(box(0, 0, 10, 10), box(0, 0, 10, 12)) == pytest.approx(100 / 120)
    assert iou(box(0, 0, 10, 10), box(0, 0, 10, 12), judged) == 1.0


def test_a_boundary_is_one_pixel_wide_and_open_where_the_picture_ends() -> None:
    edges = boundary(box(2, 3, 5, 7, (8, 10)))
    # a pixel belongs to it if it differs from the one right of, below, or right below
    rows, columns = np.nonzero(edges)
    expected = {(1, x) for x in range(2, 7)} | {(4, x) for x in range(2, 7)}
    expected |= {(y, 2) for y in range(1, 5)} | {(y, 6) for y in range(1, 5)}
    assert set(zip(rows.tolist(), columns.tolist(), strict=True)) == expected
    assert not boundary(box(0, 0, 8, 10, (8, 10))).any()
    assert boundary(box(0, 0, 8, 4, (8, 10))).sum() == 8  # one line from top to bottom


def test_an_outline_two_pixels_off_counts_at_a_radius_of_two_but_not_of_one() -> None:
    truth, found = box(0, 0, 40, 20), box(0, 0, 40, 22)
    assert boundary_f(truth, found, (1, 1.9, 2, 3)) == [0.0, 0.0, 1.0, 1.0]
    assert boundary_f(truth, truth, (0,)) == [1.0]


def test_boundary_f_is_the_harmonic_mean_of_precision_and_recall() -> None:
    truth, found = box(0, 0, 40, 20), box(0, 0, 40, 20) | box(0, 40, 40, 60)
    # one of two lines is right: precision 0.5, recall 1
    assert boundary_f(truth, found, (2,)) == [pytest.approx(2 / 3)]
    assert boundary_f(found, truth, (2,)) == [pytest.approx(2 / 3)]


def test_the_radius_is_of_a_disc_not_of_a_square() -> None:
    truth, found = np.zeros((9, 9), np.bool_), np.zeros((9, 9), np.bool_)
    truth[:3, :3], found[:5, :5] = True, True
    # the lines lie two pixels off, the corner two rows and two columns, which is 2.8
    f_2, f_3 = boundary_f(truth, found, (2, 3))
    assert f_3 == 1.0
    assert f_2 < 1.0


def test_an_outline_on_one_side_only_scores_nothing_and_on_neither_all() -> None:
    nothing = np.zeros((40, 60), np.bool_)
    assert boundary_f(nothing, nothing, (2,)) == [1.0]
    assert boundary_f(nothing, box(5, 5, 9, 9), (2,)) == [0.0]
    assert boundary_f(box(5, 5, 9, 9), nothing, (2,)) == [0.0]


def test_an_outline_beside_what_is_not_judged_does_not_count() -> None:
    judged = np.ones((40, 60), np.bool_)
    judged[:, 18:] = False
    truth, found = box(0, 5, 40, 18), box(0, 5, 40, 30)
    assert boundary_f(truth, found, (1,), judged) == [1.0]
    assert boundary_f(truth, found, (1,))[0] < 1.0
    # the truth may go on there: of its outline only the left line counts, which is found
    assert boundary_f(truth, box(0, 5, 40, 15), (1,), judged) == [pytest.approx(2 / 3)]


def test_radii_are_shares_of_the_diagonal_and_only_davis_rounds_them_up() -> None:
    assert narrow_radius(300, 400) == pytest.approx(3.75)
    assert davis_radius(300, 400) == 4
    assert davis_radius(240, 320) == 4  # 3.2
    assert davis_radius(480, 854) == 8  # 7.84
    assert davis_radius(360, 480) == 5  # 4.8


def test_the_surest_takes_the_labelled_person_it_overlaps_most() -> None:
    truth = people((0, 0, 10, 10), (0, 20, 10, 30))
    found = people((0, 0, 10, 9), (0, 20, 10, 28), (20, 40, 30, 50))
    matches = match(truth, found, (0.9, 0.8, 0.7))
    assert matches.found_as == (0, 1)
    assert matches.false == (False, False, True)
    assert matches.ious[0].tolist() == [pytest.approx(0.9), 0.0, 0.0]


def test_a_person_found_twice_is_false_the_less_sure_time() -> None:
    truth = people((0, 0, 20, 10))
    found = people((0, 0, 11, 10), (11, 0, 20, 10))
    assert match(truth, found, (0.4, 0.9)).found_as == (0,)  # only the first overlaps by half
    assert match(truth, found, (0.4, 0.9)).false == (False, True)
    one_each = people((0, 0, 10, 10), (10, 0, 20, 10))
    assert match(truth, one_each, (0.4, 0.9)).found_as == (1,)  # both do; the surer has it
    assert match(truth, one_each, (0.9, 0.4)).found_as == (0,)


def test_half_an_overlap_is_enough_and_less_is_not() -> None:
    truth = people((0, 0, 20, 10))
    assert match(truth, people((0, 0, 10, 10)), (1.0,)).found_as == (0,)
    assert match(truth, people((0, 0, 9, 10)), (1.0,)).found_as == (-1,)


def test_who_is_found_where_nothing_is_judged_is_not_false() -> None:
    truth = people((0, 0, 10, 10))
    truth[20:30, 20:30] = 255
    found = people((0, 0, 10, 10), (20, 20, 30, 30), (20, 24, 30, 40))
    assert match(truth, found, (0.9, 0.8, 0.7)).false == (False, False, True)


def test_a_height_is_that_of_the_box() -> None:
    assert height_of(box(3, 0, 10, 2)) == 7
    assert height_of(box(3, 0, 5, 2) | box(20, 9, 21, 10)) == 18
    assert height_of(np.zeros((4, 4), np.bool_)) == 0


def test_iou_of_classes_is_over_all_pixels_of_all_pictures() -> None:
    counts = Confusion(3)
    counts.add(np.array([[1, 1, 1, 0]], np.uint8), np.array([[1, 1, 0, 0]], np.uint8))
    counts.add(np.array([[1, 0, 255, 0]], np.uint8), np.array([[0, 1, 1, 0]], np.uint8))
    # background: 2 right of 2 + 1 + 2; class 1: 2 right of 4 true and 3 found; class 2: nowhere
    assert counts.ious()[:2].tolist() == [pytest.approx(2 / 5), pytest.approx(2 / 5)]
    assert np.isnan(counts.ious()[2])
    assert counts.mean_iou() == pytest.approx(0.4)
    assert counts.pixel_accuracy() == pytest.approx(4 / 7)
    assert counts.mean_accuracy() == pytest.approx((2 / 3 + 2 / 4) / 2)


def test_swapped_labels_lower_both_classes() -> None:
    truth = np.array([[1, 1, 2, 2]], np.uint8)
    straight, swapped = Confusion(3), Confusion(3)
    straight.add(truth, truth)
    swapped.add(truth, 3 - truth)
    assert straight.mean_iou() == 1.0
    assert swapped.mean_iou() == 0.0


def test_a_confusion_has_the_truth_in_its_rows() -> None:
    counts = Confusion(2)
    counts.add(np.array([[0, 0, 1]], np.uint8), np.array([[1, 1, 1]], np.uint8))
    assert counts.counts.tolist() == [[0, 2, 0], [0, 1, 0]]


def test_what_is_found_as_none_of_the_classes_is_missed_but_no_class_s_fault() -> None:
    counts = Confusion(2)
    counts.add(np.array([[0, 0, 1, 1]], np.uint8), np.array([[0, 9, 1, 255]], np.uint8))
    assert counts.ious().tolist() == [0.5, 0.5]
    assert counts.pixel_accuracy() == 0.5
    assert counts.mean_accuracy() == 0.5


def test_sides_are_exchanged_where_more_lies_the_other_way_round() -> None:
    truth = np.array([[1, 1, 1, 2, 2, 2, 3]], np.uint8)
    pairs = ((1, 2),)
    assert sides_exchanged(truth, truth, pairs) is False
    assert sides_exchanged(truth, np.array([[2, 2, 2, 1, 1, 1, 3]], np.uint8), pairs) is True
    assert sides_exchanged(truth, np.array([[1, 1, 2, 2, 2, 1, 3]], np.uint8), pairs) is False
    assert sides_exchanged(truth, np.array([[1, 2, 0, 2, 1, 0, 3]], np.uint8), pairs) is False
    assert sides_exchanged(truth, np.zeros((1, 7), np.uint8), pairs) is None
    assert sides_exchanged(np.full((1, 7), 3, np.uint8), truth, pairs) is None


@pytest.mark.parametrize("seed", range(6))
def test_people_are_matched_as_coco_s_own_code_matches_them(seed: int) -> None:
    coco_mask = pytest.importorskip("pycocotools.mask")
    from pycocotools.cocoeval import COCOeval

    rng = np.random.default_rng(seed)
    truth, found = people(), people()
    for number in range(1, 6):
        y, x = rng.integers(0, 24), rng.integers(0, 44)
        truth[y : y + 14, x : x + 12] = number
        dy, dx = rng.integers(-5, 6, 2)
        found[max(0, y + dy) : y + dy + 14, max(0, x + dx) : x + dx + 12] = number
    scores = rng.permutation(5) / 5.0
    ours = match(truth, found, scores.tolist())

    def annotations(labels: NDArray[np.uint8], present: tuple[int, ...]) -> list[dict[str, object]]:
        masks = [np.asfortranarray((labels == number).astype(np.uint8)) for number in present]
        return [
            {
                "id": number, "image_id": 1, "category_id": 1, "iscrowd": 0, "ignore": 0,
                "area": float(mask.sum()), "segmentation": coco_mask.encode(mask),
                "score": float(scores[number - 1]),
            }
            for number, mask in zip(present, masks, strict=True)
        ]  # fmt: skip

    judge = COCOeval(iouType="segm")
    judge.params.catIds, judge.params.imgIds = [1], [1]
    judge.params.iouThrs = np.array([0.5])
    judge._gts = {(1, 1): annotations(truth, ours.truths)}
    judge._dts = {(1, 1): annotations(found, ours.found)}
    judge.cocoGt = type("Truth", (), {"imgs": {1: {"height": 40, "width": 60}}})
    judge.ious = {(1, 1): judge.computeIoU(1, 1)}
    theirs = judge.evaluateImg(1, 1, [0, 1e10], 100)
    met = [int(found_as) for found_as in theirs["gtMatches"][0]]
    assert [0 if place < 0 else ours.found[place] for place in ours.found_as] == met
    order = [ours.found.index(int(number)) for number in theirs["dtIds"]]
    assert [not ours.false[place] for place in order] == (theirs["dtMatches"][0] > 0).tolist()
