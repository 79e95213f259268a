"""The ways in which a stream's packets become those of another file."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import OutputContainer
from av.stream import Disposition, Stream
from av.subtitles.codeccontext import SubtitleCodecContext
from av.subtitles.stream import SubtitleStream

from pipeline.media.timeline import AnyPacket

# FFmpeg's MP4 muxer leaves out packets at the start that begin otherwise, without a word
BEGINNINGS = {"ac3": b"\x0b\x77", "eac3": b"\x0b\x77"}
_BITS_PER_CHANNEL = 96_000  # a second of AAC or Opus: nobody hears a difference
_MILLISECOND = Fraction(1, 1000)
_STALE = ("BPS", "DURATION", "NUMBER_OF_", "_STATISTICS")  # what Matroska's tags count


class Route(Protocol):
    """Takes a stream into outputs of one kind."""

    def add_to(self, output: OutputContainer) -> Stream:
        """Add the stream that the packets go into; ``convert`` serves the one added last."""
        ...

    def convert(self, packet: AnyPacket | None) -> list[AnyPacket]:
        """Return what a packet of the source becomes; for None, what was still on its way.

        Raises:
            av.error.FFmpegError: the packet is damaged; the next ones may be good.
            ValueError: likewise.
        """
        ...


class Copied:
    """Packets go as they are, through a bitstream filter where the container needs one."""

    def __init__(self, source: Stream) -> None:
        self._source, self._filter = source, _filter_for(source)
        self._begins_with = BEGINNINGS.get(source.codec_context.name, b"")

    def add_to(self, output: OutputContainer) -> Stream:
        """Add a stream like the source's. The decoder, if any, need not be there."""
        copy = output.add_stream_from_template(self._source, opaque=True)
        return _described(copy, self._source, output)

    def convert(self, packet: AnyPacket | None) -> list[AnyPacket]:
        """Return the packet itself, filtered."""
        if packet is None:
            return []
        if not bytes(memoryview(packet)[:2]).startswith(self._begins_with):
            raise ValueError("not a packet of this codec")
        if self._filter is None:
            return [packet]
        base = packet.time_base
        filtered = self._filter.filter(packet)
        for passed in filtered:
            passed.time_base = base
        return filtered


class EncodedSound:
    """Sound that is decoded and encoded again."""

    def __init__(self, source: AudioStream, codec: str, layout: str) -> None:
        self._source, self._codec, self._layout = source, codec, layout
        self._encoder: AudioStream | None = None
        self._resampler: AudioResampler | None = None
        self._heard: tuple[str, str, int] | None = None

    def add_to(self, output: OutputContainer) -> Stream:
        """Add an encoder at the source's rate, or the nearest that it knows."""
        rate = _rate_for(self._codec, self._source.codec_context.sample_rate)
        encoder = output.add_stream(self._codec, rate=rate)
        assert isinstance(encoder, AudioStream)
        channels = self._source.codec_context.channels
        encoder.layout = self._layout
        encoder.bit_rate = _BITS_PER_CHANNEL * min(channels, 6)
        if self._codec in _LOSSLESS:
            encoder.format = _lossless_format(self._codec, self._source.codec_context)
        encoder.codec_context.time_base = encoder.time_base = Fraction(1, rate)
        self._encoder = encoder
        return _described(encoder, self._source, output)

    def convert(self, packet: AnyPacket | None) -> list[AnyPacket]:
        """Return the packets that the encoder gives out by now."""
        assert self._encoder is not None
        coded: list[AnyPacket] = []
        for frame in self._source.decode(packet):
            coded += self._encode(frame)
        if packet is None:
            for last in self._resampled(None):
                coded += self._encoder.encode(last)
            if self._encoder.codec_context.is_open and self._heard is not None:
                coded += self._encoder.encode(None)
        return [passed for passed in coded if passed.size]  # FLAC ends with its header anew

    def _encode(self, frame: av.AudioFrame) -> list[AnyPacket]:
        assert self._encoder is not None
        coded: list[AnyPacket] = []
        heard = (frame.format.name, frame.layout.name, frame.sample_rate)
        if heard != self._heard:  # sound may change its layout midway; an encoder cannot
            for rest in self._resampled(None):
                coded += self._encoder.encode(rest)
            context = self._encoder.codec_context
            self._resampler = AudioResampler(context.format, context.layout, context.sample_rate)
            self._heard = heard
        for piece in self._resampled(frame):
            coded += self._encoder.encode(piece)
        return coded

    def _resampled(self, frame: av.AudioFrame | None) -> list[av.AudioFrame]:
        return [] if self._resampler is None else self._resampler.resample(frame)


class ConvertedText:
    """Text subtitles that become others."""

    def __init__(self, source: SubtitleStream, codec: str) -> None:
        self._source, self._codec = source, codec
        self._encoder: SubtitleStream | None = None

    def add_to(self, output: OutputContainer) -> Stream:
        """Add an encoder of texts; times are milliseconds."""
        encoder = output.add_stream(self._codec)
        assert isinstance(encoder, SubtitleStream)
        encoder.time_base = _MILLISECOND
        decoder = self._source.codec_context
        assert isinstance(decoder, SubtitleCodecContext)
        # every text subtitle is decoded to ASS; the encoder wants to know with which styles
        encoder.codec_context.subtitle_header = decoder.subtitle_header or _PLAIN_STYLES
        self._encoder = encoder
        return _described(encoder, self._source, output)

    def convert(self, packet: AnyPacket | None) -> list[AnyPacket]:
        """Return the text in its new form, at the times of the packet."""
        assert self._encoder is not None
        if packet is None:
            return []
        text = self._source.codec_context.decode2(packet)
        start = packet.pts if packet.pts is not None else packet.dts
        if text is None or not text.rects or start is None:
            return []
        converted = self._encoder.codec_context.encode_subtitle(text)
        converted.pts = converted.dts = start
        converted.duration, converted.time_base = packet.duration, packet.time_base
        return [converted]


def layouts_for(source: AudioStream) -> list[str]:
    """Return the channel layouts to encode a sound in, best first."""
    own, usual = source.codec_context.layout.name, _USUAL.get(source.codec_context.channels, ())
    return list(dict.fromkeys([own, *usual, "stereo"]))


def _described(stream: Stream, source: Stream, output: OutputContainer) -> Stream:
    stream.metadata.update(
        {key: value for key, value in source.metadata.items() if not key.startswith(_STALE)}
    )
    if output.format.name == "mov":
        language = source.metadata.get("language", "und")
        stream.metadata["language"] = _LANGUAGES_OF_MOV.get(language, language)
    cover = source.disposition & Disposition.attached_pic
    stream.disposition = cover or source.disposition  # the MP4 muxer wants no other beside it
    return stream


def _filter_for(source: Stream) -> BitStreamFilterContext | None:
    """AAC from a transport stream describes itself in every packet; files say it once."""
    if source.codec_context.name == "aac":
        return BitStreamFilterContext("aac_adtstoasc", in_stream=source)
    return None


def _rate_for(codec: str, rate: int) -> int:
    """Return the sample rate that comes nearest among those the encoder knows, not below it."""
    known = av.Codec(codec, "w").audio_rates
    if not known or rate in known:
        return rate
    return min((other for other in known if other >= rate), default=max(known))


def _lossless_format(codec: str, source: AudioCodecContext) -> str:
    deep = source.format.name.removesuffix("p") not in ("u8", "s16")
    if codec == "alac":
        return "s32p" if deep else "s16p"
    return "s32" if deep else "s16"


# MOV numbers languages as the Macintosh did; what FFmpeg calls these differs from ISO 639-2/T
_LANGUAGES_OF_MOV = {
    "bod": "tib", "cym": "wel", "deu": "ger", "ell": "gre", "eus": "baq", "fas": "per",
    "hye": "arm", "isl": "ice", "kat": "geo", "mkd": "mac", "msa": "may", "mya": "bur",
    "nld": "dut", "nob": "nor", "sqi": "alb", "swe": "sve", "zho": "chi",
}  # fmt: skip
_LOSSLESS = ("alac", "flac")
_USUAL = {
    1: ("mono",), 2: ("stereo",), 3: ("3.0",), 4: ("quad", "4.0"), 5: ("5.0",), 6: ("5.1",),
    7: ("6.1", "6.1(back)"), 8: ("7.1", "7.1(wide)"),
}  # fmt: skip
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
