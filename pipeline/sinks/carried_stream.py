"""A stream on its way from the source into the output, and what becomes of it."""

from __future__ import annotations

from typing import Protocol

import av.error
from av.container import OutputContainer
from av.stream import Stream

from pipeline.sinks.late_streams import LateStream
from pipeline.sinks.packet_screen import PacketScreen
from pipeline.sinks.stream_routes import Route
from pipeline.sinks.stream_support import Rehearsal
from pipeline.timeline import AnyPacket


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

    Attributes:
        target: the output's stream.
        written: how many packets.
    """

    def __init__(
        self, name: str, route: Route, target: Stream, rehearsal: Rehearsal, output: OutputContainer
    ) -> None:
        self._name, self._route, self._rehearsal = name, route, rehearsal
        self._output, self.target = output, target
        self._screen: PacketScreen | None = None
        self._damaged = 0
        self._ended: str | None = None
        self.written = 0

    def take(self, packet: AnyPacket | None) -> None:
        """Convert a packet, and write what can be written by now."""
        if self._ended is not None:
            return
        if self._screen is None:  # the muxer's time base is known once the file is begun
            base = self.target.time_base
            assert base is not None
            self._screen = PacketScreen(base, confirm_leaps=self.target.type == "audio")
        try:
            converted = self._route.convert(packet)
        except (av.error.FFmpegError, ValueError):
            self._damaged += 1
            converted = []
        for coded in converted:
            for passed in self._screen.admit(coded):
                self._mux(passed)
        if packet is None:
            for passed in self._screen.rest():
                self._mux(passed)

    def remarks(self) -> list[str]:
        """Return what was damaged, and from when on it is missing."""
        found = [] if self._ended is None else [f"{self._name} {self._ended}"]
        damaged = self._damaged + (self._screen.left_out if self._screen else 0)
        return found + _said_of_damage(self._name, damaged)

    def close(self) -> None:
        """End the rehearsal."""
        self._rehearsal.close()

    def _mux(self, packet: AnyPacket) -> None:
        if self._ended is not None:
            return
        try:
            self._rehearsal.mux(packet)
        except (av.error.FFmpegError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            at = float((packet.dts or 0) * packet.time_base)
            self._ended = f"ends at {at:.1f} s: what follows cannot be written ({reason})"
            return
        packet.stream = self.target
        self._output.mux_one(packet)
        self.written += 1


class KeptStream:
    """Is kept until the file is finished.

    Attributes:
        late: what was kept.
    """

    def __init__(self, name: str, route: Route, late: LateStream) -> None:
        self._name, self._route, self.late = name, route, late
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
        return _said_of_damage(self._name, self._damaged + self.late.left_out)

    def close(self) -> None:
        """Nothing is held open."""


def _said_of_damage(name: str, count: int) -> list[str]:
    return [f"{name}: {count} damaged packets were left out"] if count else []
