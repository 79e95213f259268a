"""ModelScope's cache folder, and what is said where it cannot be used."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from mirror.core.errors import MirrorError


class CacheRefused(MirrorError):
    """The cache folder cannot be made, read or written to."""


def cache_root() -> Path:
    """Return ModelScope's cache folder: ``MODELSCOPE_CACHE``, or its default."""
    said = os.environ.get("MODELSCOPE_CACHE")
    return Path(said).expanduser() if said else Path.home() / ".cache" / "modelscope"


def graphs_folder(cache: Path) -> Path:
    """Return where exported graphs are kept."""
    return cache / "smart-mirror-exports"


@contextlib.contextmanager
def using(folder: Path) -> Iterator[None]:
    """Say what to do where the system refuses something in a folder of the cache.

    Raises:
        CacheRefused: it did.
    """
    try:
        yield
    except OSError as error:
        raise CacheRefused(
            "cache.not_usable",
            "the cache {folder} cannot be used ({reason}); set MODELSCOPE_CACHE to a folder "
            "that you can write to, on a disk with room",
            folder=folder,
            reason=error.strerror or str(error),
        ) from error
