"""What pycocotools reads of a parsed image is what was found in it."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mirror
from mirror.api.errors import PackageMissing
from mirror.api.parsed_image import ParsedImage
from mirror.core.skeleton import COCO_JOINTS

# its compiled part hands NumPy 2 an array in the way of NumPy 1
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
coco_module = pytest.importorskip("pycocotools.coco", reason="needs pip install smart-mirror[coco]")


def read_back(dataset: dict[str, Any], folder: Path) -> Any:  # noqa: ANN401  # it has no types
    path = folder / "dataset.json"
    path.write_text(json.dumps(dataset))
    with contextlib.redirect_stdout(io.StringIO()):
        return coco_module.COCO(str(path))


def test_masks_boxes_and_keypoints_come_back(two: ParsedImage, tmp_path: Path) -> None:
    coco = read_back(two.to_coco(), tmp_path)
    annotations = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert [one["track_id"] for one in annotations] == [1, 2]
    for person, annotation in zip(two.people, annotations, strict=True):
        mask = coco.annToMask(annotation).astype(bool)
        assert (mask == person.mask()).all()
        assert annotation["area"] == mask.sum()
        rows, columns = np.nonzero(mask)
        x, y, width, height = annotation["bbox"]
        assert (x, y) == (columns.min(), rows.min())
        assert (x + width, y + height) == (columns.max() + 1, rows.max() + 1)
        keypoints = np.reshape(annotation["keypoints"], (17, 3))
        knee = keypoints[COCO_JOINTS.index("left_knee")]
        assert tuple(knee[:2]) == pytest.approx(person.landmarks["left_knee"].xy, abs=0.05)
        assert knee[2] == 2
        assert tuple(keypoints[COCO_JOINTS.index("left_ear")]) == (0, 0, 0)  # not of cardboard
        assert annotation["num_keypoints"] == 6


def test_parts_are_annotations_of_their_own_when_asked_for(
    two: ParsedImage, tmp_path: Path
) -> None:
    coco = read_back(two.to_coco(parts=True), tmp_path)
    torso = coco.getCatIds(catNms=["torso"])
    annotations = coco.loadAnns(coco.getAnnIds(catIds=torso))
    assert [one["track_id"] for one in annotations] == [1, 2]
    assert (coco.annToMask(annotations[1]).astype(bool) == two.mask("torso", person=2)).all()


def test_a_perfect_answer_gets_a_perfect_score(two: ParsedImage, tmp_path: Path) -> None:
    evaluation = pytest.importorskip("pycocotools.cocoeval")
    dataset = two.to_coco()
    truth = read_back(dataset, tmp_path)
    for kind in ("segm", "keypoints"):
        with contextlib.redirect_stdout(io.StringIO()):
            judged = evaluation.COCOeval(truth, truth.loadRes(dataset["annotations"]), kind)
            judged.evaluate()
            judged.accumulate()
            judged.summarize()
        assert judged.stats[0] == pytest.approx(1.0)


def test_many_images_are_one_data_set(two: ParsedImage, nobody: ParsedImage) -> None:
    dataset = mirror.coco_dataset(iter([two, nobody, two]))
    assert [image["id"] for image in dataset["images"]] == [1, 2, 3]
    assert [one["image_id"] for one in dataset["annotations"]] == [1, 1, 3, 3]
    assert [one["id"] for one in dataset["annotations"]] == [1, 2, 3, 4]


def test_without_pycocotools_it_says_what_to_install(
    two: ParsedImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pycocotools", None)
    with pytest.raises(PackageMissing, match="pip install pycocotools"):
        two.to_coco()
