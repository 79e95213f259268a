"""The sink that a file's name asks for."""

from __future__ import annotations

from pathlib import Path

from pipeline.sinks import Sink
from pipeline.sinks.animation import KINDS, AnimationWriter
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources import Footage
from pipeline.targets.claims import OutputFile


def sink_for(
    file: OutputFile,
    footage: Footage,
    encoding: Encoding,
    *,
    copy_streams_from: Path | None = None,
    cut_short: bool = False,
) -> Sink:
    """Return what writes pictures to a claimed file: a video, or an animation (.gif, .webp).

    Args:
        file: the file to be.
        footage: what the frames are like.
        encoding: how to encode them; a container that it names makes a video of any name.
        copy_streams_from: a file whose sound and subtitles are copied along, where the
            format holds them.
        cut_short: whether the pictures end before that file.

    Raises:
        SinkError: the file cannot be made; nothing is left behind.
    """
    if encoding.container is None and file.path.suffix.lower() in KINDS:
        return AnimationWriter(file, footage, encoding, copy_streams_from=copy_streams_from)
    return VideoWriter(
        file, footage, encoding, copy_streams_from=copy_streams_from, cut_short=cut_short
    )
