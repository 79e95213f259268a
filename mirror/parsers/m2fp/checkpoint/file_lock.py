"""A lock that processes share, and that the system lets go of when its owner is killed."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline.targets.file_lock import take

_log = logging.getLogger(__name__)
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)  # what systems say of a lock of somebody else's


@contextlib.contextmanager
def locked(path: Path, wait: bool = True, what: str = "") -> Iterator[bool]:
    """Hold the lock that a file stands for while the block runs; says whether it was to be had.

    The file is made, and gone afterwards (on Windows it stays). Threads exclude one another too.

    Args:
        path: the file, in a folder that is there.
        wait: until it is free; otherwise the block runs at once, without the lock.
        what: is waited for, as the user is reported who would wonder otherwise.
    """
    file = _taken(path, wait=False)
    if file is None and wait:
        if what:
            _log.info("waiting for %s", what)
        file = _taken(path, wait=True)
    try:
        yield file is not None
    finally:
        if file is not None:
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(file)


def _taken(path: Path, wait: bool) -> int | None:
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _take(file, wait):
            os.close(file)
            return None
        if _is_there(path, file):
            return file
        os.close(file)  # whoever held it has taken the file away: another one stands for it now


def _is_there(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _take(file: int, wait: bool) -> bool:
        while True:
            try:  # waiting is given up after ten seconds
                msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError as error:
                if error.errno not in _HELD:
                    return True  # better unguarded than not at all
                if not wait:
                    return False
            else:
                return True

else:

    def _take(file: int, wait: bool) -> bool:
        return take(file, wait) is not False  # without locks: better unguarded than not at all
