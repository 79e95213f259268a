"""Sources that change how another one is read, and are that one in all else."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from pipeline.sources import Footage, Recorded, Source
from pipeline.sources.container.frame_counts import FrameCounts, counts_of


class WrappedSource:
    """Closes, leaves and frees the source that it wraps; a subclass iterates over it.

    Attributes:
        is_live: as the source.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.is_live = source.is_live

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        self._source.__exit__(kind, error, traceback)

    def close(self) -> None:
        """Wake a blocked read; the iteration then ends. Any thread may call it, many times."""
        self._source.close()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was wrong with the source; nothing where that does not say."""
        remarks: tuple[str, ...] = getattr(self._source, "remarks", ())
        return remarks

    @property
    def counts(self) -> FrameCounts | None:
        """What came of the source; None where that keeps no count."""
        return counts_of(self._source)


class WrappedRecording(WrappedSource):
    """The same for a source that says something of itself beforehand."""

    _source: Recorded

    def __init__(self, source: Recorded) -> None:
        super().__init__(source)

    @property
    def footage(self) -> Footage:
        """What the source says of itself."""
        return self._source.footage
