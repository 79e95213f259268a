"""The times of a file whose clock jumps, put one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import av
from av.container import InputContainer
from av.format import Flags
from av.stream import Stream

AnyPacket: TypeAlias = "av.Packet[Stream]"

_BACK_S, _AHEAD_S = Fraction(1, 2), Fraction(10)  # a packet this far off its place is a jump
_NEAR_START_S = Fraction(1)  # a clock this close to where it began has started anew


@dataclass(slots=True)
class _Place:
    """Where a stream has got to, in seconds of the joined timeline."""

    ends: Fraction


class Timeline:
    """Joins the pieces of a recording whose clock starts anew.

    MPEG-TS and Matroska files are joined by putting one behind the other, and a broadcast's clock
    is set now and then. Each piece is moved to where the one before it ended, all its streams by
    the same amount, so that sound stays with its picture. Two readers that show their packets in
    the order of the file move them alike.

    Attributes:
        jumps: how often the clock was found to jump.
    """

    def __init__(self, container: InputContainer) -> None:
        self._streams = container.streams
        self._may_jump = Flags.ts_discont in Flags(container.format.flags)
        self._may_start_anew = "matroska" in container.format.name  # one file behind the other
        self._began: Fraction | None = None
        self._places: dict[int, _Place] = {}
        self._offsets = [Fraction(0)]
        self.jumps = 0

    def shown_by(self, *wanted: Stream) -> list[Stream]:
        """Return the streams to read, for the packets of some and whatever shows jumps."""
        kinds = ("video", "audio") if self._may_jump or self._may_start_anew else ()
        return [stream for stream in self._streams if stream in wanted or stream.type in kinds]

    def place(self, packet: AnyPacket) -> None:
        """Move a packet's times. Packets of pictures and sound find jumps; others follow."""
        ticks = packet.dts if packet.dts is not None or self._may_start_anew else packet.pts
        if not (self._may_jump or self._may_start_anew) or ticks is None or not packet.time_base:
            return
        if packet.pts is not None and abs(packet.pts - ticks) * packet.time_base > _AHEAD_S:
            packet.pts = ticks  # no picture waits that long for the ones it is shown after
        raw = ticks * packet.time_base
        if self._began is None:
            self._began = raw
        offset = self._offset_for(raw, packet)
        moved = round(offset / packet.time_base)
        if moved:
            packet.pts = None if packet.pts is None else packet.pts + moved
            packet.dts = None if packet.dts is None else packet.dts + moved
        if packet.stream.type in ("video", "audio"):
            ends = raw + offset + (packet.duration or 0) * packet.time_base
            self._places[packet.stream.index] = _Place(ends)

    def _offset_for(self, raw: Fraction, packet: AnyPacket) -> Fraction:
        place = self._places.get(packet.stream.index)
        if place is None or packet.stream.type not in ("video", "audio"):
            return self._offsets[-1]
        if self._may_start_anew:
            back = place.ends - raw - self._offsets[-1]
            if back < _BACK_S or raw > (self._began or 0) + _NEAR_START_S:
                return self._offsets[-1]
            return self._jumped(raw)
        # what was under way when the clock jumped comes after packets of the next piece
        known = [offset for offset in self._offsets[-2:] if _fits(raw + offset - place.ends)]
        if known:
            return min(known, key=lambda offset: abs(raw + offset - place.ends))
        return self._jumped(raw)

    def _jumped(self, raw: Fraction) -> Fraction:
        self.jumps += 1
        self._offsets.append(max(other.ends for other in self._places.values()) - raw)
        return self._offsets[-1]


def _fits(distance: Fraction) -> bool:
    return -_BACK_S <= distance <= _AHEAD_S
