"""People as supervision's detections."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from mirror.api.errors import PackageMissing
from mirror.api.parsed_image import ParsedImage


def test_people_come_with_box_mask_score_and_number(two: ParsedImage) -> None:
    pytest.importorskip("supervision", reason="needs pip install supervision")
    found = two.to_supervision()
    assert len(found) == 2
    assert found.xyxy[1] == pytest.approx(two.people[1].box)
    assert found.mask is not None
    assert (found.mask[1] == two.mask(person=2)).all()
    assert found.confidence == pytest.approx([0.93, 0.93])
    assert found.tracker_id is not None
    assert list(found.tracker_id) == [1, 2]
    assert list(found.data["class_name"]) == ["person", "person"]


def test_nobody_is_an_empty_set(nobody: ParsedImage) -> None:
    supervision = pytest.importorskip("supervision", reason="needs pip install supervision")
    assert len(nobody.to_supervision()) == 0
    assert nobody.to_supervision() == supervision.Detections.empty()


def test_its_annotators_draw_them(two: ParsedImage) -> None:
    supervision = pytest.importorskip("supervision", reason="needs pip install supervision")
    drawn = supervision.MaskAnnotator().annotate(two.image.copy(), two.to_supervision())
    changed = (drawn != two.image).any(axis=2)
    assert (changed == (two.labels > 0)).mean() > 0.99
    assert np.isin(changed, [False, True]).all()


def test_without_supervision_it_says_what_to_install(
    two: ParsedImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "supervision", None)
    with pytest.raises(PackageMissing, match="pip install supervision"):
        two.to_supervision()
