"""A file written once more, to be put in order: nothing is left of it, whatever happens."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from pipeline.targets.durable import EXCLUSIVELY
from pipeline.targets.part_name import FINISHING

_OWN_DESCRIPTORS = Path("/proc/self/fd")


class ScratchCopy:
    """A file beside a part, without a name as long as it is not complete.

    Where the system knows no files without names, it has one of its own, which only a kill leaves.

    Args:
        part: what it is made from; it becomes its name with an ending.
        bits: who may do what with it.

    Attributes:
        url: what FFmpeg opens to write to it.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, part: Path, bits: int) -> None:
        self._path = part.with_name(part.name + FINISHING)
        self._descriptor = _unnamed(part.parent, bits)
        if self._descriptor is None:
            os.close(os.open(self._path, EXCLUSIVELY, bits))
            self.url = str(self._path)
        else:
            self.url = str(_OWN_DESCRIPTORS / str(self._descriptor))

    def named(self) -> Path:
        """Give it a name, and return that.

        Raises:
            OSError: it cannot have one.
        """
        if self._descriptor is not None:
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:  # without a descriptor of a folder, the link itself would be linked to
                os.link(self.url, self._path, src_dir_fd=folder, follow_symlinks=True)
            finally:
                os.close(folder)
        return self._path

    def discard(self) -> None:
        """Leave nothing of it, unless it has been renamed."""
        self._path.unlink(missing_ok=True)
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _unnamed(folder: Path, bits: int) -> int | None:
    if not hasattr(os, "O_TMPFILE") or not _OWN_DESCRIPTORS.is_dir():
        return None
    with contextlib.suppress(OSError):  # not every file system has such files
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, bits)
    return None
