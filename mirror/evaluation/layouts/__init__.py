"""Data sets on disk, in the layouts that they are published in, as one form."""

from __future__ import annotations

from pathlib import Path

from mirror.evaluation.layouts.coco import coco_files, open_coco
from mirror.evaluation.layouts.davis import davis_sequences, open_davis
from mirror.evaluation.layouts.human_parsing import open_human_parsing
from mirror.evaluation.layouts.plain import is_plain, open_plain
from mirror.evaluation.truth import BadDataSet, DataSet
from pipeline.targets.path import is_file, is_folder


def open_datasets(path: Path) -> list[DataSet]:
    """Open a data set, whatever layout it is in; a clip a sequence, where it is of clips.

    Args:
        path: its folder, or one of COCO's annotation files.

    Raises:
        BadDataSet: it is not there, is in no known layout, or a part of it is missing.
    """
    if path.suffix == ".json" and is_file(path):
        return [open_coco(path)]
    if not is_folder(path):
        raise BadDataSet(
            "dataset.not_found", "{path} does not exist; name a data set's folder", path=path
        )
    if is_plain(path):
        return [open_plain(path)]
    if files := coco_files(path):
        return [open_coco(file) for file in files]
    if sequences := davis_sequences(path):
        return [open_davis(frames) for frames in sequences]
    if (dataset := open_human_parsing(path)) is not None:
        return [dataset]
    raise BadDataSet(
        "dataset.unknown_layout",
        "{path} is in no layout that is known; docs/evaluation.md shows them",
        path=path,
    )
