"""What a file is called while it is being written, and who else is writing the same one.

A part of ``film.mp4`` is called ``film.part-k3x9qd.mp4``. Nobody can foretell the six characters,
and they are made anew until no file has the name: nothing that is there is ever opened. Whoever
writes a part holds a lock on it that vanishes with the process. So a part that is locked belongs
to a run, and one that is not is what an earlier run left.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pipeline.targets.file_lock import take

T = TypeVar("T")

FINISHING = ".finishing"  # comes behind a part's name: the same, as it is put in order at the end
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look alike
_COUNT = 6
_MARK = ".part-"
_USUAL_LONGEST = 255  # bytes of a name, where the file system does not say
_PART = re.compile(rf"(?P<stem>.*)\.part(?:-[{_LETTERS}]{{{_COUNT}}})?(?P<suffix>\.[^.]*)?")


def create_part(target: Path, create: Callable[[Path], T]) -> tuple[Path, T]:
    """Make what a target is to be written as, beside it; return where, and what ``create`` did.

    Args:
        target: the file or folder to be.
        create: makes a file or folder, and raises FileExistsError where there is one.

    Raises:
        OSError: it cannot be made.
    """
    before, after = _around(target)
    while True:
        letters = "".join(secrets.choice(_LETTERS) for _ in range(_COUNT))
        part = target.with_name(f"{before}{letters}{after}")
        try:
            return part, create(part)
        except FileExistsError:
            continue


def parts_of(target: Path) -> list[Path]:
    """Return the parts of a target that there are, of this run and of others, by their names."""
    before, after = _around(target)
    is_part = re.compile(f"{re.escape(before)}[{_LETTERS}]{{{_COUNT}}}{re.escape(after)}")
    try:
        with os.scandir(target.parent) as entries:
            names = [entry.name for entry in entries if is_part.fullmatch(entry.name)]
    except PermissionError:  # a folder may be written to by somebody who may not look into it
        return []
    return [target.with_name(name) for name in sorted(names)]


def whole_name(part: Path) -> Path | None:
    """Return what a part was to be called; None for what is no part. Long names are cut short."""
    found = _PART.fullmatch(part.name)
    if found is None or not found["stem"]:
        return None
    return part.with_name(found["stem"] + (found["suffix"] or ""))


def lock(descriptor: int) -> None:
    """Lock a file that nobody else writes, until the descriptor is closed or the process ends."""
    take(descriptor)  # waits only for somebody who just looks at it


def is_locked(path: Path) -> bool:
    """Whether a process that is alive is writing a part."""
    if sys.platform == "win32":
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return take(descriptor, wait=False, shared=True) is False
    finally:
        os.close(descriptor)


def _around(target: Path) -> tuple[str, str]:
    """What comes before and after a part's own letters, short enough for the file system."""
    stem, suffix = target.stem, target.suffix
    longest = _longest_name(target.parent)
    room = longest - len(os.fsencode(f"{_MARK}{'x' * _COUNT}{suffix}{FINISHING}"))
    if len(os.fsencode(stem)) > room:
        told_apart = "~" + hashlib.sha256(os.fsencode(target.name)).hexdigest()[:8]
        kept = os.fsencode(stem)[: max(0, room - len(told_apart))]
        stem = kept.decode(errors="ignore") + told_apart
    return f"{stem}{_MARK}", suffix


def _longest_name(folder: Path) -> int:
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):  # Windows; a file system that does not say
        return _USUAL_LONGEST
