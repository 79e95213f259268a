"""Whom a truth is held against, and how people are counted by height."""

from __future__ import annotations

import numpy as np
import pytest
from truths import Labels, labels_of

from mirror.evaluation.judges.clips import ClipJudge
from mirror.evaluation.judges.heights import Heights
from mirror.evaluation.judges.labelled_person import best_overlapping
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Sample, Truth

TALL = (400, 100)


def labels(*boxes: tuple[int, int, int, int]) -> Labels:
    return labels_of(*boxes, size=TALL)


def test_whoever_overlaps_most_is_judged_and_nobody_where_nobody_overlaps() -> None:
    truth = Truth(labels((0, 0, 100, 20)))
    found = Prediction(labels((0, 0, 40, 20), (40, 0, 100, 20), (0, 30, 100, 50)), (1.0,) * 3)
    assert (best_overlapping(truth, found) == (found.persons == 2)).all()
    elsewhere = Prediction(labels((200, 0, 300, 20)), (1.0,))
    assert not best_overlapping(truth, elsewhere).any()


def test_what_is_not_judged_does_not_choose_anybody() -> None:
    persons = labels((0, 0, 100, 20))
    persons[:, 50:] = 255
    found = Prediction(labels((0, 0, 50, 20), (50, 0, 100, 20)), (1.0,) * 2)
    found.persons[200:, 50:] = 1  # large, but where it does not count
    found.persons[51:52, :20] = 1
    assert (best_overlapping(Truth(persons), found) == (found.persons == 1)).all()


def test_a_mask_of_everybody_is_judged_where_people_are_not_told_apart() -> None:
    found = Prediction(labels((0, 0, 40, 20), (200, 0, 300, 20)), (1.0,), tells_apart=False)
    assert best_overlapping(Truth(labels((0, 0, 40, 20))), found).sum() == 40 * 20 + 100 * 20


def test_people_are_counted_in_the_bin_that_begins_with_their_height() -> None:
    heights = Heights(single=False)
    truth = Truth(labels((0, 0, 200, 20), (0, 30, 199, 50), (200, 0, 260, 20)))
    found = Prediction(labels((0, 0, 200, 20), (300, 60, 359, 80)), (0.9, 0.8))
    row = heights.see(truth, found)
    assert row == {"labelled": 3, "met": 1, "found": 2, "false": 1}
    verdict = heights.verdict()
    rows = verdict.tables["people by height in pixels"]
    assert rows["200 to 299"] == {
        "people": 1, "recall": 1.0, "found": 1, "false": 0, "false_share": 0.0,
    }  # fmt: skip
    assert rows["120 to 199"]["recall"] == 0.0
    assert rows["60 to 119"]["people"] == 1
    assert rows["0 to 59"] == {
        "people": 0, "recall": None, "found": 1, "false": 1, "false_share": 1.0,
    }  # fmt: skip
    assert verdict.figures["recall"] == pytest.approx(1 / 3)
    assert verdict.figures["recall_tall"] == 1.0
    assert verdict.figures["false_share"] == 0.5


def test_recall_over_time_is_the_share_of_frames_above_a_half() -> None:
    judge = ClipJudge(single=True)
    image = np.zeros((*TALL, 3), np.uint8)
    truth = Truth(labels((0, 0, 100, 20)))
    for height in (100, 51, 50, 0):
        sample = Sample(str(height), __file__, lambda: truth)  # type: ignore[arg-type]
        found = Prediction(labels((0, 0, height, 20)), (1.0,))
        judge.see(sample, image, truth, found)
    figures = judge.verdict().figures
    assert figures["j_recall"] == 0.5
    assert figures["j_mean"] == pytest.approx((1 + 0.51 + 0.5 + 0) / 4)
    assert figures["j_and_f"] == pytest.approx((figures["j_mean"] + figures["f_mean"]) / 2)  # type: ignore[operator]
    assert figures["labels_kept"] is None
