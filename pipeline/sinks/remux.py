"""Copies a finished file's packets into another layout of the same container."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from av.container import InputContainer, OutputContainer
from av.stream import Disposition, Stream

from pipeline.sinks.packet_screen import PacketScreen
from pipeline.timeline import AnyPacket

if TYPE_CHECKING:
    from av.container.core import Chapter

_EMPTY_TEXT = 2  # bytes of a text that says nothing: the muxer fills gaps with such by itself


@dataclass(frozen=True, slots=True)
class Beside:
    """What changes on the way.

    Attributes:
        unused: streams that are not taken along, for nothing is in them.
        chapters: of the finished file; those written while the run goes on hold none.
    """

    unused: Collection[int] = ()
    chapters: Sequence[Chapter] = ()


NOTHING_BESIDE = Beside()


def remux(
    source: InputContainer,
    packets: Iterable[AnyPacket],
    target: OutputContainer,
    beside: Beside,
) -> int:
    """Copy all streams, packet by packet; no codec is needed for it.

    Args:
        source: what was written while the run went on.
        packets: of it.
        target: not started yet.
        beside: what changes on the way.

    Returns:
        How many pictures there were.
    """
    copied = {
        stream.index: _twin(stream, target)
        for stream in source.streams
        if stream.index not in beside.unused
    }
    target.metadata.update(source.metadata)
    target.set_chapters(list(beside.chapters))
    target.start_encoding()
    screens = {
        index: PacketScreen(twin.time_base, confirm_leaps=False)
        for index, twin in copied.items()
        if twin.type in ("audio", "subtitle") and twin.time_base
    }
    pictures = 0
    for packet in packets:
        index = packet.stream.index
        if index not in copied or not packet.size or _says_nothing(packet):
            continue  # the last one of a stream is empty, and only flushes decoders
        pictures += packet.stream.type == "video"
        for passed in screens[index].admit(packet) if index in screens else [packet]:
            passed.stream = copied[index]
            target.mux_one(passed)
    return pictures


def _twin(stream: Stream, target: OutputContainer) -> Stream:
    # opaque: as the stream is described, without asking whether this FFmpeg could encode it
    twin = target.add_stream_from_template(stream, opaque=True)
    twin.metadata.update(stream.metadata)
    twin.disposition = stream.disposition & ~Disposition.timed_thumbnails
    return twin


def _says_nothing(packet: AnyPacket) -> bool:
    context = packet.stream.codec_context
    return (
        packet.stream.type == "subtitle"
        and context is not None
        and context.name == "mov_text"
        and packet.size <= _EMPTY_TEXT
    )
