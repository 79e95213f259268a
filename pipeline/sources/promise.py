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
from pipeline.sources.counts import TOLERATED
from pipeline.sources.reading import Reading

_INDEXED = ("mov", "avi")  # containers with a list of all their frames
_TIMED = ("matroska", "flv", "asf")  # those whose header says how long they are

Reopen = Callable[[], InputContainer]


def promised_frames(
    container: InputContainer,
    stream: VideoStream,
    reading: Reading,
    read: int,
    reopen: Reopen | None,
) -> int | None:
    """Return how many frames there should have been, now that all that comes was read.

    Counts come from an index alone: a duration times a rate says nothing of a variable rate. From
    a container without an index, a promise is kept or broken in time, and what is missing at its
    end is counted at the average rate.

    Args:
        container: what was read; still open.
        stream: its video.
        reading: how it was read.
        read: how many frames came.
        reopen: opens the same again, to see whether sound goes on after the pictures; None where
            that is not possible.
    """
    kind = container.format.name
    if any(name in kind for name in _INDEXED):
        return _indexed(stream, read)
    if reopen is None or not container.duration or not any(name in kind for name in _TIMED):
        return None
    return read + _cut_off(Fraction(container.duration, av.time_base), stream, reading, reopen)


def _indexed(stream: VideoStream, read: int) -> int | None:
    entries = stream.index_entries
    if len(entries) in (0, read):  # without an index, as in an AVI that was cut off, it is counted
        return max(stream.frames, read) or None
    # an edit list leaves frames out, and an empty one stands for the last picture once more
    return sum(1 for entry in entries if entry.size and not entry.is_discard) or None


def _cut_off(duration: Fraction, stream: VideoStream, reading: Reading, reopen: Reopen) -> int:
    """How many frames are missing at the end, by the time that passes without anything."""
    rate = stream.average_rate or stream.guessed_rate
    if not rate:
        return 0
    tolerance = max(Fraction(TOLERATED) * duration, 2 / Fraction(rate))
    if duration - reading.end <= tolerance:
        return 0
    missing = duration - max(reading.end, _end_of_all(reading.end, reopen))
    return round(missing * Fraction(rate)) if missing > tolerance else 0


def _end_of_all(start: Fraction, reopen: Reopen) -> Fraction:
    """When the last of all streams ends; reads on from a time."""
    try:
        with reopen() as again:
            reading = Reading(again, *again.streams)
            with contextlib.suppress(av.error.FFmpegError):  # from the beginning, then
                again.seek(round(start * av.time_base))
            for _packet in reading:
                pass
            return reading.end
    except SourceError:
        return start
