"""The sound and subtitles that travel along with a video, packet by packet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.stream import Stream

from pipeline.sinks.packet_screen import PacketScreen
from pipeline.sinks.side_content import attach, chapters_of, is_cover, other_content
from pipeline.sinks.stream_routes import Route
from pipeline.sinks.stream_support import (
    Rehearsal,
    codec_of,
    converted,
    described,
    left_out,
    set_up,
)
from pipeline.timeline import AnyPacket, Timeline

if TYPE_CHECKING:
    from av.container.core import Chapter

_FAR_AHEAD_S = 60  # of the picture: nothing is interleaved like that, so that it is not waited for


@dataclass(slots=True)
class _Carried:
    """A stream under way."""

    name: str
    route: Route
    target: Stream
    rehearsal: Rehearsal
    is_sound: bool
    screen: PacketScreen | None = None
    damaged: int = 0
    written: int = 0
    ended: str | None = field(default=None)


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
        self._source: InputContainer = av.open(str(source), metadata_errors="replace")
        self._output = output
        self._carried: dict[int, _Carried] = {}
        self._said: list[str] = []
        self._timeline = Timeline(self._source)
        self._plan_all(source)
        self._set_interleaving()
        self._packets = self._coming()
        self._next = next(self._packets, None)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left out or converted, one sentence each, with the container that keeps it."""
        found = list(self._said)
        for carried in self._carried.values():
            if carried.ended is not None:
                found.append(f"{carried.name} {carried.ended}")
            left_out = carried.damaged + (carried.screen.left_out if carried.screen else 0)
            if left_out:
                found.append(f"{carried.name}: {left_out} damaged packets were left out")
        return tuple(found)

    def chapters(self, end: Fraction | None = None) -> list[Chapter]:
        """Return the chapters that begin before a time, for a file that takes them at its end."""
        return chapters_of(self._source, end)

    @property
    def unused(self) -> frozenset[int]:
        """Which of the output's streams got no packet."""
        return frozenset(
            carried.target.index for carried in self._carried.values() if not carried.written
        )

    def write_until(self, time: Fraction | None) -> None:
        """Write all packets up to a media time in seconds; all that remain for None."""
        while self._next is not None:
            ahead = 0 if time is None else _time_of(self._next) - time
            if 0 < ahead < _FAR_AHEAD_S:
                return
            self._carry(self._carried[self._next.stream.index], self._next)
            self._next = next(self._packets, None)
            if ahead > 0:  # one at a time: such a file would be read to its end
                return

    def finish(self, time: Fraction | None) -> None:
        """Write all packets up to a time, and what encoders still hold back."""
        self.write_until(time)
        for carried in self._carried.values():
            self._carry(carried, None)
            for packet in carried.screen.rest() if carried.screen else ():
                self._mux(carried, packet)

    def close(self) -> None:
        """Let go of the source."""
        for carried in self._carried.values():
            carried.rehearsal.close()
        self._source.close()

    def _plan(self, stream: Stream) -> None:
        if not stream.time_base or stream.type not in ("audio", "subtitle", "video"):
            return
        kind = self._output.format.name
        found = set_up(self._output, stream)
        if found is None:
            self._said.append(left_out(stream, kind))
            return
        rehearsal, route, target, codec = found
        if codec != codec_of(stream):
            self._said.append(converted(stream, kind, codec))
        self._carried[stream.index] = _Carried(
            described(stream), route, target, rehearsal, stream.type == "audio"
        )

    def _plan_all(self, path: Path) -> None:
        kind = self._output.format.name
        beside = [s for s in self._source.streams if is_cover(s) or s.type == "attachment"]
        for stream in self._source.streams:
            if stream.type in ("audio", "subtitle"):
                self._plan(stream)
        for stream in beside if kind in ("mp4", "mov") else ():
            self._plan(stream) if is_cover(stream) else self._said.append(left_out(stream, kind))
        if kind == "matroska":
            self._said += attach(path, beside, self._output)
        elif kind == "webm":
            self._said += [left_out(stream, kind) for stream in beside]
        self._said += other_content(self._source)
        if kind in ("matroska", "webm"):
            self._output.set_chapters(chapters_of(self._source))

    def _set_interleaving(self) -> None:
        kinds = {carried.target.type for carried in self._carried.values()}
        if "subtitle" not in kinds:
            return
        options = self._output.container_options
        # hours may pass between two subtitles; what is held back meanwhile does not survive a kill
        options["max_interleave_delta"] = "2000000"  # microseconds
        # The muxer ends a text by an empty one as another packet comes. Where the empty one ends a
        # fragment too, that packet's time is mistaken (FFmpeg 8.1); key frames end them anyway.
        options.pop("frag_duration", None)

    def _carry(self, carried: _Carried, packet: AnyPacket | None) -> None:
        if carried.ended is not None:
            return
        if carried.screen is None:  # the muxer's time base is known once the file is begun
            assert carried.target.time_base is not None
            carried.screen = PacketScreen(carried.target.time_base, confirm_leaps=carried.is_sound)
        try:
            converted = carried.route.convert(packet)
        except (av.error.FFmpegError, ValueError):
            carried.damaged += 1
            return
        for coded in converted:
            for passed in carried.screen.admit(coded):
                self._mux(carried, passed)

    def _mux(self, carried: _Carried, packet: AnyPacket) -> None:
        if carried.ended is not None:
            return
        try:
            carried.rehearsal.mux(packet)
        except av.error.FFmpegError as error:
            at = float(_time_of(packet))
            carried.ended = f"ends at {at:.1f} s: what follows cannot be written ({error.strerror})"
            return
        packet.stream = carried.target
        self._output.mux_one(packet)
        carried.written += 1

    def _coming(self) -> Iterator[AnyPacket]:
        """Yield the packets of the streams that are carried, at their places in the timeline."""
        if not self._carried:
            return
        wanted = [self._source.streams[index] for index in self._carried]
        packets = self._source.demux(self._timeline.shown_by(*wanted))
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.FFmpegError):  # cut off: what there is has been copied
                return
            if packet.size:
                self._timeline.place(packet)
                if packet.stream.index in self._carried:
                    yield packet


def _time_of(packet: AnyPacket) -> Fraction:
    ticks = packet.dts if packet.dts is not None else packet.pts
    return (ticks or 0) * packet.time_base
