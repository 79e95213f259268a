"""Figures over time: labels under optical flow, and a clip's end beside its beginning."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mirror.evaluation.judges.clips import ClipJudge, decay
from mirror.evaluation.metrics.temporal_consistency import LabelFlow, share_kept
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Sample, Truth
from pipeline.frame import BGR


def textured(shift: int) -> BGR:
    """Noise that optical flow can follow, moved to the right."""
    noise = np.random.default_rng(0).integers(0, 255, (16, 24), np.uint8)
    large = np.kron(noise, np.ones((5, 5), np.uint8))
    return np.repeat(np.roll(large, shift, axis=1)[:, :, None], 3, axis=2)


def halves(shift: int) -> NDArray[np.uint8]:
    labels = np.zeros((80, 120), np.uint8)
    labels[20:60, 40 + shift : 60 + shift], labels[20:60, 60 + shift : 80 + shift] = 1, 2
    return labels


def test_labels_are_kept_only_where_both_frames_have_one() -> None:
    carried = np.array([[1, 1, 2, 0, 3]], np.uint8)
    parts = np.array([[1, 2, 2, 3, 0]], np.uint8)
    assert share_kept(carried, parts) == pytest.approx(2 / 3)
    assert share_kept(carried, np.zeros_like(parts)) is None


def test_labels_that_move_along_with_the_picture_are_kept() -> None:
    flow = LabelFlow()
    assert flow.kept(textured(0), halves(0)) is None
    moved = flow.kept(textured(4), halves(4))
    assert moved is not None
    assert moved > 0.97
    left_behind = LabelFlow()
    left_behind.kept(textured(0), halves(0))
    stayed = left_behind.kept(textured(4), halves(0))
    assert stayed is not None
    assert stayed < 0.93  # a fifth of one half is the other half's now


def test_exchanged_labels_are_not_kept() -> None:
    flow = LabelFlow()
    flow.kept(textured(0), halves(0))
    swapped = np.choose(halves(0), [0, 2, 1]).astype(np.uint8)
    assert flow.kept(textured(0), swapped) == pytest.approx(0.0, abs=0.02)


def test_decay_is_the_first_quarter_less_the_last() -> None:
    # DAVIS rounds the quarters' ends 1, 2.75, 4.5, 6.25, 8 to 1, 3, 5, 6, 8; both ends count
    assert decay([1.0] * 3 + [0.5] * 2 + [0.2] * 3) == pytest.approx(0.8)
    assert decay([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]) == pytest.approx(0.9 - 0.4)
    assert decay([1.0, 1.0, 1.0]) is None


def test_only_the_labelled_person_is_followed() -> None:
    judge = ClipJudge(single=True)
    persons = (halves(0) > 0).astype(np.uint8)
    found = persons.copy()
    found[:10, :10] = 2  # a spectator, whose label flickers
    for number in range(2):
        parts = halves(0)
        parts[:10, :10] = 3 + number
        sample = Sample(str(number), __file__, lambda: Truth(persons))  # type: ignore[arg-type]
        prediction = Prediction(found, (0.9, 0.8), parts)
        judge.see(sample, textured(0), Truth(persons), prediction)
    figures = judge.verdict().figures
    assert figures["j_mean"] == 1.0
    assert figures["f_mean"] == 1.0
    assert figures["labels_kept"] == 1.0
