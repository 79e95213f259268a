"""Frames that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.frame import Frame
from pipeline.sources.managed_source import ClosableSource


class InMemory(ClosableSource):
    """Frames of a caller's own, as a source; a plain list will do where nobody needs ``close``.

    Args:
        frames: any iterable; one pass is made.
        is_live: whether they come at their own pace, so that an old one is better dropped.
    """

    def __init__(self, frames: Iterable[Frame], *, is_live: bool = False) -> None:
        self._given, self.is_live = frames, is_live
        self._closed = False

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames."""
        for frame in self._given:
            if self._closed:
                return
            yield frame

    def close(self) -> None:
        """End the iteration at the next frame."""
        self._closed = True
