"""What keeps packets with impossible times or sizes from a muxer, which they could abort."""

from __future__ import annotations

from fractions import Fraction

from pipeline.timeline import AnyPacket

MOST_BYTES = 32 << 20  # of a packet of sound or subtitles
_MOST_TICKS = 2**31 - 1  # between two packets: FFmpeg's MP4 muxer asserts it
_LONGEST_S = Fraction(24 * 3600)  # of a silence
_SUSPECT_S = Fraction(10)  # a leap ahead of sound that the next packet has to confirm
_LATEST_S = Fraction(2**31)  # sixty-eight years


class PacketScreen:
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
        self._last: int | None = None
        self._ends: Fraction | None = None
        self._held: AnyPacket | None = None
        self.left_out = 0

    def admit(self, packet: AnyPacket) -> list[AnyPacket]:
        """Return what can be written now: none, this packet, or one that waited and this one.

        Times become those of the stream's time base, strictly increasing.
        """
        if not self._is_sane(packet):
            self.left_out += 1
            return []
        held, self._held = self._held, None
        if held is not None:
            if self._start(packet) >= self._start(held):
                return [self._counted(held), *self.admit(packet)]
            self.left_out += 1
        if self._leaps(packet):
            self._held = packet
            return []
        if self._last is not None and self._ends is not None:
            behind = self._ends - self._start(packet)
            if behind > _SUSPECT_S:  # it cannot be moved to where it would be heard
                self.left_out += 1
                return []
        return [self._counted(packet)]

    def rest(self) -> list[AnyPacket]:
        """Return what still waited when the stream ended."""
        held, self._held = self._held, None
        return [] if held is None else [self._counted(held)]

    def _is_sane(self, packet: AnyPacket) -> bool:
        if not 0 < packet.size <= MOST_BYTES or not packet.time_base:
            return False
        if packet.dts is None and packet.pts is None:
            if self._ends is None:
                return False
            packet.pts = round(self._ends / packet.time_base)
        if packet.pts is None:
            packet.pts = packet.dts
        if packet.dts is None or (packet.pts is not None and packet.pts < packet.dts):
            packet.dts = packet.pts
        if packet.duration is None or packet.duration < 0:
            packet.duration = 0
        if packet.duration * packet.time_base > _LONGEST_S:
            return False
        start = self._start(packet)
        return abs(start) < _LATEST_S and (self._ends is None or self._is_near(start))

    def _is_near(self, start: Fraction) -> bool:
        assert self._ends is not None
        ahead = start - self._ends
        return ahead < _LONGEST_S and ahead / self._time_base < _MOST_TICKS // 2

    def _leaps(self, packet: AnyPacket) -> bool:
        if not self._confirm or self._ends is None:
            return False
        return self._start(packet) - self._ends > _SUSPECT_S

    def _counted(self, packet: AnyPacket) -> AnyPacket:
        """Count in the muxer's ticks, of which no two packets may share one."""
        base = self._time_base
        assert packet.dts is not None
        assert packet.pts is not None
        dts, pts = (round(ticks * packet.time_base / base) for ticks in (packet.dts, packet.pts))
        if self._last is not None and dts <= self._last:
            dts = self._last + 1
        duration = round((packet.duration or 0) * packet.time_base / base)
        packet.dts, packet.pts, packet.duration = dts, max(pts, dts), duration
        packet.time_base = base
        self._last, self._ends = dts, (dts + duration) * base
        return packet

    @staticmethod
    def _start(packet: AnyPacket) -> Fraction:
        assert packet.dts is not None
        return packet.dts * packet.time_base
