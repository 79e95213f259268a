"""Files that a run must leave as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWN_OUTPUT = "/proc/self/fd/1"  # what /dev/stdout leads to; not even a fault could replace it


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def untouched(*paths: Path) -> Iterator[None]:
    """What is in some files is in them after the block, and nothing has come to their folders."""
    before = [(path.read_bytes(), path.stat().st_ino, names(path.parent)) for path in paths]
    yield
    after = [(path.read_bytes(), path.stat().st_ino, names(path.parent)) for path in paths]
    assert after == before
