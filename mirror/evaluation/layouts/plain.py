"""The project's own form, which every other layout can be brought to.

NAME/images/ID.jpg     the picture
NAME/labels/ID.npz     ``persons``, and ``parts`` where they are labelled: see ``Truth``
NAME/set.json          {"single": …, "clip": …, "classes": "built-in"}
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from mirror.evaluation.arrays import read_arrays
from mirror.evaluation.truth import BadDataSet, DataSet, Sample, Truth, files_by_stem

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


def is_plain(folder: Path) -> bool:
    """Whether a folder looks like this form."""
    return (folder / "images").is_dir() and (folder / "labels").is_dir() and _is_npz(folder)


def open_plain(folder: Path) -> DataSet:
    """Open a data set in this form; its labels are read when they are needed.

    Raises:
        BadDataSet: a part of it is missing or cannot be read.
    """
    images = files_by_stem(folder / "images", PICTURES)
    labels = files_by_stem(folder / "labels", (".npz",))
    about = _about(folder / "set.json")
    both = [id for id in images if id in labels]
    if not both:
        raise BadDataSet(
            "dataset.no_labels",
            "{path}: no picture in images/ has an ID.npz in labels/",
            path=folder,
        )
    samples = tuple(Sample(id, images[id], functools.partial(_truth, labels[id])) for id in both)
    remarks = []
    if alone := len(images.keys() - labels.keys()):
        remarks.append(f"{alone} pictures without labels were left out")
    if alone := len(labels.keys() - images.keys()):
        remarks.append(f"{alone} labels without a picture were left out")
    return DataSet(
        folder.name,
        samples,
        single=bool(about.get("single", False)),
        clip=bool(about.get("clip", False)),
        classes=_classes(labels[both[0]], about),
        remarks=tuple(remarks),
    )


def _is_npz(folder: Path) -> bool:
    return next((folder / "labels").glob("*.npz"), None) is not None


def _about(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadDataSet(
            "dataset.not_readable", "{path} cannot be read: {reason}", path=path, reason=str(error)
        ) from error
    if not isinstance(about, dict):
        raise BadDataSet("dataset.not_an_object", "{path} must hold a JSON object", path=path)
    return about


def _classes(first: Path, about: dict[str, Any]) -> str | None:
    return str(about.get("classes", "built-in")) if _truth(first).parts is not None else None


def _truth(path: Path) -> Truth:
    held = read_arrays(path, "persons")
    return Truth(held["persons"], held.get("parts"))
