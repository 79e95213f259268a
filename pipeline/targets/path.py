"""What a path says of the file that is to be written there, and what is said when it cannot be."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from pipeline.errors import SinkError


class TargetTaken(SinkError):
    """A file of that name is there already, or another run is writing it."""


def check_free(path: Path, overwrite: bool) -> None:
    """Refuse a file that cannot, or should not, be made.

    Raises:
        SinkError: it is a folder, there and not to be replaced, or its folder is not there.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return check_folder_of(path)
    except OSError as error:
        raise cannot_be_made(path, error) from error
    if stat.S_ISDIR(mode):
        raise SinkError("target.is_folder", "{path} is a folder; name a file in it", path=path)
    if not overwrite:
        raise TargetTaken(
            "target.exists",
            "{path} exists; name another file, or allow it to be replaced",
            path=path,
        )


def check_folder_of(path: Path) -> None:
    """Refuse what would be made in a folder that is not there.

    Raises:
        SinkError: says which folder.
    """
    folder = followed(path).parent
    if not folder.is_dir():
        shown = path.parent if followed(path.parent) == folder else folder
        raise SinkError(
            "target.no_folder",
            "the folder {folder} does not exist; make it first: mkdir {folder}",
            folder=shown,
        )


def is_folder(path: Path) -> bool:
    """Say whether a path is that of a folder; what may not, or cannot, be looked at is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_file(path: Path) -> bool:
    """Say whether a path is that of a regular file; see ``is_folder``."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_there(path: Path) -> bool:
    """Say whether there is something at a path; see ``is_folder``."""
    try:
        return path.exists()
    except OSError:
        return False


def followed(path: Path) -> Path:
    """Return where writing to a path would write, absolutely: links are followed."""
    return Path(os.path.realpath(path))


def shown_beside(path: Path, part: Path) -> Path:
    """Return a part's path as its user would say it: relative where the target's is."""
    return path.with_name(part.name) if followed(path.parent) == part.parent else part


def cannot_be_made(path: Path, error: OSError) -> SinkError:
    """Return what is said of a file that the system refuses to make."""
    if error.errno in (errno.EACCES, errno.EROFS):
        return SinkError(
            "target.not_permitted",
            "the folder {folder} may not be written to; name another",
            folder=path.parent,
        )
    return SinkError(
        "target.not_writable",
        "{path} cannot be written: {reason}",
        path=path,
        reason=error.strerror or str(error),
    )


def mode_of(path: Path) -> int | None:
    """Return who may do what with a file that is there; None where there is none."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
