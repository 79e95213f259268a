"""Small folders made in every layout that data sets are published in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from truths import Labels, labels_of, picture_of, write_plain

from mirror.evaluation.judges.person import PersonJudge
from mirror.evaluation.label_pictures import read_labels
from mirror.evaluation.layouts import open_datasets
from mirror.evaluation.truth import BadDataSet, DataSet, Truth
from mirror.outputs.masks import PaletteEncoder

BODY = (10, 20, 50, 40)
PARTS = np.where(labels_of(BODY) > 0, 5, 0).astype(np.uint8)


def write_picture(path: Path, labels: Labels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture_of(np.minimum(labels, 12)))


def write_labels(path: Path, labels: Labels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), labels)


def only(path: Path) -> DataSet:
    (dataset,) = open_datasets(path)
    return dataset


def truth_of(dataset: DataSet, place: int = 0) -> Truth:
    sample = dataset.samples[place]
    return sample.truth(sample.image())


def test_the_plain_form_says_what_it_left_out(tmp_path: Path) -> None:
    data = write_plain(
        tmp_path / "made",
        [picture_of(PARTS)] * 2,
        [{"persons": labels_of(BODY), "parts": PARTS}] * 2,
        single=True,
        classes="pascal-person-part",
    )
    (data / "labels" / "001.npz").unlink()
    dataset = only(data)
    assert [sample.id for sample in dataset.samples] == ["000"]
    assert (dataset.single, dataset.clip, dataset.classes) == (True, False, "pascal-person-part")
    assert dataset.remarks == ("1 pictures without labels were left out",)
    assert truth_of(dataset).persons.sum() == 40 * 20


def test_damaged_labels_are_named(tmp_path: Path) -> None:
    data = write_plain(
        tmp_path / "made", [picture_of(PARTS)] * 2, [{"persons": labels_of(BODY)}] * 2
    )
    (data / "labels" / "001.npz").write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(BadDataSet, match=r"001\.npz cannot be read"):
        truth_of(only(data), 1)
    np.savez(data / "labels" / "001.npz", people=PARTS)
    with pytest.raises(BadDataSet, match=r"001\.npz has no array called persons"):
        truth_of(only(data), 1)


def coco(folder: Path, name: str, annotations: list[dict[str, Any]]) -> Path:
    held = {
        "images": [
            {"id": 7, "file_name": "000000000007.jpg", "height": 60, "width": 80},
            {"id": 9, "file_name": "000000000009.jpg", "height": 60, "width": 80},
        ],
        "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
        "annotations": annotations,
    }
    path = folder / "annotations" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(held))
    write_picture(folder / "val2017" / "000000000007.jpg", labels_of(BODY))
    return path


def person(segmentation: object, area: float, **more: object) -> dict[str, Any]:
    x, y, width, height = 20, 10, 20, 40
    return {
        "image_id": 7, "category_id": 1, "iscrowd": 0, "area": area,
        "segmentation": segmentation, "bbox": [x, y, width, height],
    } | more  # fmt: skip


POLYGON = [[20, 10, 40, 10, 40, 50, 20, 50]]


def test_coco_s_people_are_told_apart_and_crowds_are_not_judged(tmp_path: Path) -> None:
    pytest.importorskip("pycocotools")
    crowd = {"size": [60, 80], "counts": [60 * 70, 60 * 10]}  # the last ten columns
    small = person([[30, 20, 36, 20, 36, 30, 30, 30]], 60.0)
    dog = person(POLYGON, 800.0, category_id=18)
    coco(
        tmp_path,
        "instances_val2017.json",
        [small, person(POLYGON, 800.0), person(crowd, 600.0, iscrowd=1), dog],
    )
    dataset = only(tmp_path)
    assert dataset.name == "val2017"
    assert dataset.remarks == ("1 pictures are not there and were left out",)
    persons = truth_of(dataset).persons
    assert persons[5, 25] == 0
    assert persons[12, 25] == 2
    assert persons[25, 33] == 1  # the smaller of the two
    assert (persons == 2).sum() == 800 - 60
    assert (persons == 255).sum() == 600
    assert not dataset.keypoints


def test_coco_s_joints_are_preferred_where_both_files_are_there(tmp_path: Path) -> None:
    pytest.importorskip("pycocotools")
    joints = [25, 12, 2] + [0, 0, 0] * 16
    coco(tmp_path, "instances_val2017.json", [person(POLYGON, 800.0)])
    file = coco(
        tmp_path,
        "person_keypoints_val2017.json",
        [person(POLYGON, 800.0, keypoints=joints, num_keypoints=1)],
    )
    for path in (tmp_path, file):
        dataset = only(path)
        assert dataset.keypoints
        (one,) = truth_of(dataset).keypoints
        assert one.points[0].tolist() == [25, 12, 2]
        assert (one.area, one.box, one.crowd) == (800.0, (20, 10, 20, 40), False)


def test_compressed_run_lengths_are_read(tmp_path: Path) -> None:
    coco_mask = pytest.importorskip("pycocotools.mask")
    code = coco_mask.encode(np.asfortranarray(labels_of(BODY)))
    code["counts"] = code["counts"].decode()
    coco(tmp_path, "instances_val2017.json", [person(code, 800.0)])
    assert (truth_of(only(tmp_path)).persons == labels_of(BODY)).all()


def test_coco_without_its_pictures_says_where_to_put_them(tmp_path: Path) -> None:
    path = coco(tmp_path, "instances_val2017.json", [])
    (tmp_path / "val2017" / "000000000007.jpg").unlink()
    with pytest.raises(BadDataSet, match=r"none of the 2 pictures of .* put them into .*val2017"):
        open_datasets(tmp_path)
    path.write_text("{}")
    with pytest.raises(BadDataSet, match="is no annotation file of COCO's"):
        open_datasets(path)


def lip(root: Path) -> None:
    write_picture(root / "TrainVal_images" / "val_images" / "1_2.jpg", PARTS)
    write_labels(root / "TrainVal_parsing" / "val_segmentations" / "1_2.png", PARTS)


def cihp(root: Path) -> None:
    base = root / "instance-level_human_parsing" / "Validation"
    write_picture(base / "Images" / "0001.jpg", PARTS)
    write_labels(base / "Category_ids" / "0001.png", PARTS)
    write_labels(base / "Human_ids" / "0001.png", labels_of((10, 20, 50, 30), (10, 30, 50, 40)))


def atr(root: Path) -> None:
    write_picture(root / "humanparsing" / "JPEGImages" / "a.jpg", PARTS)
    write_labels(root / "humanparsing" / "SegmentationClassAug" / "a.png", PARTS)


def pascal(root: Path) -> None:
    parts = PARTS.copy()
    parts[0, :] = 255
    write_picture(root / "JPEGImages" / "2008_000003.jpg", PARTS)
    write_labels(root / "pascal_person_part" / "pascal_person_part_gt" / "2008_000003.png", parts)


@pytest.mark.parametrize(
    ("make", "classes", "single", "apart", "people"),
    [
        (lip, "lip", True, True, [0, 1]),
        (cihp, "cihp", False, True, [0, 1, 2]),
        (atr, "atr", True, True, [0, 1]),
        (pascal, "pascal-person-part", False, False, [0, 1, 255]),
    ],
)
def test_a_human_parsing_data_set_is_read_as_it_is_unpacked(
    tmp_path: Path,
    make: Callable[[Path], None],
    classes: str,
    single: bool,
    apart: bool,
    people: list[int],
) -> None:
    make(tmp_path)
    dataset = only(tmp_path)
    assert (dataset.classes, dataset.single, dataset.apart) == (classes, single, apart)
    truth = truth_of(dataset)
    assert truth.parts is not None
    assert (truth.parts == 5).sum() == 40 * 20
    assert np.unique(truth.persons).tolist() == people


def test_a_list_of_the_validation_part_chooses_and_what_it_lacks_is_said(tmp_path: Path) -> None:
    lip(tmp_path)
    write_picture(tmp_path / "TrainVal_images" / "val_images" / "3_4.jpg", PARTS)
    write_labels(tmp_path / "TrainVal_parsing" / "val_segmentations" / "3_4.png", PARTS)
    (tmp_path / "TrainVal_images" / "val_id.txt").write_text("3_4\n5_6\n")
    dataset = only(tmp_path)
    assert [sample.id for sample in dataset.samples] == ["3_4"]
    assert dataset.remarks == ("1 pictures of val_id.txt have no labels",)


def test_labels_beyond_a_data_set_s_classes_are_refused(tmp_path: Path) -> None:
    atr(tmp_path)
    write_labels(tmp_path / "humanparsing" / "SegmentationClassAug" / "a.png", PARTS * 4)
    with pytest.raises(BadDataSet, match="holds the id 20; atr has 0 to 17"):
        truth_of(only(tmp_path))


def test_people_who_are_not_told_apart_are_not_counted(tmp_path: Path) -> None:
    from mirror.evaluation.prediction import Prediction

    pascal(tmp_path)
    dataset = only(tmp_path)
    judge = PersonJudge(dataset.single, dataset.apart)
    sample = dataset.samples[0]
    truth = truth_of(dataset)
    judge.see(sample, sample.image(), truth, Prediction(labels_of(BODY), (1.0,)))
    assert judge.verdict().figures["iou"] == 1.0
    assert "recall" not in judge.verdict().figures


def davis(root: Path, *sequences: str) -> None:
    for name in sequences:
        for number in range(3):
            write_picture(root / "JPEGImages" / "480p" / name / f"{number:05d}.jpg", PARTS)
            labels = labels_of(BODY) * np.uint8(1 if name == "boat" else 255)  # as 2017, or 2016
            write_labels(root / "Annotations" / "480p" / name / f"{number:05d}.png", labels)


def test_davis_is_a_clip_a_sequence(tmp_path: Path) -> None:
    davis(tmp_path, "parkour", "dance-twirl", "boat")
    datasets = open_datasets(tmp_path)
    assert [dataset.name for dataset in datasets] == ["boat", "dance-twirl", "parkour"]
    assert all(dataset.clip and dataset.single for dataset in datasets)
    assert np.unique(truth_of(datasets[0]).persons).tolist() == [0, 1]
    (one,) = open_datasets(tmp_path / "JPEGImages" / "480p" / "parkour")
    assert (one.name, len(one.samples)) == ("parkour", 3)
    listing = tmp_path / "ImageSets" / "2016" / "val.txt"
    listing.parent.mkdir(parents=True)
    listing.write_text("dance-twirl\nparkour\n")
    assert [dataset.name for dataset in open_datasets(tmp_path)] == ["dance-twirl", "parkour"]
    listing.write_text(
        "/JPEGImages/480p/boat/00000.jpg /Annotations/480p/boat/00000.png\n"
        "/JPEGImages/480p/boat/00001.jpg /Annotations/480p/boat/00001.png\n"
    )
    assert [dataset.name for dataset in open_datasets(tmp_path)] == ["boat"]


def test_a_frame_of_davis_without_labels_is_named(tmp_path: Path) -> None:
    davis(tmp_path, "parkour")
    (tmp_path / "Annotations" / "480p" / "parkour" / "00001.png").unlink()
    with pytest.raises(BadDataSet, match=r"00001\.jpg has no label picture"):
        open_datasets(tmp_path)


def test_palette_pictures_are_read_as_ids(tmp_path: Path) -> None:
    path = tmp_path / "labels.png"
    colours = ("#000000", "#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff")
    path.write_bytes(PaletteEncoder(colours)(PARTS))
    assert (read_labels(path) == PARTS).all()
    write_labels(path, PARTS)
    assert (read_labels(path) == PARTS).all()
    cv2.imwrite(str(path), labels_of(BODY), [cv2.IMWRITE_PNG_BILEVEL, 1])
    assert (read_labels(path) == labels_of(BODY)).all()
    cv2.imwrite(str(path), picture_of(PARTS))
    with pytest.raises(BadDataSet, match="holds colours"):
        read_labels(path)
    path.write_bytes(b"no picture")
    with pytest.raises(BadDataSet, match="is not a picture"):
        read_labels(path)


def test_an_unknown_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDataSet, match="in no layout that is known"):
        open_datasets(tmp_path)
