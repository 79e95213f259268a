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
_EVER_S = Fraction(10**9)
_NEAR_START_S = Fraction(1)  # a clock this close to where it began has started anew


@dataclass(slots=True)
class _Place:
    """Where a stream has got to. All in its own ticks: they are looked at for every packet.

    Attributes:
        base: seconds a tick.
        finds_jumps: whether it is of pictures or sound; others follow them.
        back: how far a packet may be behind its place.
        ahead: how far it may be ahead of it.
        far: how long a picture may wait to be shown.
        piece: which of the pieces it is in.
        offset: by how much that is moved.
        ends: where its last packet ends, moved; None before the first.
    """

    base: Fraction
    finds_jumps: bool
    back: int
    ahead: int
    far: int
    piece: int = -1
    offset: int = 0
    ends: int | None = None


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
        ticks = packet.dts
        if ticks is None and self._may_jump:
            ticks = packet.pts
        if ticks is None or not (self._may_jump or self._may_start_anew) or not packet.time_base:
            return
        place = self._places.get(packet.stream_index) or self._new_place(packet)
        if self._began is None:
            self._began = ticks * place.base
        pts = packet.pts
        if pts is not None and abs(pts - ticks) > place.far:
            packet.pts = pts = ticks  # no picture waits that long for those it is shown after
        self._settle(place, ticks)
        if place.offset:
            packet.pts = None if pts is None else pts + place.offset
            packet.dts = None if packet.dts is None else packet.dts + place.offset
        if place.finds_jumps:
            place.ends = ticks + place.offset + (packet.duration or 0)

    def _new_place(self, packet: AnyPacket) -> _Place:
        base = packet.time_base
        ahead = _AHEAD_S if self._may_jump else _EVER_S
        finds = packet.stream.type in ("video", "audio")
        ticks = [round(seconds / base) for seconds in (_BACK_S, ahead, _AHEAD_S)]
        place = self._places[packet.stream_index] = _Place(base, finds, *ticks)
        return place

    def _settle(self, place: _Place, ticks: int) -> None:
        """Find the piece that a packet belongs to."""
        newest = len(self._offsets) - 1
        if not place.finds_jumps or place.ends is None:
            self._move(place, newest)
            return
        distance = ticks + place.offset - place.ends
        if place.piece == newest and -place.back <= distance <= place.ahead:
            return
        raw, ends = ticks * place.base, place.ends * place.base
        if self._may_start_anew:
            behind = ends - raw - self._offsets[newest]
            anew = behind >= _BACK_S and raw <= (self._began or 0) + _NEAR_START_S
            self._move(place, self._jumped(raw) if anew else newest)
            return
        # what was under way when the clock jumped comes after packets of the next piece
        known = [piece for piece in (newest - 1, newest) if piece >= 0]
        off = {piece: raw + self._offsets[piece] - ends for piece in known}
        fit = [piece for piece in known if -_BACK_S <= off[piece] <= _AHEAD_S]
        nearest = min(fit, key=lambda piece: abs(off[piece]), default=None)
        self._move(place, self._jumped(raw) if nearest is None else nearest)

    def _move(self, place: _Place, piece: int) -> None:
        if piece != place.piece:
            place.piece, place.offset = piece, round(self._offsets[piece] / place.base)

    def _jumped(self, raw: Fraction) -> int:
        """Begin a piece at a time of the file, where the one before ended."""
        self.jumps += 1
        places = self._places.values()
        ends = max(other.ends * other.base for other in places if other.ends is not None)
        self._offsets.append(ends - raw)
        return len(self._offsets) - 1
