"""Files that survive what happens next: on the disk, and under their names all at once."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from pathlib import Path

EXCLUSIVELY = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}


def rename(part: Path, target: Path, overwrite: bool) -> None:
    """Give a file its name, at once or not at all.

    Raises:
        FileExistsError: there is a file of that name, and it is not to be replaced.
        OSError: the system refuses.
    """
    if overwrite:
        part.replace(target)
        return
    try:
        os.link(part, target)  # unlike a renaming, it never replaces a file
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(target, EXCLUSIVELY, 0o600))  # the name is ours from here on
        try:
            part.replace(target)
        except BaseException:
            target.unlink()
            raise
    else:
        part.unlink()


def write_at_once(target: Path, content: bytes) -> None:
    """Make a file, or replace it: whoever reads meanwhile finds one of the two, whole.

    Raises:
        OSError: it cannot be written; what was there is still there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.parent / f".{os.urandom(6).hex()}.part"
    try:
        with os.fdopen(os.open(part, EXCLUSIVELY, 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync(path: Path) -> None:
    """Bring a file's content to the disk.

    Raises:
        OSError: it does not get there; some disks say only here that they are full.
    """
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_all(folder: Path) -> None:
    """Bring every file in a folder to the disk; at once where the system can, as Linux does.

    Raises:
        OSError: they do not get there.
    """
    try:
        sync_file_system = ctypes.CDLL(None).syncfs
    except (AttributeError, OSError, TypeError):
        for path in folder.iterdir():
            sync(path)
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if sync_file_system(descriptor):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
    finally:
        os.close(descriptor)
