"""Which packets a muxer gets to see; times are exact, in milliseconds."""

from __future__ import annotations

from fractions import Fraction

import av
import pytest

from pipeline.media.timeline import AnyPacket
from pipeline.sinks.stream_copy.packet_filter import PacketFilter

MS = Fraction(1, 1000)


def packet(dts: int | None, duration: int = 20, pts: int | None = None, size: int = 8) -> AnyPacket:
    made: AnyPacket = av.Packet(bytes(size))
    made.dts, made.pts = dts, dts if pts is None else pts
    made.duration, made.time_base = duration, MS
    return made


def seen(screen: PacketFilter, *packets: AnyPacket) -> list[int | None]:
    """Return at what times a muxer sees packets, those too that waited until the end."""
    passed = [one for shown in packets for one in screen.admit(shown)]
    return [one.dts for one in [*passed, *screen.rest()]]


@pytest.fixture
def screen() -> PacketFilter:
    return PacketFilter(MS, confirm_leaps=True)


def test_packets_in_order_pass(screen: PacketFilter) -> None:
    assert seen(screen, packet(-20), packet(0), packet(20)) == [-20, 0, 20]
    assert screen.left_out == 0


def test_times_are_those_of_the_muxer_and_no_two_are_the_same(screen: PacketFilter) -> None:
    coarse = PacketFilter(Fraction(1, 100), confirm_leaps=True)
    assert seen(coarse, packet(0), packet(4), packet(11), packet(31)) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "wrong",
    [
        packet(20, size=0),
        packet(20, duration=2**40),
        packet(2**62),
        packet(-(2**62)),
        packet(40 * 3600 * 1000),
    ],
)
def test_what_cannot_be_is_left_out(screen: PacketFilter, wrong: AnyPacket) -> None:
    assert seen(screen, packet(0), wrong, packet(40)) == [0, 40]
    assert screen.left_out == 1


def test_a_leap_ahead_that_the_next_packet_does_not_confirm_is_left_out(
    screen: PacketFilter,
) -> None:
    assert seen(screen, packet(0), packet(700_000), packet(20), packet(40)) == [0, 20, 40]
    assert screen.left_out == 1


def test_a_silence_passes(screen: PacketFilter) -> None:
    assert seen(screen, packet(0), packet(700_000), packet(700_020)) == [0, 700_000, 700_020]


def test_subtitles_far_apart_do_not_wait(screen: PacketFilter) -> None:
    subtitles = PacketFilter(MS, confirm_leaps=False)
    subtitles.admit(packet(0))
    assert [one.dts for one in subtitles.admit(packet(700_000))] == [700_000]


def test_a_packet_without_times_follows_the_last(screen: PacketFilter) -> None:
    untimed = packet(None)
    assert seen(screen, packet(None), packet(0), untimed) == [0, 20]
    assert screen.left_out == 1


def test_a_packet_is_not_shown_before_it_is_decoded(screen: PacketFilter) -> None:
    assert seen(screen, packet(0), packet(40, pts=20)) == [0, 20]


def test_a_negative_length_is_none(screen: PacketFilter) -> None:
    (passed,) = screen.admit(packet(0, duration=-5))
    assert passed.duration == 0
