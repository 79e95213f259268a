"""COCO: people's masks and joints, https://cocodataset.org/#format-data.

ROOT/annotations/person_keypoints_SPLIT.json or instances_SPLIT.json
ROOT/SPLIT/, ROOT/images/SPLIT/, ROOT/images/ or ROOT/    the pictures
"""

from __future__ import annotations

import functools
import json
import warnings
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from mirror.evaluation.truth import UNJUDGED, BadDataSet, DataSet, Keypoints, Sample, Truth

_MOST = UNJUDGED - 1  # people in a picture: their numbers have to fit into a byte


def coco_files(folder: Path) -> list[Path]:
    """Return the annotation files of a folder, one a split: with joints where there are two."""
    found = {}
    for kind in ("instances", "person_keypoints"):
        for path in sorted((folder / "annotations").glob(f"{kind}_*.json")):
            found[path.stem.removeprefix(f"{kind}_")] = path
    return list(found.values())


def open_coco(path: Path) -> DataSet:
    """Open one annotation file.

    Raises:
        BadDataSet: it cannot be read, or none of its pictures is there.
    """
    held = _held(path)
    split = path.stem.removeprefix("person_keypoints_").removeprefix("instances_")
    root = path.parent.parent if path.parent.name == "annotations" else path.parent
    person = {one["id"] for one in held["categories"] if one["name"] == "person"}
    people = defaultdict(list)
    for one in held["annotations"]:
        if one["category_id"] in person:
            people[one["image_id"]].append(one)
    samples, missing = [], 0
    for image in sorted(held["images"], key=lambda image: str(image["file_name"])):
        file = _picture(root, split, str(image["file_name"]))
        if file is None:
            missing += 1
            continue
        size = int(image["height"]), int(image["width"])
        read = functools.partial(_truth, people[image["id"]], size, path)
        samples.append(Sample(Path(image["file_name"]).stem, file, read))
    if not samples:
        raise BadDataSet(
            "dataset.pictures_missing",
            "none of the {count} pictures of {path} is there; put them into {folder}",
            count=missing,
            path=path,
            folder=root / split,
        )
    remarks = (f"{missing} pictures are not there and were left out",) if missing else ()
    keypoints = any("keypoints" in one for ones in people.values() for one in ones)
    return DataSet(split, tuple(samples), keypoints=keypoints, remarks=remarks)


def _held(path: Path) -> dict[str, Any]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        for key in ("images", "annotations", "categories"):
            held[key][:0]  # a list
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadDataSet(
            "dataset.bad_annotations",
            "{path} is no annotation file of COCO's ({reason})",
            path=path,
            reason=repr(error),
        ) from error
    found: dict[str, Any] = held
    return found


def _picture(root: Path, split: str, name: str) -> Path | None:
    places = (root / split, root / "images" / split, root / "images", root)
    return next((place / name for place in places if (place / name).is_file()), None)


def _truth(people: list[dict[str, Any]], size: tuple[int, int], path: Path) -> Truth:
    try:
        from pycocotools import mask as coco_mask
    except ModuleNotFoundError as error:
        raise BadDataSet(
            "dataset.pycocotools_missing",
            "COCO's masks need pycocotools: pip install 'smart-mirror[eval]'",
        ) from error
    persons = np.zeros(size, np.uint8)
    singles = [one for one in people if not one.get("iscrowd")]
    if len(singles) > _MOST:
        raise BadDataSet(
            "dataset.too_many_people",
            "{path}: more than {most} people in a picture",
            path=path,
            most=_MOST,
        )
    for one in people:
        if one.get("iscrowd"):
            persons[_mask(one, size, coco_mask)] = UNJUDGED
    # where two claim a pixel the smaller has it: who is nearer is mostly cut out of who is not
    order = sorted(range(len(singles)), key=lambda place: -float(singles[place]["area"]))
    for place in order:
        persons[_mask(singles[place], size, coco_mask)] = place + 1
    return Truth(persons, None, tuple(_keypoints(one) for one in people if "keypoints" in one))


def _mask(one: dict[str, Any], size: tuple[int, int], coco_mask: ModuleType) -> np.ndarray:
    """Polygons, or run lengths as numbers or in COCO's compressed form, as (H, W) bool."""
    segmentation, (height, width) = one["segmentation"], size
    if isinstance(segmentation, list):
        codes = coco_mask.merge(coco_mask.frPyObjects(segmentation, height, width))
    elif isinstance(segmentation["counts"], list):
        codes = coco_mask.frPyObjects(segmentation, height, width)
    else:
        codes = segmentation
    with warnings.catch_warnings():  # pycocotools 2.0 has not heard of NumPy 2's copy=
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.asarray(coco_mask.decode(codes), np.bool_)


def _keypoints(one: dict[str, Any]) -> Keypoints:
    points = np.array(one["keypoints"], np.float64).reshape(-1, 3)
    x, y, width, height = map(float, one["bbox"])
    return Keypoints(points, float(one["area"]), (x, y, width, height), bool(one.get("iscrowd")))
