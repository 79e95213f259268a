"""The sound and subtitles that travel along with a video, packet by packet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.subtitles.codeccontext import SubtitleCodecContext
from av.subtitles.stream import SubtitleStream

AnyPacket: TypeAlias = "av.Packet[Stream]"
Carry = Callable[[AnyPacket], "AnyPacket | None"]  # a source's packet -> what goes into the output

_TEXT_SUBTITLES = ("subrip", "ass", "mov_text", "webvtt", "text")  # which can become one another
_TEXT_SUBTITLE_OF = {"mp4": "mov_text", "mov": "mov_text", "webm": "webvtt", "matroska": "srt"}


class Passengers:
    """Copies a source's streams other than its video into an output, as the video goes on.

    Text subtitles that the output cannot hold as they are become those that it can. The source is
    opened a second time, so that packets need no hand-over between threads and what waits in memory
    stays bounded whatever the interleaving.

    Attributes:
        left_out: what the output cannot hold, one sentence each, with the container that can.
    """

    def __init__(self, source: Path, output: OutputContainer) -> None:
        self._source: InputContainer = av.open(str(source), metadata_errors="replace")
        self._output = output
        self._carriers: dict[int, Carry] = {}
        self.left_out: list[str] = []
        for stream in self._source.streams:
            if stream.type in ("audio", "subtitle"):
                self._board(stream)
        self._packets = self._coming()
        self._next = next(self._packets, None)

    def write_until(self, time: Fraction | None) -> None:
        """Write all packets up to a media time in seconds; all that remain for None."""
        while self._next is not None:
            if time is not None and _time_of(self._next) > time:
                return
            carried = self._carriers[self._next.stream.index](self._next)
            if carried is not None:
                self._output.mux(carried)
            self._next = next(self._packets, None)

    def close(self) -> None:
        """Let go of the source."""
        self._source.close()

    def _board(self, stream: Stream) -> None:
        codec = stream.codec_context.codec.canonical_name if stream.codec_context else "unknown"
        names = {codec, stream.codec_context.name if stream.codec_context else codec}
        kind = self._output.format.name
        if names & set(self._output.supported_codecs):
            self._carriers[stream.index] = self._copier(stream)
        elif codec in _TEXT_SUBTITLES and kind in _TEXT_SUBTITLE_OF:
            assert isinstance(stream, SubtitleStream)
            self._carriers[stream.index] = self._converter(stream, _TEXT_SUBTITLE_OF[kind])
        else:
            what = "subtitles are" if stream.type == "subtitle" else "sound is"
            self.left_out.append(
                f"the {what} {codec}, which {kind} cannot hold: left out; "
                "write to a file ending in .mkv to keep it"
            )

    def _copier(self, stream: Stream) -> Carry:
        passenger = self._output.add_stream_from_template(stream)
        passenger.time_base = stream.time_base
        passenger.metadata.update(stream.metadata)

        def carry(packet: AnyPacket) -> AnyPacket:
            packet.stream = passenger
            return packet

        return carry

    def _converter(self, stream: SubtitleStream, codec: str) -> Carry:
        passenger = self._output.add_stream(codec)
        assert isinstance(passenger, SubtitleStream)
        passenger.time_base = stream.time_base
        passenger.metadata.update(stream.metadata)
        decoder, encoder = stream.codec_context, passenger.codec_context
        assert isinstance(decoder, SubtitleCodecContext)
        assert isinstance(encoder, SubtitleCodecContext)
        # every text subtitle is decoded to ASS; the encoder wants to know with which styles
        encoder.subtitle_header = decoder.subtitle_header or _PLAIN_STYLES

        def carry(packet: AnyPacket) -> AnyPacket | None:
            text = decoder.decode2(packet)
            if text is None:
                return None
            converted = encoder.encode_subtitle(text)
            converted.pts = converted.dts = packet.pts
            converted.duration, converted.time_base = packet.duration, packet.time_base
            converted.stream = passenger
            return converted

        return carry

    def _coming(self) -> Iterator[AnyPacket]:
        wanted = [stream for stream in self._source.streams if stream.index in self._carriers]
        if not wanted:
            return
        packets = self._source.demux(wanted)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.FFmpegError):  # cut off: what there is has been copied
                return
            if packet.size:
                yield packet


def _time_of(packet: AnyPacket) -> Fraction:
    ticks = packet.dts if packet.dts is not None else packet.pts
    return (ticks or 0) * packet.time_base


_PLAIN_STYLES = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
