"""What a stream's consumers may ask of the run that they are part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from pipeline.frame import Frame


class RunFacts(Protocol):
    """Answers at any time during a run, on the thread of its consumers."""

    def dropped(self) -> int:
        """Return how many frames were never parsed, since the run began."""
        ...

    def gap_before(self, frame: Frame) -> float:
        """Return the seconds without a source before a frame; 0 where there was no gap."""
        ...

    def summary(self) -> Mapping[str, Any]:
        """Return what there is to say of the run, as JSON's own types."""
        ...
