"""Copies a finished file's packets into another layout of the same container."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from av.container import InputContainer, OutputContainer
from av.stream import Disposition, Stream

from pipeline.media.timeline import AnyPacket
from pipeline.sinks.stream_copy.late_streams import LateStream
from pipeline.sinks.stream_copy.packet_filter import PacketFilter

if TYPE_CHECKING:
    from av.container.core import Chapter


@dataclass(frozen=True, slots=True)
class RemuxChanges:
    """What changes on the way.

    Attributes:
        unused: streams that are not taken along, for nothing is in them.
        chapters: of the finished file; those written while the run goes on hold none.
        late: streams of which the same holds.
        end: seconds of media time at which the film was cut short, if it was.
    """

    unused: Collection[int] = ()
    chapters: Sequence[Chapter] = ()
    late: Sequence[LateStream] = ()
    end: Fraction | None = None


NO_CHANGES = RemuxChanges()


def remux(
    source: InputContainer,
    packets: Iterable[AnyPacket],
    target: OutputContainer,
    changes: RemuxChanges,
) -> int:
    """Copy all streams, packet by packet; no codec is needed for it.

    Args:
        source: what was written while the run went on.
        packets: of it.
        target: not started yet.
        changes: what changes on the way.

    Returns:
        How many pictures there were.
    """
    copied = {
        stream.index: _twin(stream, target)
        for stream in source.streams
        if stream.index not in changes.unused
    }
    late = _Late(changes, target)
    target.metadata.update(source.metadata)
    target.set_chapters(list(changes.chapters))
    target.start_encoding()
    screens = {
        index: PacketFilter(twin.time_base, confirm_leaps=False)
        for index, twin in copied.items()
        if twin.type in ("audio", "subtitle") and twin.time_base
    }
    pictures = 0
    for packet in packets:
        index = packet.stream.index
        if index not in copied or not packet.size:
            continue  # the last one of a stream is empty, and only flushes decoders
        pictures += packet.stream.type == "video"
        for passed in screens[index].admit(packet) if index in screens else [packet]:
            passed.stream = copied[index]
            late.write_until(passed)
            target.mux_one(passed)
    late.write_until(None)
    return pictures


class _Late:
    """Writes what was kept for the end among the other packets, where its time comes."""

    def __init__(self, changes: RemuxChanges, target: OutputContainer) -> None:
        self._target = target
        self._waiting: list[tuple[Stream, AnyPacket]] = []
        for late in changes.late:
            stream = late.add_to(target)
            self._waiting += [(stream, packet) for packet in late.packets(changes.end)]
        self._waiting.sort(key=lambda one: _time_of(one[1]), reverse=True)

    def write_until(self, other: AnyPacket | None) -> None:
        """Write all that comes before a packet; all that remains for None."""
        while self._waiting:
            stream, packet = self._waiting[-1]
            if other is not None and _time_of(packet) > _time_of(other):
                return
            self._waiting.pop()
            packet.stream = stream
            self._target.mux_one(packet)


def _twin(stream: Stream, target: OutputContainer) -> Stream:
    # opaque: as the stream is described, without asking whether this FFmpeg could encode it
    twin = target.add_stream_from_template(stream, opaque=True)
    if stream.type == "video" and stream.codec_context.name == "prores":
        # its kinds are told apart by nothing else: without, 4444 is taken for one without alpha
        twin.codec_context.codec_tag = stream.codec_context.codec_tag
    twin.metadata.update(stream.metadata)
    twin.disposition = stream.disposition & ~Disposition.timed_thumbnails
    return twin


def _time_of(packet: AnyPacket) -> Fraction:
    ticks = packet.dts if packet.dts is not None else packet.pts
    return (ticks or 0) * packet.time_base
