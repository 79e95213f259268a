"""What a container can hold of a stream, what the others become there, and how both are said."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping

import av
import av.error
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.stream import AttachmentStream, Disposition, Stream
from av.subtitles.stream import SubtitleStream

from pipeline.media.opening import reopened
from pipeline.media.timeline import AnyPacket
from pipeline.sinks.stream_copy.stream_routes import (
    BEGINNINGS,
    ConvertedText,
    Copied,
    EncodedSound,
    Route,
    layouts_for,
)

TEXT_SUBTITLES = ("subrip", "ass", "mov_text", "webvtt", "text")  # which can become one another
_TEXT_INSTEAD = {"mp4": "mov_text", "mov": "mov_text", "webm": "webvtt", "matroska": "srt"}
# MP4 is written to be played anywhere, and AAC is what plays anywhere; PCM in MP4 is young and few
# players know it. Who wants every bit kept has .mkv and .mov for it.
_SOUND_INSTEAD = {"mp4": "aac", "mov": "aac", "matroska": "aac", "webm": "libopus"}
_LOSSLESS_INSTEAD = {"mp4": "aac", "mov": "alac", "matroska": "flac", "webm": "libopus"}
_LOSSLESS = ("flac", "alac", "wavpack", "tta", "truehd", "mlp", "ape", "tak", "wmalossless")
_ENDINGS = {"matroska": ".mkv", "mov": ".mov", "mp4": ".mp4", "webm": ".webm"}
_KINDS = {"audio": "sound", "subtitle": "subtitles", "video": "picture"}


class TrialMuxer:
    """A muxer of the output's kind whose file goes nowhere.

    What it refuses would have ended the real one, with the picture that is in it.

    Raises:
        av.error.FFmpegError: this kind of file cannot hold the stream.
        ValueError: likewise.
    """

    def __init__(self, kind: str, options: Mapping[str, str], route: Route) -> None:
        self._output = av.open(os.devnull, "w", format=kind, container_options=dict(options))
        try:
            self._stream = route.add_to(self._output)
            self._output.start_encoding()
        except BaseException:
            self.close()
            raise

    def mux(self, packet: AnyPacket) -> None:
        """Write a packet to nowhere; its times stay as they are, its stream does not.

        Raises:
            av.error.FFmpegError: the muxer does not take it.
        """
        times = packet.pts, packet.dts, packet.duration, packet.time_base
        packet.stream = self._stream
        try:
            self._output.mux_one(packet)
        finally:
            packet.pts, packet.dts, packet.duration, packet.time_base = times

    def close(self) -> None:
        """End it. What it has to complain of now comes too late to matter."""
        try:
            self._output.close()
        except (av.error.FFmpegError, OSError):
            return


def routes_for(stream: Stream, kind: str) -> Iterator[tuple[Route, str]]:
    """Return the ways to try, best first, and what each makes of the stream; none for some."""
    if stream.codec_context is None or (isinstance(stream, AudioStream) and not _is_sound(stream)):
        return
    codec = codec_of(stream)
    if not (kind == "mp4" and codec.startswith("pcm_")) and _begins_well(stream, kind):
        yield Copied(stream), codec
    if isinstance(stream, AudioStream):
        whole = codec in _LOSSLESS or codec.startswith("pcm_")
        instead = (_LOSSLESS_INSTEAD if whole else _SOUND_INSTEAD)[kind]
        name = av.Codec(instead, "w").canonical_name
        for layout in layouts_for(stream):
            mixed = layout == "stereo" and stream.codec_context.channels > 2
            yield EncodedSound(stream, instead, layout), name + " in stereo" * mixed
    elif isinstance(stream, SubtitleStream) and codec in TEXT_SUBTITLES:
        instead = _TEXT_INSTEAD[kind]
        yield ConvertedText(stream, instead), av.Codec(instead, "w").canonical_name


def _begins_well(stream: Stream, kind: str) -> bool:
    """Whether there will be a packet to describe the stream by, where MP4 needs one for that."""
    beginning = BEGINNINGS.get(codec_of(stream))
    if beginning is None or kind not in ("mp4", "mov"):
        return True
    try:
        with reopened(stream.container) as file:
            packets = file.demux(file.streams[stream.index])
            return any(bytes(packet)[:2] == beginning for packet in itertools.islice(packets, 200))
    except (av.error.FFmpegError, OSError, IndexError):
        return False


def _is_sound(stream: AudioStream) -> bool:
    # nonsense there can abort a muxer
    context = stream.codec_context
    return 1000 <= context.sample_rate <= 768_000 and 1 <= context.channels <= 64


def codec_of(stream: Stream) -> str:
    """Return the name of a stream's codec, such as ``pcm_s16le``."""
    context = stream.codec_context
    if context is not None:
        return context.codec.canonical_name
    return getattr(stream, "name", None) or "an unknown codec"  # PyAV asks the context for it


def described(stream: Stream) -> str:
    """Return what a stream is called: its kind, its number in the file, codec and language."""
    kind = _KINDS.get(stream.type, stream.type)
    if stream.disposition & Disposition.attached_pic:
        kind = "cover"
    parts = [codec_of(stream)]
    language = stream.metadata.get("language", "und")
    if language != "und":
        parts.append(language)
    return f"{kind} {stream.index} ({', '.join(parts)})"


def left_out(stream: Stream, kind: str) -> str:
    """Return the sentence for a stream that a kind of file cannot hold."""
    was, it = ("were", "them") if stream.type == "subtitle" else ("was", "it")
    if stream.codec_context is None and stream.type in ("audio", "subtitle"):
        return f"{described(stream)} {was} left out: this FFmpeg does not know what is in {it}"
    if isinstance(stream, AudioStream) and not _is_sound(stream):
        return f"{described(stream)} was left out: the file does not say its rate and channels"
    advice = _advice(stream, kind, f"to keep {it}")
    return f"{described(stream)} {was} left out: {kind} cannot hold {it}{advice}"


def converted(stream: Stream, kind: str, codec: str) -> str:
    """Return the sentence for a stream that became another in a kind of file."""
    plural = stream.type == "subtitle"
    was, as_is = ("were", "them as they are") if plural else ("was", "it as it is")
    advice = _advice(stream, kind, f"to keep {as_is}")
    return f"{described(stream)} {was} converted to {codec} for {kind}{advice}"


def _advice(stream: Stream, but: str, purpose: str) -> str:
    endings = [_ENDINGS[kind] for kind in _ENDINGS if kind != but and _holds(stream, kind)]
    if not endings:
        return ""
    return f"; write to a file ending in {' or '.join(endings[:2])} {purpose}"


def _holds(stream: Stream, kind: str) -> bool:
    if isinstance(stream, AttachmentStream) or stream.disposition & Disposition.attached_pic:
        return kind == "matroska" or (kind == "mp4" and stream.type == "video")
    if stream.codec_context is None or (kind == "mp4" and codec_of(stream).startswith("pcm_")):
        return False
    try:
        TrialMuxer(kind, {}, Copied(stream)).close()
    except (av.error.FFmpegError, ValueError):
        return False
    return True


def set_up(output: OutputContainer, stream: Stream) -> tuple[TrialMuxer, Route, str] | None:
    """Return the best way that works, and which codec comes out; None where none does."""
    kind = output.format.name
    for route, codec in routes_for(stream, kind):
        try:
            trial = TrialMuxer(kind, output.container_options, route)
        except (av.error.FFmpegError, ValueError):
            continue
        return trial, route, codec
    return None
