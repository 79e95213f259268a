"""What a file holds besides streams that play: chapters, covers, fonts, data."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.stream import AttachmentStream, Disposition, Stream

from pipeline.media.input_limits import NOT_DECODED
from pipeline.media.opening import open_file
from pipeline.sinks.stream_copy.stream_support import described, left_out

if TYPE_CHECKING:
    from av.container.core import Chapter

_LATEST_S = 10**6  # of a chapter: what is damaged may say anything
_IMAGE_TYPES = {"mjpeg": ("cover.jpg", "image/jpeg"), "png": ("cover.png", "image/png")}


def chapters_of(source: InputContainer, end: Fraction | None = None) -> list[Chapter]:
    """Return a file's chapters in order, those that begin before a time in seconds."""
    kept: list[Chapter] = []
    for chapter in sorted(source.chapters(), key=_start):
        start, base = _start(chapter), chapter["time_base"]
        if not base or not 0 <= start < _LATEST_S or (end is not None and start >= end):
            continue
        if kept and start <= _start(kept[-1]):
            continue
        latest = min(Fraction(_LATEST_S), end if end is not None else Fraction(_LATEST_S))
        stop = max(chapter["start"] + 1, min(chapter["end"], int(latest / base)))
        kept.append({**chapter, "end": stop})
    return kept


def is_cover(stream: Stream) -> bool:
    """Whether a stream is a still picture that players show beside the file's name."""
    return bool(stream.disposition & Disposition.attached_pic)


def attach(source: Path, streams: list[Stream], output: OutputContainer) -> Iterator[str]:
    """Add covers and fonts to Matroska, which holds them as attachments; yield what it cannot."""
    for stream in streams:
        if isinstance(stream, AttachmentStream):
            output.add_stream_from_template(stream)
            continue
        name, kind = _IMAGE_TYPES.get(stream.codec_context.name, ("", ""))
        picture = _picture_in(source, stream.index) if name else b""
        if picture:
            output.add_attachment(name, kind, picture)
        else:
            yield left_out(stream, output.format.name)


def other_content(source: InputContainer) -> Iterator[str]:
    """Yield what is never carried: further films in the file, and data."""
    films = [stream for stream in source.streams.video if not is_cover(stream)]
    for stream in films[1:]:
        yield f"{described(stream)} was left out: only the first film of a file is parsed"
    for data in source.streams.data:
        if not (data.name == "bin_data" and source.chapters()):  # chapters' titles, kept already
            yield f"{described(data)} was left out: only pictures, sound and subtitles are carried"


def _picture_in(source: Path, index: int) -> bytes:
    try:
        with open_file(source, NOT_DECODED) as file:
            for packet in file.demux(file.streams[index]):
                if packet.size:
                    return bytes(packet)
    except (av.error.FFmpegError, OSError):
        pass
    return b""


def _start(chapter: Chapter) -> Fraction:
    return chapter["start"] * (chapter["time_base"] or Fraction(0))
