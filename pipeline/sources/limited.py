"""The first so many frames of a source."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from pipeline.frame import Frame
from pipeline.sources import Source


class Limited:
    """Ends after so many frames; otherwise as the source that it wraps."""

    def __init__(self, source: Source, limit: int) -> None:
        self._source, self._limit = source, limit
        self.is_live = source.is_live

    def __iter__(self) -> Iterator[Frame]:
        """Yield the first frames."""
        return itertools.islice(self._source, self._limit)

    def close(self) -> None:
        """Wake a blocked read. Any thread may call it."""
        self._source.close()
