"""How many frames a container says that it holds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from fractions import Fraction

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from pipeline.errors import SourceError
from pipeline.sources.container.frame_counts import TOLERATED
from pipeline.sources.container.packet_reader import PacketReader

_TIMED = ("matroska", "flv", "asf", "mxf")  # containers whose header says how long they are

Reopen = Callable[[], InputContainer]


class PromisedFrames:
    """How many frames there should be, by what a container says of itself.

    Counts come from an index alone: a duration times a rate says nothing of a variable rate. From
    a container without an index, a promise is kept or broken in time, and what is missing at its
    end is counted at the average rate.

    Args:
        container: just opened.
        stream: its video.
        reopen: opens the same again, to see whether sound goes on after the pictures; None where
            that is not possible.
    """

    def __init__(
        self, container: InputContainer, stream: VideoStream, reopen: Reopen | None
    ) -> None:
        self._container, self._stream, self._reopen = container, stream, reopen
        self._indexed = len(stream.index_entries)  # some containers add to it while they are read

    def frames(self, reading: PacketReader, read: int) -> int | None:
        """Return how many there should have been, now that all that comes was read.

        Args:
            reading: how far the file goes.
            read: how many frames came.
        """
        kind, stream = self._container.format.name, self._stream
        if "mov" in kind or (kind == "avi" and self._indexed >= read):
            return _in_index(stream)
        if kind == "avi" and stream.time_base:
            length = stream.frames * stream.time_base  # pictures that stand for longer included
            return read + _cut_off(length, stream, reading, None)
        if self._reopen and self._container.duration and any(name in kind for name in _TIMED):
            duration = Fraction(self._container.duration, av.time_base)
            return read + _cut_off(duration, stream, reading, self._reopen)
        return None


def _in_index(stream: VideoStream) -> int | None:
    # an edit list leaves frames out, and an empty one stands for the last picture once more
    shown = sum(1 for entry in stream.index_entries if entry.size and not entry.is_discard)
    return shown or stream.frames or None


def _cut_off(
    duration: Fraction, stream: VideoStream, reading: PacketReader, reopen: Reopen | None
) -> int:
    """How many frames are missing at the end, by the time that passes without anything."""
    rate = stream.average_rate or stream.guessed_rate
    if not rate:
        return 0
    tolerance = max(Fraction(TOLERATED) * duration, 2 / Fraction(rate))
    missing = duration - reading.end
    if missing > tolerance and reopen is not None:
        missing = duration - max(reading.end, _end_of_all(reading.end, reopen))
    return round(missing * Fraction(rate)) if missing > tolerance else 0


def _end_of_all(start: Fraction, reopen: Reopen) -> Fraction:
    """When the last of all streams ends; reads on from a time."""
    try:
        with reopen() as again:
            reading = PacketReader(again, *again.streams)
            with contextlib.suppress(av.error.FFmpegError):  # from the beginning, then
                again.seek(round(start * av.time_base))
            for _packet in reading:
                pass
            return reading.end
    except SourceError:
        return start
