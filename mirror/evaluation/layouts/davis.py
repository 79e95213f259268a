"""DAVIS 2016 and 2017: clips, https://davischallenge.org.

ROOT/JPEGImages/480p/SEQUENCE/00000.jpg
ROOT/Annotations/480p/SEQUENCE/00000.png    0 and 255 (2016), or one number an object (2017)
ROOT/ImageSets/2016/val.txt and the like
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from mirror.evaluation.label_pictures import read_labels
from mirror.evaluation.truth import BadDataSet, DataSet, Sample, Truth, files_by_stem

_IMAGES, _LABELS = "JPEGImages", "Annotations"


def davis_sequences(folder: Path) -> list[Path]:
    """Return the folders of frames of a DAVIS root, or of one such folder; none where it is none.

    The validation sequences where a list of them is there, else all that are labelled.
    """
    if _labels_beside(folder) is not None:
        return [folder]
    root = folder / _IMAGES
    sequences = sorted(path for path in root.glob("*/*") if _labels_beside(path) is not None)
    for listing in sorted(folder.glob("ImageSets/*/val.txt")):
        names = _names(listing)
        return [path for path in sequences if path.name in names]
    return sequences


def open_davis(frames: Path) -> DataSet:
    """Open one sequence; whatever is labelled in it is the one person.

    Raises:
        BadDataSet: a frame has no label picture.
    """
    folder = _labels_beside(frames)
    pictures = files_by_stem(frames, (".jpg", ".png"))
    labels = {} if folder is None else files_by_stem(folder, (".png",))
    for id, path in pictures.items():
        if id not in labels:
            raise BadDataSet(
                "dataset.no_label_pictures", "{path} has no label picture in Annotations", path=path
            )
    samples = tuple(
        Sample(id, path, functools.partial(_truth, labels[id])) for id, path in pictures.items()
    )
    return DataSet(frames.name, samples, single=True, clip=True)


def _labels_beside(frames: Path) -> Path | None:
    """Annotations/480p/SEQUENCE for JPEGImages/480p/SEQUENCE."""
    frames = frames.absolute()
    if frames.parent.parent.name != _IMAGES:
        return None
    labels = frames.parents[2] / _LABELS / frames.parent.name / frames.name
    return labels if labels.is_dir() else None


def _names(listing: Path) -> set[str]:
    """Sequences of a list: their names, or (2016's own) pairs of paths of frames."""
    lines = listing.read_text().split()
    return {Path(line).parent.name if "/" in line else line for line in lines}


def _truth(path: Path) -> Truth:
    return Truth((read_labels(path) > 0).astype(np.uint8))
