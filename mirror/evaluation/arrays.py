"""Arrays in NumPy's .npz files."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.evaluation.truth import BadDataSet


def read_arrays(path: Path, *needed: str) -> dict[str, NDArray[Any]]:
    """Return what a file holds, by name.

    Raises:
        BadDataSet: it cannot be read, or lacks a needed name.
    """
    try:
        # opened here, since NumPy leaves a damaged file open
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            arrays = dict(held)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise BadDataSet(
            "dataset.not_readable", "{path} cannot be read: {reason}", path=path, reason=str(error)
        ) from error
    for name in needed:
        if name not in arrays:
            raise BadDataSet(
                "dataset.array_missing", "{path} has no array called {name}", path=path, name=name
            )
    return arrays
