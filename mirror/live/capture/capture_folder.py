"""The folder that pictures and recordings go to, and what cannot be written there."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pipeline.errors import SinkError
from pipeline.targets.part_file import PartFile
from pipeline.targets.path import TargetTaken


def claim_unused(folder: Path, *endings: str) -> tuple[PartFile, ...]:
    """Claim files whose name is the present time, and which nobody else has; makes the folder.

    Args:
        folder: where the files go.
        endings: what comes behind the time, one for each file.

    Raises:
        SinkError: the folder, or a file in it, cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(folder, error) from error
    stem = datetime.now().strftime("mirror-%Y-%m-%d-%H%M%S")
    for number in itertools.count(1):
        name = stem if number == 1 else f"{stem}-{number}"
        with contextlib.suppress(TargetTaken):
            return _claimed([folder / f"{name}{ending}" for ending in endings])
    raise AssertionError("there is always another number")


def _claimed(paths: Sequence[Path]) -> tuple[PartFile, ...]:
    """Claim all of some files, or none."""
    files: list[PartFile] = []
    try:
        for path in paths:
            files.append(PartFile(path))
    except BaseException:
        for file in files:
            file.discard()
        raise
    return tuple(files)


def refused(path: Path, error: OSError) -> SinkError:
    """Return what is said of a file or a folder that cannot be written."""
    return SinkError(
        "target.not_saved",
        "{path} cannot be saved ({reason}); choose another folder",
        path=path,
        reason=error.strerror or str(error),
    )
