"""The first so many frames of a recorded source."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

from pipeline.frame import Frame
from pipeline.sources import Footage, Recorded
from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.wrapped_source import WrappedRecording


class Limited(WrappedRecording):
    """Ends after so many frames; otherwise as the source that it wraps."""

    def __init__(self, source: Recorded, limit: int) -> None:
        super().__init__(source)
        self._limit = limit

    def __iter__(self) -> Iterator[Frame]:
        """Yield the first frames."""
        return itertools.islice(self._source, self._limit)

    @property
    def footage(self) -> Footage:
        """What the source says of itself, but for the number of frames."""
        footage = super().footage
        frames = self._limit if footage.frames is None else min(self._limit, footage.frames)
        return dataclasses.replace(footage, frames=frames)

    @property
    def counts(self) -> FrameCounts | None:
        """What came of the frames that were wanted; None where the source keeps no count."""
        counts = super().counts
        return None if counts is None else counts.first(self._limit)
