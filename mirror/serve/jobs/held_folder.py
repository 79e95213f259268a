"""Temporary folders that go in the end, even those of a process that was killed.

Whoever works in one holds a lock on it that vanishes with the process. So a folder that is locked
is in use, and one that is not was left by somebody who could not remove it any more.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.targets.file_lock import take

_HELD = "-held"  # tells them from folders of earlier versions, which nobody locked
_OURS = re.compile(rf"mirror-jobs?-[a-z0-9_]+{_HELD}")


@contextlib.contextmanager
def held_folder(prefix: str) -> Iterator[Path]:
    """Give a new folder of the caller's own, which is removed with all that is in it.

    Args:
        prefix: of its name: ``mirror-job-`` or ``mirror-jobs-``.

    Raises:
        OSError: it cannot be made.
    """
    is_ours = False
    while not is_ours:  # somebody who sweeps may find it before it is locked
        folder = tempfile.TemporaryDirectory(prefix=prefix, suffix=_HELD)
        with _locked(folder.name, wait=True) as is_ours, folder as name:
            if is_ours:
                yield Path(name)


def sweep_folders() -> None:
    """Remove the folders that nobody works in any more; those of other users stay."""
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        left = [entry.path for entry in entries if _OURS.fullmatch(entry.name)]
        for path in left:
            with _locked(path, wait=False) as is_left:
                if is_left and os.lstat(path).st_uid == os.geteuid():
                    shutil.rmtree(path, ignore_errors=True)  # follows no links


if sys.platform == "win32":

    @contextlib.contextmanager
    def _locked(path: str, wait: bool) -> Iterator[bool]:
        """Folders cannot be locked there, so none is swept."""
        yield wait

else:

    @contextlib.contextmanager
    def _locked(path: str, wait: bool) -> Iterator[bool]:
        """Lock a folder for the block; gives whether that was done, and it is still there."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:  # it has gone, is no folder, or is not for us to read
            if wait and not isinstance(error, FileNotFoundError):
                raise
            yield False
            return
        try:
            yield _lock(descriptor, wait) and _is_at(path, descriptor)
        finally:
            os.close(descriptor)

    def _lock(descriptor: int, wait: bool) -> bool:
        is_taken = take(descriptor, wait)
        # without locks: work in it unguarded rather than not at all, and sweep nothing
        return wait if is_taken is None else is_taken

    def _is_at(path: str, descriptor: int) -> bool:
        """Whether a folder has neither gone from its path nor made room for another."""
        try:
            return os.path.samestat(os.fstat(descriptor), os.lstat(path))
        except FileNotFoundError:
            return False
