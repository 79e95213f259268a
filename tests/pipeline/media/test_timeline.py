"""Times of joined recordings; packets are made, not read, so that each case is exact."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import pytest
from media import write_video

from pipeline.media.timeline import Timeline

TICK = Fraction(1, 1000)


@dataclass
class MadePacket:
    dts: int | None
    stream: Any
    pts: int | None = None
    duration: int = 40
    time_base: Fraction = TICK

    def __post_init__(self) -> None:
        self.pts = self.dts

    @property
    def stream_index(self) -> int:
        return int(self.stream.index)


PICTURE, SOUND, TEXT = (
    SimpleNamespace(index=index, type=kind)
    for index, kind in enumerate(("video", "audio", "subtitle"))
)


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    with av.open(str(write_video(tmp_path / "in.ts", 10))) as file:
        return Timeline(file)


def placed(timeline: Timeline, *packets: tuple[Any, int]) -> list[int | None]:
    """Show packets to a timeline; return where each was put, in ticks."""
    made = [MadePacket(ticks, stream) for stream, ticks in packets]
    for packet in made:
        timeline.place(packet)  # type: ignore[arg-type]
    return [packet.dts for packet in made]


def test_times_without_jumps_stay(timeline: Timeline) -> None:
    packets = [(PICTURE, 1400), (SOUND, 1390), (PICTURE, 1440), (PICTURE, 9000), (SOUND, 9000)]
    assert placed(timeline, *packets) == [ticks for _, ticks in packets]
    assert timeline.jumps == 0


def test_a_clock_set_back_goes_on_where_it_was(timeline: Timeline) -> None:
    assert placed(timeline, (PICTURE, 5000), (PICTURE, 1000), (PICTURE, 1040)) == [5000, 5040, 5080]
    assert timeline.jumps == 1


def test_a_clock_set_far_ahead_leaves_no_gap(timeline: Timeline) -> None:
    assert placed(timeline, (PICTURE, 5000), (PICTURE, 99_000)) == [5000, 5040]


def test_sound_moves_with_its_picture(timeline: Timeline) -> None:
    moved = placed(timeline, (PICTURE, 5000), (SOUND, 4980), (PICTURE, 1000), (SOUND, 990))
    assert moved == [5000, 4980, 5040, 5030]
    assert timeline.jumps == 1


def test_sound_of_the_piece_before_that_comes_late_stays_with_it(timeline: Timeline) -> None:
    packets = [(PICTURE, 8000), (SOUND, 7900), (PICTURE, 1000), (SOUND, 7940), (SOUND, 990)]
    assert placed(timeline, *packets) == [8000, 7900, 8040, 7940, 8030]
    assert timeline.jumps == 1


def test_subtitles_follow_but_find_no_jumps(timeline: Timeline) -> None:
    packets = [(PICTURE, 5000), (TEXT, 5000), (TEXT, 60_000), (PICTURE, 1000), (TEXT, 1000)]
    assert placed(timeline, *packets) == [5000, 5000, 60_000, 5040, 5040]


def test_a_packet_is_not_shown_hours_after_it_is_decoded(timeline: Timeline) -> None:
    packet = MadePacket(5000, PICTURE)
    packet.pts = 40_000_000
    timeline.place(packet)  # type: ignore[arg-type]
    assert (packet.dts, packet.pts) == (5000, 5000)


def test_a_file_whose_clock_cannot_jump_is_left_alone(tmp_path: Path) -> None:
    with av.open(str(write_video(tmp_path / "in.mp4", 2))) as file:
        timeline = Timeline(file)
    assert placed(timeline, (PICTURE, 5000), (PICTURE, 1000)) == [5000, 1000]


def test_matroska_may_leap_ahead_but_starts_anew_at_its_beginning_only(tmp_path: Path) -> None:
    with av.open(str(write_video(tmp_path / "in.mkv", 2))) as file:
        timeline = Timeline(file)
    packets = [(PICTURE, 0), (PICTURE, 90_000), (PICTURE, 70_000), (SOUND, 90_000), (PICTURE, 20)]
    assert placed(timeline, *packets, (SOUND, 0)) == [0, 90_000, 70_000, 90_000, 90_040, 90_020]
    assert timeline.jumps == 1
