"""What a stream's consumers may ask of the run that they are part of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class RunFacts(Protocol):
    """Answers at any time during a run, on the thread of its consumers."""

    def dropped(self) -> int:
        """Return how many frames were never parsed, since the run began."""
        ...

    def gap_s(self) -> float:
        """Return the seconds without a source before the present frame; 0 without a gap."""
        ...

    def last_time(self) -> float | None:
        """Return the time of the newest frame that came, dropped or not; None before the first."""
        ...

    def summary(self) -> Mapping[str, Any]:
        """Return what there is to say of the run, as JSON's own types."""
        ...
