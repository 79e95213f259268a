"""What a file can hold, and how it is written so that a broken-off run still plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import av.codec
import av.error
from av.container import InputContainer, OutputContainer

from pipeline.errors import SinkError
from pipeline.media.input_limits import NOT_DECODED
from pipeline.media.opening import create_file, open_file
from pipeline.media.timeline import AnyPacket
from pipeline.nearest_name import nearest
from pipeline.sinks.stream_copy.remux import NO_CHANGES, RemuxChanges, remux
from pipeline.targets.claims import OutputFile
from pipeline.targets.part_file import PartFile


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
_FINEST = Fraction(1, 1_000_000)  # of what MP4 and MOV count in
_MOST_APART = 2**31 - 2  # ticks from one frame to the next, in the same two
_FASTSTART = {"movflags": "+faststart"}
_CLUSTERS = {"cluster_time_limit": "500", "flush_packets": "1", "avoid_negative_ts": "disabled"}

CONTAINERS = (
    Container("mp4", _FRAGMENTS, _FASTSTART, suffixes=(".mp4", ".m4v")),
    Container("mov", _FRAGMENTS, _FASTSTART, suffixes=(".mov",)),
    Container("matroska", _CLUSTERS, None, suffixes=(".mkv",)),
    Container("webm", _CLUSTERS, None, "vp9", suffixes=(".webm",)),
)

ANIMATED = (".gif", ".webp")  # see ``AnimationWriter``
_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".avif", ".heic")

ENCODERS = {
    "h264": "libx264",
    "h265": "libx265",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "mpeg4": "mpeg4",
    "ffv1": "ffv1",
    "prores": "prores_ks",
}

_TRANSPARENT = {  # encoder -> a pixel format of its that holds how opaque each pixel is
    "libvpx-vp9": "yuva420p",
    "prores_ks": "yuva444p10le",  # ProRes 4444
    "ffv1": "yuva420p",
}
_TRANSPARENT_CODECS = {"webm": "vp9", "matroska": "vp9", "mov": "prores"}

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
                "container.unknown",
                "no container is called {name!r}; {hint}",
                name=name,
                hint=nearest(name, names),
            )
        return names[name]
    if path.suffix.lower() in _PICTURES:
        raise SinkError(
            "container.picture_ending",
            "{path} is the name of a picture; that of a video or an animation ends in {endings}",
            path=path,
            endings=", ".join([*known, *ANIMATED]),
        )
    if path.suffix.lower() not in known:
        shown = path.suffix or "no ending"
        raise SinkError(
            "container.unknown_ending",
            "{path} ends in {shown}, which names no container; {hint}",
            path=path,
            shown=shown,
            hint=nearest(path.suffix, [*known, *ANIMATED]),
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
            "codec.unknown",
            "no codec is called {name!r}; {hint}",
            name=name,
            hint=nearest(name, ENCODERS),
        )
    encoder = ENCODERS[name]
    if encoder not in av.codec.codecs_available:
        raise SinkError(
            "codec.not_built_in", "this FFmpeg cannot encode {name}; use h264", name=name
        )
    return encoder


def transparent_format(path: Path, container: Container, codec: str | None) -> tuple[str, str]:
    """Return the encoder, and its pixel format, that hold how opaque each pixel is.

    Args:
        path: the file to be.
        container: which it is written in.
        codec: as for ``encoder_for``; None: what editors and browsers know best.

    Raises:
        SinkError: this container, or this codec, holds none.
    """
    encoder = encoder_for(codec or _TRANSPARENT_CODECS.get(container.name, container.default_codec))
    if encoder not in _TRANSPARENT:
        raise no_transparency(path)
    return encoder, _TRANSPARENT[encoder]


def no_transparency(path: Path) -> SinkError:
    """Return the error of a file that cannot say how opaque its pixels are."""
    return SinkError(
        "target.no_transparency",
        "{path} cannot be transparent; a picture can as PNG or WebP, a video as .webm or .mov",
        path=path,
    )


def time_base_in(container: Container, time_base: Fraction) -> Fraction:
    """Return the source's time base, or microseconds where the container cannot count as finely.

    MP4 keeps the time from one frame to the next in 32 bits: two seconds, if they are nanoseconds.
    """
    if container.name not in ("mp4", "mov"):
        return time_base
    return max(time_base, _FINEST)


def check_gap(path: Path, container: Container, ticks: int, time_base: Fraction) -> None:
    """Refuse a frame that comes later after the one before than the container can say.

    Raises:
        SinkError: names a container that can.
    """
    if container.name in ("mp4", "mov") and ticks > _MOST_APART:
        raise SinkError(
            "target.gap_too_long",
            "{path} cannot hold frames that are {minutes:.0f} minutes apart; write to a file "
            "ending in .mkv",
            path=path,
            minutes=float(ticks * time_base / 60),
        )


def open_output(
    file: OutputFile, container: Container, time_base: Fraction, rate: Fraction | None
) -> OutputContainer:
    """Open a claimed file for writing in a way that survives a kill."""
    options = dict(container.options)
    if container.name in ("mp4", "mov") and time_base.numerator < time_base.denominator:
        options |= timescales(time_base)
    try:
        return create_file(file.url, container.name, options)
    except (av.error.FFmpegError, OSError) as error:
        raise SinkError(
            "target.not_writable",
            "{path} cannot be written: {reason}",
            path=file.path,
            reason=error.strerror or str(error),
        ) from error


def complete(
    file: OutputFile, container: Container, time_base: Fraction, changes: RemuxChanges = NO_CHANGES
) -> None:
    """Turn a file that survives a kill into one that starts fast, under its own name.

    Packets are copied as they are; it needs the space twice for a moment. What goes to a pipe is
    out already, and stays as it is.

    Raises:
        SinkError: it cannot have its name.
        OSError: it cannot be copied; the disk may be full. FFmpeg's errors are such, too.
    """
    if container.finished is not None and isinstance(file, PartFile):
        options = dict(container.finished)
        if container.name in ("mp4", "mov"):
            options |= timescales(time_base)
        with (
            file.put_in_order() as finishing,
            open_file(Path(file.url), NOT_DECODED) as source,
        ):
            copy_packets(source, finishing, container.name, options, changes=changes)
    file.finish()


def copy_packets(
    source: InputContainer,
    target: str,
    container: str,
    options: dict[str, str],
    broken_off: bool = False,
    changes: RemuxChanges = NO_CHANGES,
) -> int:
    """Write every packet of a file to another, as it is; return how many pictures there were.

    Args:
        source: is read to its end.
        target: what FFmpeg writes to.
        container: as FFmpeg calls its muxer.
        options: of the muxer.
        broken_off: whether the source may end in the middle of a packet, which then is its end.
        changes: what changes on the way.
    """
    packets = _until_broken_off(source) if broken_off else source.demux()
    with create_file(target, container, options) as sink:
        return remux(source, packets, sink, changes)


def _until_broken_off(source: InputContainer) -> Iterator[AnyPacket]:
    packets = source.demux()
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        if packet.is_corrupt:
            return
        yield packet


def timescales(time_base: Fraction) -> dict[str, str]:
    """Return what has the muxer count as the source does: the video's times, and when it begins."""
    ticks = str(time_base.denominator)
    return {"video_track_timescale": ticks, "movie_timescale": ticks}
