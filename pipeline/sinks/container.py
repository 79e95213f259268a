"""What a file can hold, and how it is written so that a broken-off run still plays."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import av.codec
import av.error
from av.container import OutputContainer

from pipeline.errors import SinkError
from pipeline.nearest import nearest


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file.

    Attributes:
        name: as FFmpeg calls its muxer.
        options: how it is written while the run goes on.
        finished: how it is written again once complete; None where it is good as it is.
        default_codec: the encoder that plays everywhere this container does.
    """

    name: str
    options: dict[str, str]
    finished: dict[str, str] | None
    default_codec: str = "h264"
    suffixes: tuple[str, ...] = field(default=())


# Fragments of half a second, each flushed: what was written up to about a second before plays after
# a kill. Of the ways to do it, only delay_moov keeps B-frames in step with the sound (tried with
# PyAV 18: empty_moov and hybrid_fragmented shift them by two frames).
_FRAGMENTS = {
    "movflags": "frag_keyframe+delay_moov",
    "frag_duration": "500000",
    "flush_packets": "1",
}
_FASTSTART = {"movflags": "+faststart"}
_CLUSTERS = {"cluster_time_limit": "500", "flush_packets": "1", "avoid_negative_ts": "disabled"}

CONTAINERS = (
    Container("mp4", _FRAGMENTS, _FASTSTART, suffixes=(".mp4", ".m4v")),
    Container("mov", _FRAGMENTS, _FASTSTART, suffixes=(".mov",)),
    Container("matroska", _CLUSTERS, None, suffixes=(".mkv",)),
    Container("webm", _CLUSTERS, None, "vp9", suffixes=(".webm",)),
)

ENCODERS = {
    "h264": "libx264",
    "h265": "libx265",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "mpeg4": "mpeg4",
    "ffv1": "ffv1",
}

PRESETS = (  # of x264 and x265
    "ultrafast", "superfast", "veryfast", "faster", "fast",
    "medium", "slow", "slower", "veryslow", "placebo",
)  # fmt: skip


def container_for(path: Path, name: str | None = None) -> Container:
    """Return the kind of file that a path's ending, or a name, asks for.

    Raises:
        SinkError: there is none; says which comes nearest.
    """
    known = {suffix: kind for kind in CONTAINERS for suffix in kind.suffixes}
    names = {kind.name: kind for kind in CONTAINERS} | {
        suffix[1:]: kind for suffix, kind in known.items()
    }
    if name is not None:
        if name not in names:
            raise SinkError(
                "no container is called {name!r}; {hint}", name=name, hint=nearest(name, names)
            )
        return names[name]
    if path.suffix.lower() not in known:
        shown = path.suffix or "no ending"
        raise SinkError(
            "{path} ends in {shown}, which names no container; {hint}",
            path=path,
            shown=shown,
            hint=nearest(path.suffix, known),
        )
    return known[path.suffix.lower()]


def encoder_for(name: str) -> str:
    """Return FFmpeg's name of the encoder for a codec, such as ``libx264`` for ``h264``.

    Raises:
        SinkError: there is none, or this FFmpeg was built without it.
    """
    if name in ENCODERS.values():
        return name
    if name not in ENCODERS:
        raise SinkError(
            "no codec is called {name!r}; {hint}", name=name, hint=nearest(name, ENCODERS)
        )
    encoder = ENCODERS[name]
    if encoder not in av.codec.codecs_available:
        raise SinkError("this FFmpeg cannot encode {name}; use --codec h264", name=name)
    return encoder


def open_output(
    path: Path, container: Container, time_base: Fraction, rate: Fraction | None
) -> OutputContainer:
    """Open a file for writing in a way that survives a kill."""
    options = dict(container.options)
    if container.name in ("mp4", "mov") and time_base.numerator < time_base.denominator:
        options |= _timescales(time_base)
    try:
        return av.open(str(path), "w", format=container.name, container_options=options)
    except (av.error.FFmpegError, OSError) as error:
        raise SinkError(
            "{path} cannot be written: {reason}", path=path, reason=error.strerror or str(error)
        ) from error


def complete(part: Path, target: Path, container: Container, time_base: Fraction) -> None:
    """Turn a file that survives a kill into one that starts fast, under its own name.

    Packets are copied as they are; it needs the space twice for a moment.
    """
    if container.finished is None:
        part.replace(target)
        return
    finished = part.with_name(part.name.replace(".part.", ".finishing."))
    options = dict(container.finished)
    if container.name in ("mp4", "mov"):
        options |= _timescales(time_base)
    try:
        with (
            av.open(str(part)) as source,
            av.open(str(finished), "w", format=container.name, container_options=options) as sink,
        ):
            copied = {
                stream.index: sink.add_stream_from_template(stream) for stream in source.streams
            }
            for stream in source.streams:
                copied[stream.index].metadata.update(stream.metadata)
            sink.metadata.update(source.metadata)
            for packet in source.demux():
                if packet.size:  # the last one of a stream is empty, and only flushes decoders
                    packet.stream = copied[packet.stream.index]
                    sink.mux(packet)
        finished.replace(target)
    except BaseException:
        finished.unlink(missing_ok=True)
        raise
    part.unlink()


def _timescales(time_base: Fraction) -> dict[str, str]:
    """Have the muxer count as the source does: the video's times, and when it begins."""
    ticks = str(time_base.denominator)
    return {"video_track_timescale": ticks, "movie_timescale": ticks}
