"""Subtitles and covers, which MP4 and MOV get at the end, when all is known of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Protocol

import av
from av.container import OutputContainer
from av.stream import Stream

from pipeline.media.timeline import AnyPacket
from pipeline.sinks.stream_copy.stream_routes import Route

MOST_BYTES = 64 << 20  # of a film's subtitles, which wait in memory
# Finer than the ticks of most pictures and sound. FFmpeg's muxer compares a text's end with the
# ticks of other streams, and inserts empty texts by the result.
_TICK = Fraction(1, 100_000)
_LONGEST = 2**30  # ticks; the muxer counts a sample's length in 31 bits
_LATEST_S = 10**6


class LateStream(Protocol):
    """Keeps a stream's packets until the file is finished.

    Attributes:
        left_out: how many packets could not be kept.
    """

    left_out: int

    def keep(self, packet: AnyPacket) -> None:
        """Take a packet for later; what cannot be is left out and counted."""
        ...

    def __len__(self) -> int: ...

    def add_to(self, output: OutputContainer) -> Stream:
        """Add the stream that the packets go into."""
        ...

    def packets(self, end: Fraction | None) -> Iterator[AnyPacket]:
        """Yield all of them in order, up to a media time in seconds."""
        ...


class LateCover:
    """A still picture, which a file that is written in fragments cannot hold."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._picture = b""
        self.left_out = 0

    def keep(self, packet: AnyPacket) -> None:
        """Take the picture; there is one."""
        self._picture = self._picture or bytes(packet)

    def __len__(self) -> int:
        return int(bool(self._picture))

    def add_to(self, output: OutputContainer) -> Stream:
        """Add the stream that the picture goes into."""
        return self._route.add_to(output)

    def packets(self, end: Fraction | None) -> Iterator[AnyPacket]:
        """Yield the picture, at the beginning."""
        packet: AnyPacket = av.Packet(self._picture)
        packet.pts = packet.dts = packet.duration = 0
        packet.time_base = _TICK
        packet.is_keyframe = True
        yield packet


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle: when it is shown, in ticks, and what the container calls a sample of it."""

    start: int
    end: int
    sample: bytes


class LateSubtitles:
    """Keeps a stream's subtitles until the file is finished.

    FFmpeg's MP4 muxer aborts the process where a fragment ends between two texts (an assertion on
    durations), and writes nothing before every stream has begun. So the file that is written while
    the run goes on holds no subtitles; the finished one does.
    """

    def __init__(self, route: Route, codec: str) -> None:
        self._route, self._codec = route, codec
        self._cues: list[Cue] = []
        self._bytes = 0
        self.left_out = 0

    def keep(self, packet: AnyPacket) -> None:
        """Take a subtitle for later; what cannot be is left out and counted."""
        start = packet.pts if packet.pts is not None else packet.dts
        if start is None or not packet.time_base or not self._is_sane(packet, start):
            self.left_out += 1
            return
        if self._codec == "mov_text" and len(text_of(bytes(packet))) == 0:
            return  # says nothing: fills a gap
        base = packet.time_base / _TICK
        first = round(start * base)
        length = round((packet.duration or 0) * base)
        self._cues.append(Cue(first, first + max(1, length), bytes(packet)))
        self._bytes += packet.size

    def __len__(self) -> int:
        return len(self._cues)

    def add_to(self, output: OutputContainer) -> Stream:
        """Add the stream that the packets go into."""
        stream = self._route.add_to(output)
        stream.time_base = _TICK
        return stream

    def packets(self, end: Fraction | None) -> Iterator[AnyPacket]:
        """Yield all of them in order; the last one ends with the film."""
        last = round(end / _TICK) if end is not None else 2**62
        cues = [replace(cue, end=min(cue.end, last)) for cue in self._cues if cue.start < last]
        cues.sort(key=lambda cue: cue.start)
        shown = laid_out(cues) if self._codec == "mov_text" else cues
        latest = -1
        for cue in shown:
            packet: AnyPacket = av.Packet(cue.sample)
            latest = max(cue.start, latest + 1)
            packet.pts = packet.dts = latest
            packet.duration, packet.time_base = max(0, cue.end - latest), _TICK
            packet.is_keyframe = True
            yield packet

    def _is_sane(self, packet: AnyPacket, start: int) -> bool:
        if not 0 < packet.size <= MOST_BYTES - self._bytes:
            return False
        length = (packet.duration or 0) * packet.time_base
        return 0 <= start * packet.time_base < _LATEST_S and 0 <= length < _LATEST_S


def text_of(sample: bytes) -> bytes:
    """Return the text in a sample of MP4's timed text: two bytes of length, then UTF-8."""
    return sample[2 : 2 + int.from_bytes(sample[:2])]


def laid_out(cues: Sequence[Cue]) -> list[Cue]:
    """Return samples without gaps or overlaps, as MP4 wants them: each lasts until the next.

    Where several are shown at once they become one sample of several lines, without their styles.
    """
    edges = sorted({0, *(cue.start for cue in cues), *(cue.end for cue in cues)})
    ahead = list(reversed(cues))
    shown: list[Cue] = []
    placed: list[Cue] = []
    for start, end in zip(edges, [*edges[1:], edges[-1]], strict=True):
        shown = [cue for cue in shown if cue.end > start]
        while ahead and ahead[-1].start <= start:
            shown.append(ahead.pop())
        sample = _joined(shown)
        for at in range(start, max(end, start + 1), _LONGEST):
            placed.append(Cue(at, min(end, at + _LONGEST), sample))
    return placed


def _joined(cues: Sequence[Cue]) -> bytes:
    if len(cues) == 1:
        return cues[0].sample
    text = b"\n".join(text_of(cue.sample) for cue in cues)[:0xFFFF]
    return len(text).to_bytes(2) + text
