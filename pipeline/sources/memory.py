"""Frames that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.frame import Frame


class InMemory:
    """Frames of a caller's own, as a source; a plain list will do where nobody needs ``close``.

    Args:
        frames: any iterable; one pass is made.
        is_live: whether they come at their own pace, so that an old one is better dropped.
    """

    def __init__(self, frames: Iterable[Frame], *, is_live: bool = False) -> None:
        self._frames, self.is_live = frames, is_live
        self._closed = False

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames."""
        for frame in self._frames:
            if self._closed:
                return
            yield frame

    def close(self) -> None:
        """End the iteration at the next frame."""
        self._closed = True
