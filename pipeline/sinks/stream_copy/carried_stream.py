"""A stream on its way from the source into the output, and what becomes of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

import av.error
from av.container import OutputContainer
from av.stream import Stream

from pipeline.media.timeline import AnyPacket
from pipeline.sinks.stream_copy.late_streams import LateStream
from pipeline.sinks.stream_copy.packet_filter import PacketFilter
from pipeline.sinks.stream_copy.stream_routes import Copied, Route
from pipeline.sinks.stream_copy.stream_support import TrialMuxer

_PRIMING_S = Fraction(1, 10)  # what a decoder may need before the first sound that is heard
_HOPELESS = 200  # packets that a muxer refuses one after the other: four seconds of sound


class CarriedStream(Protocol):
    """Takes the packets of one stream of the source."""

    def take(self, packet: AnyPacket | None) -> None:
        """Carry a packet on; None when none follows. What is damaged is left out and counted."""
        ...

    def remarks(self) -> list[str]:
        """Return what a user should know of it, one sentence each."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class MuxedStream:
    """Is written as it comes.

    Args:
        names: what it is called, and what is to be said of it in any case.
        route: how its packets become the output's.
        target: the output's stream.
        trial: shows which packets the output would refuse.
        output: where they go.

    Attributes:
        target: the output's stream.
        written: how many packets.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        route: Route,
        target: Stream,
        trial: TrialMuxer,
        output: OutputContainer,
    ) -> None:
        (self._name, *self._said), self._route, self._rehearsal = names, route, trial
        self._output, self.target = output, target
        self._filter: PacketFilter | None = None
        self._damaged = self._refused = 0
        self._ended: str | None = None
        self.written = 0

    def take(self, packet: AnyPacket | None) -> None:
        """Convert a packet, and write what can be written by now."""
        if self._ended is not None:
            return
        if self._filter is None:  # the muxer's time base is known once the file is begun
            base = self.target.time_base
            assert base is not None
            self._filter = PacketFilter(base, confirm_leaps=self.target.type == "audio")
        if packet is not None and self._is_cut_off(packet):
            return
        try:
            converted = self._route.convert(packet)
        except (av.error.FFmpegError, ValueError):
            self._damaged += 1
            converted = []
        for coded in converted:
            for passed in self._filter.admit(coded):
                self._mux(passed)
        if packet is None:
            for passed in self._filter.rest():
                self._mux(passed)

    def remarks(self) -> list[str]:
        """Return what was damaged, and from when on it is missing."""
        damaged = self._damaged + (self._filter.left_out if self._filter else 0)
        if damaged and not self.written:
            return [f"{self._name} is damaged throughout and was left out"]
        found = [] if self._ended is None else [f"{self._name} {self._ended}"]
        return [*self._said, *found, *_said_of_damage(self._name, damaged)]

    def close(self) -> None:
        """End the trial."""
        self._rehearsal.close()

    def _is_cut_off(self, packet: AnyPacket) -> bool:
        """Whether an edit list hides a packet: only MP4 and MOV can say so again."""
        if not packet.is_discard or self._output.format.name in ("mp4", "mov"):
            return False
        return (packet.pts or 0) * packet.time_base < -_PRIMING_S and isinstance(
            self._route, Copied
        )

    def _mux(self, packet: AnyPacket) -> None:
        if self._ended is not None:
            return
        try:
            self._rehearsal.mux(packet)
        except (av.error.FFmpegError, ValueError) as error:
            self._damaged += 1
            self._refused += 1
            if self._refused >= _HOPELESS:
                reason = getattr(error, "strerror", None) or str(error)
                at = float((packet.dts or 0) * packet.time_base)
                self._ended = f"ends before {at:.1f} s: what follows cannot be written ({reason})"
            return
        self._refused = 0
        packet.stream = self.target
        self._output.mux_one(packet)
        self.written += 1


class KeptStream:
    """Is kept until the file is finished.

    Args:
        names: what it is called, and what is to be said of it in any case.
        route: how its packets become the output's.
        late: where they are kept.

    Attributes:
        late: what was kept.
    """

    def __init__(self, names: tuple[str, ...], route: Route, late: LateStream) -> None:
        (self._name, *self._said), self._route, self.late = names, route, late
        self._damaged = 0

    def take(self, packet: AnyPacket | None) -> None:
        """Convert a packet, and keep it."""
        try:
            converted = self._route.convert(packet)
        except (av.error.FFmpegError, ValueError):
            self._damaged += 1
            return
        for coded in converted:
            self.late.keep(coded)

    def remarks(self) -> list[str]:
        """Return what was damaged."""
        return self._said + _said_of_damage(self._name, self._damaged + self.late.left_out)

    def close(self) -> None:
        """Nothing is held open."""


def _said_of_damage(name: str, count: int) -> list[str]:
    return [f"{name}: {count} damaged packets were left out"] if count else []
