"""What is there to be written to, and never to be replaced: devices, fifos, open descriptors."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.targets.path import cannot_be_made

_DESCRIPTOR = re.compile(
    r"/proc/(?P<process>self|thread-self|\d+)(/task/\d+)?/fd/(?P<number>\d+)|/dev/fd/(?P<own>\d+)"
)
_MOST_LINKS = 40  # as many as Linux follows


class SpecialFile:
    """A device, a fifo, or a descriptor such as ``/dev/stdout``, as the output of a run.

    What is written is out at once: there is nothing to be finished, kept or discarded. It does
    what a ``PartFile`` does, so that a writer need not tell them apart.

    Args:
        path: of what is there.

    Attributes:
        path: as given.
        part: the same.
        is_special: True.
        left: empty.
    """

    is_special = True
    holds_something = False  # nothing that stays
    left: tuple[Path, ...] = ()

    def __init__(self, path: Path) -> None:
        self.path = self.part = path
        self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.keep()

    @property
    def descriptor(self) -> int:
        """Open for writing; a fifo opens when there is a reader.

        Raises:
            SinkError: it may not be written to.
        """
        if self._descriptor < 0:
            try:
                self._descriptor = _opened(self.path)
            except OSError as error:
                raise cannot_be_made(self.path, error) from error
        return self._descriptor

    @property
    def url(self) -> str:
        """What FFmpeg writes to; it is not opened by its name, which would truncate a file."""
        return f"pipe:{self.descriptor}"

    def finish(self) -> None:
        """Close it."""
        self.keep()

    def give_name(self) -> None:
        """Do nothing: it has its name."""

    def sync_names(self) -> None:
        """Do nothing: its name is no new one."""

    def keep(self) -> None:
        """Close it."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def discard(self) -> None:
        """Close it."""
        self.keep()


def is_special(path: Path) -> bool:
    """Whether there is something at a path that must be written to, not replaced.

    A link such as ``/dev/stdout`` is, even where it leads to a plain file: that file is somebody
    else's, and may hold something already.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)) or _descriptor_at(path) is not None


def is_standard_output(path: Path) -> bool:
    """Whether a path and the process's standard output are one file, pipe or device."""
    try:
        return os.path.samestat(path.stat(), os.fstat(1))
    except OSError:
        return False


def _opened(path: Path) -> int:
    found = _descriptor_at(path)
    if found is not None:
        number = found["own"] or found["number"]
        if found["own"] or found["process"] in ("self", "thread-self", str(os.getpid())):
            return os.dup(int(number))  # goes on where its owner has come to
    return os.open(path, os.O_WRONLY | os.O_APPEND)


def _descriptor_at(path: Path) -> re.Match[str] | None:
    """Find the descriptor that a path, or the link at it, stands for."""
    place = path.absolute()
    for _ in range(_MOST_LINKS):
        place = Path(os.path.realpath(place.parent)) / place.name
        if found := _DESCRIPTOR.fullmatch(str(place)):
            return found
        if not place.is_symlink():
            return None
        place = place.parent / place.readlink()
    return None
