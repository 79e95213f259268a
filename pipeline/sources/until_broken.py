"""The frames of a source until it breaks: what came before still goes out."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.sources import Source
from pipeline.sources.wrapped_source import WrappedSource


class UntilBroken(WrappedSource):
    """Ends where the source that it wraps raises SourceError, and keeps the error.

    A failure on the source's thread would end a flow at once, with frames in flight; here they
    are parsed and handed out first, and the owner asks for the failure then.

    Attributes:
        is_live: as the source.
        failure: what broke; None so far.
        last_time: the time of the newest frame that it delivered; None so far.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.failure: SourceError | None = None
        self.last_time: float | None = None

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until the source ends or breaks."""
        try:
            for frame in self._source:
                self.last_time = frame.time
                yield frame
        except SourceError as error:
            self.failure = error
