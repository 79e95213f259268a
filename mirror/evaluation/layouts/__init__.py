"""Data sets on disk, in the layouts that they are published in, as one form."""

from __future__ import annotations

from pathlib import Path

from mirror.evaluation.layouts.plain import is_plain, open_plain
from mirror.evaluation.truth import BadDataSet, DataSet


def open_dataset(folder: Path) -> DataSet:
    """Open a data set, whatever layout it is in.

    Raises:
        BadDataSet: it is not there, is in no known layout, or a part of it is missing.
    """
    if not folder.is_dir():
        raise BadDataSet("{path} does not exist; name a data set's folder", path=folder)
    if is_plain(folder):
        return open_plain(folder)
    raise BadDataSet(
        "{path} is in no layout that is known; docs/evaluation.md shows them", path=folder
    )
