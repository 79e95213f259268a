"""One run writes a target at a time: who comes second is refused at once."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.targets.part_name import create_part, is_locked, lock, parts_of
from pipeline.targets.path import TargetTaken

_TRIES = 3  # runs that begin at the same moment see each other, and both step back
_PAUSE_S = 0.05  # at most, before they try again


@dataclass(frozen=True, slots=True)
class Claim:
    """A target that nobody else writes.

    Attributes:
        part: what it is called until it is complete.
        descriptor: of the part; the lock is held until it is closed.
        left: parts that earlier runs left of the same target.
    """

    part: Path
    descriptor: int
    left: tuple[Path, ...]


def claim(
    path: Path, target: Path, create: Callable[[Path], int], remove: Callable[[Path], None]
) -> Claim:
    """Make the part of a target, and lock it.

    Args:
        path: the target as its user named it.
        target: the same, absolutely, with links followed.
        create: makes the part, and returns it open; raises FileExistsError where there is one.
        remove: takes the part away again.

    Raises:
        TargetTaken: another run is writing it.
        OSError: the part cannot be made.
    """
    for _ in range(_TRIES - 1):
        try:
            return _claim(path, target, create, remove)
        except TargetTaken:
            time.sleep(random.uniform(0.0, _PAUSE_S))
    return _claim(path, target, create, remove)


def _claim(
    path: Path, target: Path, create: Callable[[Path], int], remove: Callable[[Path], None]
) -> Claim:
    """Lock first, then look for others: of two runs, at least the later one sees the other."""
    part, descriptor = create_part(target, create)
    try:
        lock(descriptor)
        others = [other for other in parts_of(target) if other != part]
        check_not_busy(path, others)
        return Claim(part, descriptor, tuple(others))
    except BaseException:
        remove(part)
        os.close(descriptor)
        raise


def check_not_busy(path: Path, parts: Sequence[Path]) -> None:
    """Refuse a target one of whose parts is being written.

    Raises:
        TargetTaken: says which.
    """
    if busy := [part for part in parts if is_locked(part)]:
        raise TargetTaken(
            "target.busy",
            "another run is writing {path} (as {part.name}); wait for it, or name another",
            path=path,
            part=busy[0],
        )
