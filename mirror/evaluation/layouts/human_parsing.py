"""Data sets of parts: LIP, CIHP, ATR and Pascal-Person-Part, as they are unpacked.

LIP    **/val_images/ID.jpg, **/val_segmentations/ID.png
CIHP   **/Validation/Images/ID.jpg, Category_ids/ID.png, Human_ids/ID.png
ATR    **/JPEGImages/ID.jpg, **/SegmentationClassAug/ID.png
Pascal-Person-Part   **/JPEGImages/ID.jpg, **/pascal_person_part_gt/ID.png
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirror.core.label_set import LabelMap
from mirror.evaluation.class_mapping import CLASS_SETS
from mirror.evaluation.label_pictures import read_labels
from mirror.evaluation.truth import UNJUDGED, BadDataSet, DataSet, Sample, Truth, files_by_stem

_PICTURES = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a data set has what, relative to any folder of it.

    Attributes:
        classes: what its ids are of.
        images: folder of pictures.
        parts: folder of part ids.
        people: folder of people's numbers; None where they are not told apart.
        single: only one person is labelled.
    """

    classes: str
    images: str
    parts: str
    people: str | None = None
    single: bool = False


_LAYOUTS = (
    _Layout("lip", "val_images", "val_segmentations", single=True),
    _Layout("cihp", "Validation/Images", "Validation/Category_ids", "Validation/Human_ids"),
    _Layout("pascal-person-part", "JPEGImages", "pascal_person_part_gt"),
    _Layout("atr", "JPEGImages", "SegmentationClassAug", single=True),
)


def open_human_parsing(folder: Path) -> DataSet | None:
    """Open one of these data sets, its validation part; None where a folder is none of them.

    Raises:
        BadDataSet: a part of it is missing.
    """
    for layout in _LAYOUTS:
        images, parts = _within(folder, layout.images), _within(folder, layout.parts)
        if images is not None and parts is not None:
            return _opened(folder, layout, images, parts)
    return None


def _within(folder: Path, wanted: str) -> Path | None:
    """A folder at most three levels down; archives wrap them in folders of their own name."""
    for depth in ("", "*/", "*/*/", "*/*/*/"):
        for found in sorted(folder.glob(depth + wanted)):
            if found.is_dir():
                return found
    return None


def _opened(folder: Path, layout: _Layout, images: Path, parts: Path) -> DataSet:
    pictures, labels = files_by_stem(images, _PICTURES), files_by_stem(parts, (".png",))
    people = None
    if layout.people is not None:
        people = files_by_stem(parts.parent / Path(layout.people).name, (".png",))
    wanted, remarks = _listed(folder, labels)
    complete = [id for id in wanted if id in pictures and (people is None or id in people)]
    if not complete:
        raise BadDataSet(
            "dataset.no_picture_beside_labels",
            "{path}: no label picture has its picture beside it",
            path=folder,
        )
    if left_out := len(wanted) - len(complete):
        remarks.append(f"{left_out} label pictures without their picture were left out")
    samples = tuple(
        Sample(
            id,
            pictures[id],
            functools.partial(
                _truth, labels[id], None if people is None else people[id], layout.classes
            ),
        )
        for id in complete
    )
    return DataSet(
        folder.name,
        samples,
        single=layout.single,
        apart=layout.single or people is not None,
        classes=layout.classes,
        remarks=tuple(remarks),
    )


def _listed(folder: Path, labels: Mapping[str, Path]) -> tuple[list[str], list[str]]:
    """The ids of the validation part, where a list of them is there; else all that are labelled."""
    for depth in ("", "*/", "*/*/"):
        for name in ("val.txt", "val_id.txt"):
            for path in sorted(folder.glob(depth + name)):
                ids = [line.split()[0] for line in path.read_text().splitlines() if line.strip()]
                stems = [Path(id).stem for id in ids]
                present = [id for id in stems if id in labels]
                absent = len(stems) - len(present)
                said = [f"{absent} pictures of {name} have no labels"] if absent else []
                if present:
                    return present, said
    return list(labels), []


def _truth(parts: Path, people: Path | None, classes: str) -> Truth:
    labels = read_labels(parts)
    highest, known = int(labels[labels != UNJUDGED].max(initial=0)), len(CLASS_SETS[classes])
    if highest >= known:
        raise BadDataSet(
            "dataset.unknown_id",
            "{path} holds the id {id}; {classes} has 0 to {last}",
            path=parts,
            id=highest,
            classes=classes,
            last=known - 1,
        )
    if people is not None:
        persons: LabelMap = read_labels(people)
        return Truth(np.where(labels == UNJUDGED, UNJUDGED, persons).astype(np.uint8), labels)
    somebody = np.where(labels == UNJUDGED, UNJUDGED, labels > 0).astype(np.uint8)
    return Truth(somebody, labels)
