"""Frames of a container that comes through a pipe: Matroska, MPEG-TS, MP4 in fragments, others."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av.error
from av.container import InputContainer

from pipeline.errors import SourceError
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits
from pipeline.media.opening import open_stream
from pipeline.pipes import PipeReader
from pipeline.sources.video import VideoFile


class PipedVideo(VideoFile):
    """A video that cannot be rewound; otherwise as the file, but no frame is held back.

    Opening reads as much as FFmpeg needs to know the stream, and decodes the first frame.

    Attributes:
        is_live: as asked; a live stream is better dropped than late.

    Args:
        pipe: where the bytes come from.
        format: FFmpeg's name of the container; None lets it look.
        is_live: whether the writer sends at its own pace.
        clock: monotonic seconds.
        limits: what is refused unread.

    Raises:
        SourceError: there is no video in what comes.
    """

    def __init__(
        self,
        pipe: PipeReader,
        format: str | None = None,
        *,
        is_live: bool = False,
        clock: Callable[[], float] = time.monotonic,
        limits: InputLimits = USUAL_LIMITS,
    ) -> None:
        self._pipe = pipe
        pull = _Pull(pipe)
        try:
            container = _opened(pull, format, limits)
            super().__init__(
                Path(pipe.name), clock, container=container, thread_type="SLICE", limits=limits
            )
        finally:
            if pull.interrupt is not None:
                raise pull.interrupt
        self.is_live = is_live
        # the average is over what was read to find out: of fragments, one with too few frames
        rate = self._stream.guessed_rate or self._stream.average_rate
        self.footage = replace(self.footage, rate=Fraction(rate) if rate else None)

    def close(self) -> None:
        """End the stream here; what has come of it is still decoded. Any thread may call it."""
        self._pipe.close()

    def _free(self) -> None:
        super()._free()
        self._pipe.release()


class _Pull:
    """What FFmpeg reads from.

    Attributes:
        interrupt: what a signal raised during a read, which FFmpeg's C code cannot pass on.
    """

    def __init__(self, pipe: PipeReader) -> None:
        self._pipe = pipe
        self.name = pipe.name
        self.interrupt: BaseException | None = None

    def read(self, count: int) -> bytes:
        try:
            return self._pipe.read(count)
        except Exception:
            raise  # this it does pass on
        except BaseException as interrupt:
            self.interrupt = interrupt
            return b""


def _opened(pull: _Pull, format: str | None, limits: InputLimits) -> InputContainer:
    try:
        return open_stream(pull, format, limits)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            "stream.not_readable",
            "{name} carries no video that can be read ({reason}); name its format",
            name=pull.name,
            reason=str(reason),
        ) from error
