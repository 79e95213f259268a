"""Completes the part that a run left which was broken off."""

from __future__ import annotations

from pathlib import Path

import av.error

from pipeline.errors import SinkError, SourceError
from pipeline.media.input_limits import NOT_DECODED
from pipeline.media.opening import open_file
from pipeline.sinks.container import Container, container_for, copy_packets, timescales
from pipeline.targets.claims import OutputFile
from pipeline.targets.part_name import is_locked


def salvage(part: Path, file: OutputFile, container: str | None = None) -> int:
    """Copy what plays of a part into a complete video; return how many pictures that is.

    Packets are copied as they are, up to the first that is cut off. The part stays as it is.

    Args:
        part: what is read.
        file: what is written, claimed; it is complete afterwards.
        container: overrides what the file's ending says.

    Raises:
        SourceError: the part is not there, is still being written, or nothing of it plays.
        SinkError: the file cannot be written.
    """
    if not part.is_file():
        raise SourceError(
            "part.not_found", "{part} does not exist; name a part that a run left", part=part
        )
    if is_locked(part):
        raise SourceError(
            "part.busy", "{part} is still being written; wait for its run to end", part=part
        )
    try:
        pictures = _copied(part, file, container_for(file.path, container))
    except BaseException:
        file.discard()
        raise
    file.finish()
    return pictures


def _copied(part: Path, file: OutputFile, kind: Container) -> int:
    try:
        with open_file(part, NOT_DECODED) as source:
            if not source.streams.video:
                raise SourceError(
                    "part.no_video", "{part} has no video in it; name another part", part=part
                )
            options = dict(kind.finished or {})
            time_base = source.streams.video[0].time_base
            if kind.finished is not None and time_base is not None:
                options |= timescales(time_base)
            pictures = copy_packets(source, file.url, kind.name, options, broken_off=True)
    except (av.error.FFmpegError, OSError) as error:
        raise SinkError(
            "part.copy_failed",
            "{part} cannot be copied to {path}: {reason}",
            part=part,
            path=file.path,
            reason=error.strerror or str(error),
        ) from error
    if not pictures:
        raise SourceError("part.nothing_plays", "nothing of {part} plays", part=part)
    return pictures
