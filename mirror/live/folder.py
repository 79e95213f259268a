"""The folder that pictures and recordings go to, and what cannot be written there."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from pipeline.errors import SinkError


def unused(folder: Path, suffix: str) -> Path:
    """Return a file's name with the present time in it, which no file has yet; makes the folder.

    Raises:
        SinkError: the folder cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(folder, error) from error
    stem = datetime.now().strftime("mirror-%Y-%m-%d-%H%M%S")
    path, number = folder / f"{stem}{suffix}", 2
    while path.exists() or part_of(path).exists():
        path, number = folder / f"{stem}-{number}{suffix}", number + 1
    return path


def part_of(path: Path) -> Path:
    """Return what a file is called until it is complete."""
    return path.with_name(f"{path.stem}.part{path.suffix}")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a name of its own until it is complete; what fails leaves nothing.

    Raises:
        SinkError: it cannot be written; the disk may be full.
    """
    part = part_of(path)
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # some disks say only here that they are full
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise refused(path, error) from error


def refused(path: Path, error: OSError) -> SinkError:
    """Return what is said of a file or a folder that cannot be written."""
    return SinkError(
        "{path} cannot be saved ({reason}); choose another folder",
        path=path,
        reason=error.strerror or str(error),
    )
