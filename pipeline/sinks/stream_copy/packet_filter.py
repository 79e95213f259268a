"""What keeps packets with impossible times or sizes from a muxer, which they could abort."""

from __future__ import annotations

from fractions import Fraction

from pipeline.media.timeline import AnyPacket

MOST_BYTES = 32 << 20  # of a packet of sound or subtitles
_MOST_TICKS = 2**30  # between two packets: FFmpeg's MP4 muxer counts them in 31 bits
_LONGEST_S = 24 * 3600  # of a silence
_SUSPECT_S = 10  # a leap ahead of sound that the next packet has to confirm
_LATEST_S = 2**31  # sixty-eight years


class PacketFilter:
    """Passes on packets with sane times, in order; leaves out the others and counts them.

    A single packet whose time was damaged would otherwise hold back, or push aside, all that follow
    it. Sound that leaps ahead therefore waits for the packet behind it.

    Args:
        time_base: of the stream that the packets go into, as its muxer counts.
        confirm_leaps: whether a leap ahead is unusual: for sound, but not for subtitles.

    Attributes:
        left_out: how many packets were.
    """

    def __init__(self, time_base: Fraction, *, confirm_leaps: bool) -> None:
        self._time_base, self._confirm = time_base, confirm_leaps
        # all in ticks: this is done for every packet
        self._farthest = min(_MOST_TICKS, round(_LONGEST_S / time_base))
        self._suspect, self._latest = round(_SUSPECT_S / time_base), round(_LATEST_S / time_base)
        self._own, self._times, self._parts = time_base, 1, 1
        self._last: int | None = None
        self._ends = 0
        self._held: AnyPacket | None = None
        self.left_out = 0

    def admit(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return what can be written now: none, this packet, or one that waited and this one.

        Times become those of the stream's time base, strictly increasing.
        """
        start = self._start(packet)
        if start is None:
            self.left_out += 1
            return []
        held, self._held = self._held, None
        before: list[AnyPacket] = []
        if held is not None and start >= (held.dts or 0):
            before = [self._passed(held)]
        elif held is not None:
            self.left_out += 1
        if self._last is not None and self._ends - start > self._suspect:
            self.left_out += 1  # it cannot be moved to where it would be heard
            return before
        if self._confirm and self._last is not None and start - self._ends > self._suspect:
            self._held = packet
            return before
        return [*before, self._passed(packet)]

    def rest(self) -> list[AnyPacket]:
        """Return what still waited when the stream ended."""
        held, self._held = self._held, None
        return [] if held is None else [self._passed(held)]

    def _start(self, packet: AnyPacket) -> int | None:
        """Count a packet's times in the stream's ticks; None where they, or its size, cannot be."""
        own = packet.time_base
        if not 0 < packet.size <= MOST_BYTES or not own:
            return None
        if own != self._own:
            self._count_from(own)
        dts, pts = self._ticks(packet.dts), self._ticks(packet.pts)
        if pts is None:
            pts = dts if dts is not None else (None if self._last is None else self._ends)
        if pts is None:
            return None
        if dts is None or dts > pts:
            dts = pts
        duration = max(0, self._ticks(packet.duration) or 0)
        ahead = 0 if self._last is None else dts - self._ends
        if max(duration, ahead) > self._farthest or max(abs(dts), abs(pts)) > self._latest:
            return None
        packet.pts, packet.dts, packet.duration = pts, dts, duration
        if own != self._time_base:
            packet.time_base = self._time_base
        return dts

    def _ticks(self, ticks: int | None) -> int | None:
        if ticks is None or self._times == self._parts:
            return ticks
        return (2 * ticks * self._times + self._parts) // (2 * self._parts)

    def _count_from(self, own: Fraction) -> None:
        """Take in how a packet counts, which seldom changes."""
        self._own = own
        factor = own / self._time_base
        self._times, self._parts = factor.numerator, factor.denominator

    def _passed(self, packet: AnyPacket) -> AnyPacket:
        """Move a packet behind the last one where the muxer's ticks make them share a time."""
        dts = packet.dts or 0
        if self._last is not None and dts <= self._last:
            dts = self._last + 1
            packet.dts, packet.pts = dts, max(packet.pts or 0, dts)
        self._last, self._ends = dts, dts + (packet.duration or 0)
        return packet
