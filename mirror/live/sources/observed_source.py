"""A source that somebody looks at while a flow reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.frame import Frame
from pipeline.sources import Source


class ObservedSource:
    """Passes a source's frames on, each shown to somebody first.

    Attributes:
        is_live: as the source.
    """

    def __init__(self, source: Source, see: Callable[[Frame], None]) -> None:
        self._source, self._see = source, see
        self.is_live = source.is_live

    def __iter__(self) -> Iterator[Frame]:
        """Yield the source's frames."""
        for frame in self._source:
            self._see(frame)
            yield frame

    def close(self) -> None:
        """Close the source. Any thread may call it."""
        self._source.close()
