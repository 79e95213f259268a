"""Packets of a container, past whatever cannot be read in between."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import av.error
from av.container import InputContainer
from av.stream import Stream

_ERRORS_IN_A_ROW = 16  # after so many, nothing more can be read


class PacketReader:
    """The packets of some streams; one pass, with a look at how far it got.

    Attributes:
        end: seconds of media time up to which packets came.
        gaps: how often something could not be read, and more came after it.
        failure: why no more could be read; None where the source came to its end.
    """

    def __init__(self, container: InputContainer, *streams: Stream) -> None:
        self._container, self._streams = container, streams
        self._ends = {stream.index: 0 for stream in streams}
        self.gaps = 0
        self.failure: av.error.FFmpegError | None = None

    def __iter__(self) -> Iterator[av.Packet[Any]]:
        """Yield the packets that are not empty."""
        errors = 0
        while errors < _ERRORS_IN_A_ROW:
            try:
                for packet in self._container.demux(self._streams):
                    if not packet.size:
                        continue
                    if errors:
                        self.gaps, errors, self.failure = self.gaps + 1, 0, None
                    self._note(packet)
                    yield packet
                return
            except IndexError:  # PyAV's, at the end of a file in which streams were found midway
                return
            except av.error.FFmpegError as error:
                self.failure = error
                errors += 1
                if not isinstance(error, av.error.InvalidDataError):
                    return  # a network that is gone is not asked sixteen times

    @property
    def end(self) -> Fraction:  # noqa: D102
        bases = {stream.index: stream.time_base or Fraction(0) for stream in self._streams}
        return max((end * bases[index] for index, end in self._ends.items()), default=Fraction(0))

    def _note(self, packet: av.Packet[Any]) -> None:
        begin = packet.pts if packet.pts is not None else packet.dts
        if begin is not None:
            end = begin + (packet.duration or 0)
            if end > self._ends[packet.stream_index]:
                self._ends[packet.stream_index] = end
