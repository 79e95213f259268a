"""One run at a time writes to a folder, with all processes that it started."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from mirror.batch.errors import BatchError
from mirror.batch.records import STATE
from pipeline.targets.file_lock import take

_WAITS_S = 10.0  # until the processes of a run that was killed have noticed
_LOOKS_EVERY_S = 0.1


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[int]:
    """Keep other runs out of a folder while the block lasts; gives what processes inherit.

    A process that inherits the descriptor holds the lock, too: when the one that started it is
    killed, nobody begins before the last of them has ended.

    Raises:
        BatchError: another run is at it.
        OSError: the folder cannot be written to.
    """
    state = folder / STATE
    state.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        gives_up_at = time.monotonic() + _WAITS_S
        # where there are no locks: better unguarded than not at all
        while take(descriptor, wait=False) is False:
            if time.monotonic() > gives_up_at:
                raise BatchError(
                    "batch.busy",
                    "another batch is writing to {folder}; wait for it, or name another",
                    folder=folder,
                )
            time.sleep(_LOOKS_EVERY_S)
        yield descriptor
    finally:
        os.close(descriptor)
