"""What any system has left on disk, judged.

DIR/ID.npz   ``persons`` and, where told, ``alpha``, ``parts``, ``scores`` and ``joints``: see
             ``Prediction``
DIR/ID.png   part ids, as ``mirror video --masks`` writes them; everybody is one person
DIR/parts.json   {"parts": {"0": "background", …}}, where parts are told

or DIR/NAME/… for several data sets, each by its name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from mirror.evaluation.arrays import read_arrays
from mirror.evaluation.class_mapping import CLASS_SETS
from mirror.evaluation.label_pictures import read_labels
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.systems import Answer
from mirror.evaluation.truth import BadDataSet, DataSet, Sample, files_by_stem


class StoredSystem:
    """Label maps on disk, see ``System``.

    Args:
        folder: where they lie.
        classes: name of the set of classes that their ids are of; None: as parts.json says.
        name: for tables; None: the folder's.

    Raises:
        BadDataSet: there is no such folder, or its parts.json cannot be read.
    """

    def __init__(self, folder: Path, classes: str | None = None, name: str | None = None) -> None:
        if not folder.is_dir():
            raise BadDataSet(
                "dataset.predictions_not_found",
                "{path} does not exist; name a folder of label maps",
                path=folder,
            )
        self.name = name or folder.name
        self.cpu_ms: float | None = None
        self.remarks: tuple[str, ...] = ()
        self._folder = folder
        self.parts: Sequence[str] | None
        self.parts = CLASS_SETS[classes] if classes else _parts(folder / "parts.json")

    def answers(self, dataset: DataSet, samples: Sequence[Sample]) -> Iterator[Answer]:
        """See ``System``.

        Raises:
            BadDataSet: a picture has no label map, or one that cannot be read.
        """
        own = self._folder / dataset.name
        folder = own if own.is_dir() else self._folder
        files = files_by_stem(folder, (".npz", ".png"))
        for sample in samples:
            path = _file_for(sample, files, folder)
            image = sample.image()
            yield sample, image, _checked(self._read(path), image.shape[:2], path)

    def _read(self, path: Path) -> Prediction:
        if path.suffix == ".png":
            labels = read_labels(path)
            everybody = (labels > 0).astype(np.uint8)
            parts = labels if self.parts else None
            return Prediction(everybody, (1.0,), parts, tells_apart=False)
        held = read_arrays(path, "persons")
        persons = held["persons"]
        scores = (
            held["scores"].tolist() if "scores" in held else [1.0] * int(persons.max(initial=0))
        )
        return Prediction(
            persons,
            tuple(scores),
            held.get("parts"),
            tuple(held.get("joints", ())),
            alpha=held.get("alpha"),
        )


def _file_for(sample: Sample, files: Mapping[str, Path], folder: Path) -> Path:
    """The file of a picture's name, or of its number: 00007 is 000007."""
    if sample.id in files:
        return files[sample.id]
    if sample.id.isdecimal():
        for stem, path in files.items():
            if stem.isdecimal() and int(stem) == int(sample.id):
                return path
    raise BadDataSet(
        "dataset.prediction_missing",
        "{folder} has no {id}.npz or {id}.png; every picture that is judged needs one, empty "
        "where nobody was found",
        folder=folder,
        id=sample.id,
    )


def _checked(found: Prediction, size: tuple[int, ...], path: Path) -> Prediction:
    for labels in (found.persons, found.parts, found.alpha):
        if labels is not None and (labels.shape != size or labels.dtype != np.uint8):
            raise BadDataSet(
                "dataset.bad_shape",
                "{path} is {shape} {dtype}; it must be uint8 of the picture's size, {size}",
                path=path,
                shape=str(labels.shape),
                dtype=str(labels.dtype),
                size=str(size),
            )
    return found


def _parts(path: Path) -> tuple[str, ...] | None:
    if not path.exists():
        return None
    try:
        named = json.loads(path.read_text(encoding="utf-8"))["parts"]
        return tuple(named[str(id)] for id in range(len(named)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadDataSet(
            "dataset.not_readable", "{path} cannot be read: {reason}", path=path, reason=repr(error)
        ) from error
