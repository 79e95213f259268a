"""Videos copied frame by frame through the writer, with what lies beside the pictures."""

from __future__ import annotations

from pathlib import Path

import av

from pipeline.consumer import consuming
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources.video import VideoFile

DEFAULT = Encoding()


def copy(source: Path, target: Path, encoding: Encoding = DEFAULT, limit: int = 10**6) -> Path:
    video = VideoFile(source)
    with consuming(
        VideoWriter(
            target, video.footage, encoding, copy_streams_from=source, cut_short=limit < 10**6
        )
    ) as out:
        for _, frame in zip(range(limit), video, strict=False):
            out.consume(frame)
    return target


TITLES = "1\n00:00:00,100 --> 00:00:00,500\nDown\n\n2\n00:00:00,600 --> 00:00:00,900\nStand\n"


def add_subtitles(video: Path, target: Path, titles: str = TITLES) -> Path:
    text = target.with_suffix(".srt")
    text.write_text(titles)
    with av.open(str(video)) as source, av.open(str(text)) as lines:
        with av.open(str(target), "w") as output:
            twins = [output.add_stream_from_template(file.streams[0]) for file in (source, lines)]
            for file, twin in zip((source, lines), twins, strict=True):
                for packet in file.demux(file.streams[0]):
                    if packet.size:
                        packet.stream = twin
                        output.mux(packet)
    return target


def titles_in(path: Path) -> list[tuple[float, str]]:
    with av.open(str(path)) as source:
        return [
            (float((packet.pts or 0) * packet.time_base), bytes(packet).decode(errors="ignore"))
            for packet in source.demux(subtitles=0)
            if packet.size > 2
        ]


def remarks_of(source: Path, target: Path, encoding: Encoding = DEFAULT) -> tuple[str, ...]:
    """Copy a file frame by frame; return what the source and the writer have to say."""
    video = VideoFile(source)
    with consuming(VideoWriter(target, video.footage, encoding, copy_streams_from=source)) as out:
        for frame in video:
            out.consume(frame)
    return video.remarks + out.remarks
