"""Where pictures go."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

import av

from pipeline.frame import Frame


class Sink(Protocol):
    """Takes pictures in order, on one thread, in a ``with`` block.

    Leaving the block normally completes what was written; leaving it by an exception keeps what
    can be kept, under another name than the one asked for.
    """

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a user should know of what was written, one sentence each."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def write(self, picture: av.VideoFrame, frame: Frame) -> None:
        """Take a picture to show at the time of the frame it was made from."""
        ...
