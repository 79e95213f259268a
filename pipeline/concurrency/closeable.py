"""Steps of a run that hold something."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Closeable(Protocol):
    """A step that holds something, such as a thread, until the run ends."""

    def close(self) -> None:
        """Let go of it."""
        ...
