"""The sound and subtitles that travel along with a video, packet by packet."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer, OutputContainer
from av.stream import Stream

from pipeline.media.input_limits import NOT_DECODED
from pipeline.media.opening import open_file
from pipeline.media.timeline import AnyPacket, Timeline
from pipeline.sinks.stream_copy.carried_stream import CarriedStream, KeptStream, MuxedStream
from pipeline.sinks.stream_copy.late_streams import LateCover, LateSubtitles
from pipeline.sinks.stream_copy.remux import RemuxChanges
from pipeline.sinks.stream_copy.side_content import attach, chapters_of, is_cover, other_content
from pipeline.sinks.stream_copy.stream_support import (
    codec_of,
    converted,
    described,
    left_out,
    set_up,
)
from pipeline.sources.container.packet_reader import PacketReader

_FAR_AHEAD_S = 60  # of the picture: nothing is interleaved like that, so that it is not waited for


class StreamCopy:
    """Copies a source's streams other than its video into an output, as the video goes on.

    What the output cannot hold as it is becomes something that it can: sound is encoded anew, and
    text subtitles are rewritten. The source is opened a second time, so that packets need no
    hand-over between threads and what waits in memory stays bounded whatever the interleaving. A
    stream that turns out damaged ends; the picture and the other streams go on.

    Args:
        source: the file.
        output: not started yet; its video stream is there already.
    """

    def __init__(self, source: Path, output: OutputContainer) -> None:
        self._source: InputContainer = open_file(source, NOT_DECODED)
        self._output = output
        self._carried: dict[int, CarriedStream] = {}
        self._said: list[str] = []
        self._timeline = Timeline(self._source)
        self._plan_all(source)
        self._set_interleaving()
        self._packets = self._coming()
        self._next = next(self._packets, None)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left out or converted, one sentence each, with the container that keeps it."""
        damage = [remark for carried in self._carried.values() for remark in carried.remarks()]
        return (*self._said, *damage)

    def changes(self, end: Fraction | None) -> RemuxChanges:
        """Return what the finished file still has to get, up to a media time in seconds."""
        carried = self._carried.values()
        muxed = [stream for stream in carried if isinstance(stream, MuxedStream)]
        kept = [stream.late for stream in carried if isinstance(stream, KeptStream)]
        return RemuxChanges(
            frozenset(stream.target.index for stream in muxed if not stream.written),
            chapters_of(self._source, end),
            [late for late in kept if len(late)],
            end,
        )

    def write_until(self, time: Fraction | None) -> None:
        """Write all packets up to a media time in seconds; all that remain for None."""
        while self._next is not None:
            ahead = 0 if time is None else _time_of(self._next) - time
            if 0 < ahead < _FAR_AHEAD_S:
                return
            self._carried[self._next.stream.index].take(self._next)
            self._next = next(self._packets, None)
            if ahead > 0:  # one at a time: such a file would be read to its end
                return

    def finish(self, time: Fraction | None) -> None:
        """Write all packets up to a time, and what encoders still hold back."""
        self.write_until(time)
        for carried in self._carried.values():
            carried.take(None)

    def close(self) -> None:
        """Let go of the source."""
        for carried in self._carried.values():
            carried.close()
        self._source.close()

    def _plan(self, stream: Stream) -> None:
        if not stream.time_base or stream.type not in ("audio", "subtitle", "video"):
            return
        kind = self._output.format.name
        found = set_up(self._output, stream)
        if found is None:
            self._said.append(left_out(stream, kind))
            return
        trial, route, codec = found
        names: tuple[str, ...] = (described(stream),)
        if codec != codec_of(stream):
            names += (converted(stream, kind, codec),)
        if stream.type != "audio" and kind in ("mp4", "mov"):
            trial.close()
            late = LateCover(route) if is_cover(stream) else LateSubtitles(route, codec)
            self._carried[stream.index] = KeptStream(names, route, late)
            return
        target = route.add_to(self._output)
        self._carried[stream.index] = MuxedStream(names, route, target, trial, self._output)

    def _plan_all(self, path: Path) -> None:
        kind = self._output.format.name
        beside = [s for s in self._source.streams if is_cover(s) or s.type == "attachment"]
        for stream in self._source.streams:
            if stream.type in ("audio", "subtitle"):
                self._plan(stream)
        if kind == "matroska":
            self._said += attach(path, beside, self._output)
        for stream in beside if kind != "matroska" else ():
            if kind == "mp4" and is_cover(stream):
                self._plan(stream)
            else:
                self._said.append(left_out(stream, kind))
        self._said += other_content(self._source)
        if kind in ("matroska", "webm"):
            self._output.set_chapters(chapters_of(self._source))

    def _set_interleaving(self) -> None:
        if any(stream.type == "subtitle" for stream in self._output.streams):
            # hours may pass between two; what is held back meanwhile does not survive a kill
            self._output.container_options["max_interleave_delta"] = "2000000"  # microseconds

    def _coming(self) -> Iterator[AnyPacket]:
        """Yield the packets of the streams that are carried, at their places in the timeline."""
        if not self._carried:
            return
        wanted = [self._source.streams[index] for index in self._carried]
        for packet in PacketReader(self._source, *self._timeline.shown_by(*wanted)):
            self._timeline.place(packet)
            if packet.stream_index in self._carried:
                yield packet


def _time_of(packet: AnyPacket) -> Fraction:
    ticks = packet.dts if packet.dts is not None else packet.pts
    return (ticks or 0) * packet.time_base
