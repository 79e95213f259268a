"""A video that is being parsed: parsed images in order."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType

from mirror.api.parsed_image import ParsedImage
from mirror.core.label_set import LabelSet
from mirror.parsers.parser_workers import ParserLane
from pipeline.result import LaneStatistics
from pipeline.sources import Footage, Recorded, Source


class ParsedVideo:
    """Parsed images in order, each when its turn comes; one pass.

    A ``with`` block stops every thread when it is left. Without one, the loop does so at its end.

    Args:
        source: where the frames come from.
        parts: what the parser can name.
        open_lane: starts parsing; called when the block, or the loop, is entered.
    """

    def __init__(
        self,
        source: Source,
        parts: LabelSet,
        open_lane: Callable[[Source], AbstractContextManager[ParserLane]],
    ) -> None:
        self._source, self._parts, self._open_lane = source, parts, open_lane
        self._stack = contextlib.ExitStack()
        self._lane: ParserLane | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts; the place of a name is its value in ``ParsedImage.labels``."""
        return self._parts.names

    @property
    def footage(self) -> Footage | None:
        """Size, rate and number of frames, where the video says so beforehand."""
        return self._source.footage if isinstance(self._source, Recorded) else None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was wrong with the video, one sentence each; complete when the loop is."""
        return self._source.remarks if isinstance(self._source, Recorded) else ()

    @property
    def statistics(self) -> LaneStatistics:
        """Counts so far: frames captured, parsed, failed, and dropped by reason.

        Raises:
            RuntimeError: parsing has not begun.
        """
        if self._lane is None:
            raise RuntimeError("a video has no statistics before its with block, or loop, begins")
        return self._lane.statistics()

    def __enter__(self) -> ParsedVideo:
        if self._lane is not None:
            raise RuntimeError("a video is parsed once; open it again for another pass")
        self._stack.enter_context(self._source)
        try:
            self._lane = self._stack.enter_context(self._open_lane(self._source))
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def __iter__(self) -> Iterator[ParsedImage]:
        if self._lane is not None:
            yield from self._images(self._lane)
            return
        with self:
            assert self._lane is not None
            yield from self._images(self._lane)

    def close(self) -> None:
        """End the loop without waiting for anything. Any thread may call it, many times."""
        if self._lane is not None:
            self._lane.close()
        else:  # nobody has read it, and nobody will
            self._source.__exit__(None, None, None)

    def __repr__(self) -> str:
        footage = self.footage
        if footage is None:
            return "<live video>" if self._source.is_live else "<video>"
        frames = "" if footage.frames is None else f", about {footage.frames} frames"
        return f"<video {footage.width} x {footage.height}{frames}>"

    def _images(self, lane: ParserLane) -> Iterator[ParsedImage]:
        for result in lane:
            yield ParsedImage(result.frame, result.parsing, self._parts, result.ticket)
