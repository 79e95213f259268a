from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from broadcast import download
from doubles import FakeClock, HandFed, frame_at, grey, number_of, numbered, until
from leaving import Held, left_half_read, left_unread
from mannequins import parsing_of_one
from media import number_in, write_video

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig, load
from mirror.live.display.display_options import DisplayOptions, compose
from mirror.live.display.frame_compositor import FrameCompositor
from mirror.live.display.mailbox import Latest
from mirror.live.display.mask_sync import Pair
from mirror.live.display.render_thread import RenderedFrame
from mirror.live.display.viewport import Fit, placed
from mirror.live.session.lazy_parser import LazyParser
from mirror.live.session.live_metrics import STAGES, LiveMetrics
from mirror.live.session.live_session import Session
from mirror.live.session.session_status import PARSER_FAILED
from mirror.live.session.view_preferences import ViewPreferences
from mirror.live.sources.media_player import Player
from mirror.live.sources.source_choice import (
    AddressChoice,
    CameraChoice,
    Choice,
    FileChoice,
    OpenSource,
    address_of,
    are_same,
    choice_of,
    open_choice,
)
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.nothing import Nothing, empty
from pipeline.errors import CameraNotFound, Closed, SourceError
from pipeline.frame import Frame
from pipeline.result import Result, Timing
from pipeline.sources import Source
from pipeline.sources.network.url import NetworkCamera
from pipeline.sources.paced import Paced

PARTS = label_set("built-in")
CAMERA = CameraChoice(0)


def no_parser() -> ParserConfig:
    flags = {"parser.name": "none", "parser.workers": 1, "parser.threads": 1}
    return load(flags=flags).parser


def result_of(frame: Frame, parsing: Parsing | None = None) -> Result[Parsing]:
    at = frame.captured_at
    return Result(0, frame, parsing or empty(frame), Timing(at, at, at, at, at, at, at))


# the mailbox


def test_what_nobody_took_in_time_is_replaced() -> None:
    latest: Latest[int] = Latest()
    latest.put(1)
    latest.put(2)
    assert (latest.take(), latest.take()) == (2, None)


def test_closing_wakes_whoever_waits_for_an_empty_place(
    in_thread: Callable[[Callable[[], None]], Any],
) -> None:
    latest: Latest[int] = Latest()
    latest.put(1)

    def wait() -> None:
        with pytest.raises(Closed):
            latest.wait_empty()

    in_thread(wait)
    latest.close()


# what can be chosen


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("1", CameraChoice(1)),
        ("/dev/video2", CameraChoice("/dev/video2")),
        ("rtsp://host/stream", AddressChoice("rtsp://host/stream")),
        (" squats.mp4 ", FileChoice(Path("squats.mp4"))),
    ],
)
def test_a_text_names_what_to_look_at(text: str, choice: object) -> None:
    assert choice_of(text) == choice


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("10.0.0.7/stream", AddressChoice("http://10.0.0.7/stream")),
        (" me:secret@cam.local:554/a ", AddressChoice("rtsp://me:secret@cam.local:554/a")),
        ("rtsp://host/stream", AddressChoice("rtsp://host/stream")),
        ("1", CameraChoice(1)),
        (__file__, FileChoice(Path(__file__))),
    ],
)
def test_an_address_may_come_without_what_it_begins_with(text: str, choice: object) -> None:
    assert address_of(text) == choice


def test_a_password_is_not_shown() -> None:
    assert AddressChoice("rtsp://me:secret@host/a").title == "rtsp://host/a"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (CameraChoice(1), CameraChoice("/dev/video1", (480, 640), 30), True),
        (CameraChoice(1), CameraChoice(2), False),
        (FileChoice(Path("a.mp4")), FileChoice(Path("a.mp4"), 3.0, paused=True), True),
        (AddressChoice("rtsp://host/a"), AddressChoice("rtsp://host/b"), False),
        (FileChoice(Path("/dev/video1")), CameraChoice(1), True),
    ],
)
def test_a_source_is_the_same_however_it_is_opened(one: Choice, other: Choice, same: bool) -> None:
    assert are_same(one, other) == same


# where the picture lies


@pytest.mark.parametrize(
    ("fit", "crop", "box"),
    [
        ("fit", (0, 0, 200, 100), (0, 50, 100, 200)),
        ("fill", (50, 0, 150, 100), (0, 0, 200, 200)),
        ("actual", (0, 0, 200, 100), (0, 50, 100, 200)),
    ],
)
def test_a_wide_picture_lies_in_a_square_view(
    fit: Fit, crop: tuple[int, ...], box: tuple[int, ...]
) -> None:
    where = placed((100, 200), (200, 200), fit)
    assert where.crop == crop
    assert (where.x, where.y, where.height, where.width) == box


def test_pixel_for_pixel_shows_the_middle_of_what_is_larger_than_the_view() -> None:
    where = placed((1000, 2000), (100, 100), "actual")
    assert where.crop == (950, 450, 1050, 550)
    assert (where.height, where.width) == (100, 100)


# the picture


def test_the_mirror_turns_the_picture_and_not_the_frame() -> None:
    image = np.zeros((10, 20, 3), np.uint8)
    image[:, :10] = 200
    frame = Frame.from_bgr(image, 0.0)
    for is_mirrored, bright in ((True, 19), (False, 0)):
        picture = compose(frame, None, DisplayOptions(mirrored=is_mirrored), PARTS, (10, 20))
        assert picture.image[5, bright, 0] == 200
    assert frame.bgr[5, 0, 0] == 200


@pytest.mark.parametrize("view", [(60, 80), (120, 160), (240, 320)])
def test_parts_are_drawn_at_every_size_of_the_view(view: tuple[int, int]) -> None:
    frame = Frame.from_bgr(np.zeros((120, 160, 3), np.uint8), 0.0)
    look = DisplayOptions(mirrored=False, opacity=1.0, outlines=False)
    picture = compose(frame, parsing_of_one(), look, PARTS, view)
    assert picture.image.shape == (*view, 4)
    torso = picture.image[round(view[0] * 4.5 / 12), view[1] // 2, :3]
    assert np.allclose(torso, (0x6B, 0xBF, 0x3F), atol=2)


def test_hidden_parts_and_no_overlay_leave_the_picture_as_it_is() -> None:
    frame = Frame.from_bgr(np.zeros((120, 160, 3), np.uint8), 0.0)
    for look in (DisplayOptions(overlay=False), DisplayOptions(hidden=frozenset(PARTS.names))):
        assert not compose(frame, parsing_of_one(), look, PARTS, (120, 160)).image[..., :3].any()


def test_side_by_side_has_the_original_on_the_left() -> None:
    frame = Frame.from_bgr(np.zeros((120, 160, 3), np.uint8), 0.0)
    look = DisplayOptions(side_by_side=True)
    image = compose(frame, parsing_of_one(), look, PARTS, (120, 320)).image
    assert image.shape == (120, 320, 4)
    assert not image[:, :160, :3].any()
    assert image[:, 160:, :3].any()


# what the user wants


def test_a_slow_parser_changes_the_mode_only_while_it_is_there() -> None:
    built_in = load().parser
    slow = built_in.changed(name="m2fp")
    wanted = ViewPreferences.at_first(DisplayOptions(mode="exact"), built_in).with_parser(
        slow, worked=True
    )
    assert (wanted.look.mode, wanted.carries) == ("exact", True)  # carried masks hold nothing up
    assert wanted.kept.mode == "exact"
    assert wanted.with_parser(built_in, worked=True).look.mode == "exact"
    own = wanted.with_look(DisplayOptions(mode="live"))
    assert own.look.mode == "live"


def test_a_slow_parser_whose_masks_are_not_to_be_carried_does_not_hold_up_the_picture() -> None:
    slow = load().parser.changed(name="m2fp")
    wanted = ViewPreferences.at_first(DisplayOptions(), slow, timing="live")
    assert (wanted.look.mode, wanted.carries) == ("live", False)


def test_masks_of_a_fast_parser_are_carried_where_that_is_asked_for() -> None:
    built_in = load().parser
    assert not ViewPreferences.at_first(DisplayOptions(), built_in).carries
    assert ViewPreferences.at_first(DisplayOptions(), built_in, timing="carried").carries


def test_what_failed_is_nothing_to_go_back_to() -> None:
    built_in = load().parser
    slow = built_in.changed(name="m2fp")
    other = slow.changed(runtime="torch")
    wanted = ViewPreferences.at_first(DisplayOptions(), built_in).with_parser(slow, worked=True)
    assert wanted.with_parser(other, worked=False).before == built_in
    assert wanted.with_parser(other, worked=True).before == slow


# frame and mask meet


def test_live_shows_the_newest_frame_and_exact_the_one_that_the_mask_belongs_to(
    clock: FakeClock,
) -> None:
    old, new = frame_at(1.0, 1), frame_at(2.0, 2)
    for mode, shown, age_s in (("live", new, 1.0), ("exact", old, 0.0)):
        easel = FrameCompositor(DisplayOptions(mode=mode), (10, 10), clock)  # type: ignore[arg-type]
        easel.captured(old)
        easel.parsed(result_of(old))
        easel.captured(new)
        pair = easel.wait_task().pair
        assert pair.frame is shown
        assert pair.mask_age_s == age_s


def test_frames_are_shown_before_the_first_mask_is_there(clock: FakeClock) -> None:
    easel, frame = FrameCompositor(DisplayOptions(mode="exact"), (10, 10), clock), frame_at(1.0)
    easel.captured(frame)
    assert easel.wait_task().pair.frame is frame


def test_another_look_draws_the_same_frame_again(clock: FakeClock) -> None:
    easel = FrameCompositor(DisplayOptions(), (10, 10), clock)
    easel.captured(frame_at(1.0))
    first = easel.wait_task()
    easel.show(DisplayOptions(opacity=0.1), (10, 10))
    again = easel.wait_task()
    assert again.pair.frame is first.pair.frame
    assert again.look.opacity == 0.1


def test_a_mask_for_a_held_frame_is_drawn_although_no_frame_follows(clock: FakeClock) -> None:
    easel, frame = FrameCompositor(DisplayOptions(mode="live"), (10, 10), clock), frame_at(1.0)
    easel.captured(frame)
    easel.wait_task()
    easel.parsed(result_of(frame))
    clock.now += 1.0
    assert easel.wait_task().pair.result is not None


def test_a_frame_that_is_replaced_before_it_is_drawn_is_told(clock: FakeClock) -> None:
    easel, frames = FrameCompositor(DisplayOptions(mode="live"), (10, 10), clock), numbered(4)
    assert not easel.captured(frames[0])
    assert easel.captured(frames[1])
    assert not easel.parsed(result_of(frames[0]))
    easel.wait_task()
    assert not easel.captured(frames[2])
    assert easel.captured(frames[3])


def test_pictures_that_come_in_a_burst_are_drawn_one_by_one(clock: FakeClock) -> None:
    easel, frames = FrameCompositor(DisplayOptions(mode="exact"), (10, 10), clock), numbered(3)
    left_out = []
    for frame in frames:
        easel.captured(frame)
        left_out.append(easel.parsed(result_of(frame)))
    assert left_out == [False, False, True]
    pairs = [easel.wait_task().pair for _ in range(2)]
    assert [pair.frame for pair in pairs] == frames[1:]
    assert [pair.mask_age_s for pair in pairs] == [0.0, 0.0]


def test_masks_that_wait_are_of_no_interest_once_the_newest_is_wanted(clock: FakeClock) -> None:
    easel, frames = FrameCompositor(DisplayOptions(mode="exact"), (10, 10), clock), numbered(3)
    for frame in frames[:2]:
        easel.captured(frame)
        easel.parsed(result_of(frame))
    easel.show(DisplayOptions(mode="live"), (10, 10))
    newest = result_of(frames[2])
    easel.parsed(newest)
    assert easel.wait_task().pair.result is newest


# the figures


def test_rates_and_latencies_are_those_of_the_frames() -> None:
    gauges = LiveMetrics()
    for number in range(41):
        at = 100 + number / 20
        gauges.captured(at)
        if number % 2 == 0:
            gauges.painted(at - 0.040, 0.0, {"draw": 0.005, "show": 0.010}, at)
    figures = gauges.read(102.0, 0.0, 0, None)
    assert figures.captured == pytest.approx(20.0)
    assert figures.painted == pytest.approx(10.0)
    assert figures.latency == pytest.approx((0.040, 0.040, 0.040))
    assert figures.stages == pytest.approx({"draw": 0.005, "show": 0.010})


def test_where_nothing_is_painted_there_is_no_latency() -> None:
    gauges = LiveMetrics()
    gauges.painted(99.9, 0.2, {}, 100.0)
    assert gauges.read(102.0, 0.0, 0, None).mask_age_s == pytest.approx(0.2)
    figures = gauges.read(102.2, 0.0, 0, None)
    assert (figures.latency, figures.mask_age_s) == (None, None)
    gauges.painted(200.0, 0.0, {}, 204.0)  # a parser that takes so long is no standstill
    assert gauges.read(209.0, 0.0, 0, None).latency is not None


@pytest.mark.parametrize("is_exact", [True, False])
def test_the_stages_of_a_picture_add_up_to_its_latency(is_exact: bool) -> None:
    frame = frame_at(1.0)
    timing = Timing(1.0, 1.1, 1.3, 1.6, 2.0, 2.1, 2.2)
    pair = Pair(frame, Result(0, frame, empty(frame), timing))
    picture = compose(frame, None, DisplayOptions(), PARTS, (10, 10))
    stages = RenderedFrame(picture, pair, PARTS, is_exact, begun_at=2.5, drawn_at=2.6).stages(3.0)
    assert sum(stages.values()) == pytest.approx(2.0)
    assert stages["hold"] == pytest.approx(0.3 if is_exact else 1.5)
    assert list(stages) == [*STAGES] if is_exact else ["hold", "draw", "show"]


def test_latencies_are_of_the_last_minute_only() -> None:
    gauges = LiveMetrics()
    gauges.painted(0.0, 0.0, {}, 9.0)
    gauges.painted(99.9, 0.0, {}, 100.0)
    assert gauges.read(100.0, 0.0, 0, None).latency == pytest.approx((0.1, 0.1, 0.1))


def test_cpu_is_told_in_cores_since_the_last_look() -> None:
    gauges = LiveMetrics()
    gauges.read(10.0, 5.0, 0, None)
    assert gauges.read(12.0, 8.0, 0, None).cpu == pytest.approx(1.5)


def test_the_history_has_a_place_for_every_second() -> None:
    gauges = LiveMetrics()
    gauges.painted(99.0, 0.0, {"draw": 0.1}, 100.5)
    gauges.painted(99.0, 0.0, {"draw": 0.3}, 100.7)
    history = gauges.read(102.0, 0.0, 0, None).history
    assert len(history) == 60
    assert history[-3] == pytest.approx({"draw": 0.2})
    assert history[-1] == history[-2] == {}


# the player


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_video(tmp_path / "film.mp4", 10, rate=10)


def _numbers(frames: Iterator[Frame], count: int) -> list[int]:
    return [number_in(next(frames).picture) for _ in range(count)]


def test_a_film_is_played_over_and_over(film: Path, clock: FakeClock) -> None:
    player = Player(film, clock=clock, speed=math.inf)
    assert _numbers(iter(player), 12) == [*range(10), 0, 1]
    player.close()


def test_a_duration_that_is_wrong_is_not_told(tmp_path: Path, clock: FakeClock) -> None:
    film = write_video(tmp_path / "film.mjpeg", 10, rate=25, codec="mjpeg", pixel_format="yuvj420p")
    player = Player(film, clock=clock, speed=math.inf)
    frames = iter(player)
    _numbers(frames, 5)
    assert player.duration_s is None
    _numbers(frames, 6)  # once it was played, its length is known
    assert player.duration_s == pytest.approx(0.4)
    player.close()


def test_a_paused_film_shows_its_first_frame_and_steps_both_ways(
    film: Path, clock: FakeClock
) -> None:
    player = Player(film, paused=True, clock=clock)
    frames = iter(player)
    assert _numbers(frames, 1) == [0]
    player.step(3)
    assert _numbers(frames, 3) == [1, 2, 3]
    player.step(-1)
    assert _numbers(frames, 1) == [2]
    player.seek(0.7)
    assert _numbers(frames, 1) == [7]
    assert player.position_s == pytest.approx(0.7)
    player.close()


def test_a_film_that_is_paused_shows_its_picture_once_more_to_be_looked_at_closely(
    film: Path, clock: FakeClock
) -> None:
    player = Player(film, clock=clock, speed=math.inf)
    frames = iter(player)
    playing = [next(frames) for _ in range(4)]
    player.pause()
    held = next(frames)
    assert number_in(held.picture) == 3
    assert [frame.is_held for frame in (*playing, held)] == [False] * 4 + [True]
    assert held.time == playing[-1].time  # nothing has gone by
    player.step(1)
    assert next(frames).is_held
    player.pause(False)
    assert not next(frames).is_held
    player.close()


def test_a_frames_time_says_how_far_has_been_gone_in_the_film_whichever_way(
    film: Path, clock: FakeClock
) -> None:
    player = Player(film, paused=True, clock=clock)
    frames = iter(player)
    times = [next(frames).time]
    moves: list[Callable[[], None]] = [
        lambda: player.step(1),
        lambda: player.step(-1),
        lambda: player.seek(0.6),
    ]
    for move in moves:
        clock.now += 7.0  # somebody thinks it over
        move()
        times.append(next(frames).time)
    assert np.diff(times) == pytest.approx([0.1, 0.1, 0.6])
    player.set_speed(math.inf)
    player.pause(False)
    times = [next(frames).time for _ in range(6)]  # over the end
    assert np.diff(times) == pytest.approx([0.1] * 5)
    player.close()


def test_the_films_own_time_survives_leaps_steps_loops_and_speed(
    film: Path, clock: FakeClock
) -> None:
    player = Player(film, paused=True, clock=clock)
    frames = iter(player)
    moves: list[Callable[[], None]] = [
        lambda: None,
        lambda: player.step(1),
        lambda: player.step(-1),
        lambda: player.seek(0.7),
    ]
    found = []
    for move in moves:
        move()
        found.append(next(frames).media_time)
    player.set_speed(math.inf)
    player.pause(False)
    found += [next(frames).media_time for _ in range(4)]  # over the end
    tenths = [0, 1, 0, 7, 8, 9, 0, 1]
    assert found == [Fraction(tenth, 10) for tenth in tenths]
    player.close()


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_what_is_timed_by_a_frames_time_is_the_same_at_any_speed(
    film: Path, clock: FakeClock, speed: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = Player(film, clock=clock, speed=speed)

    def pass_by(seconds: float | None) -> None:
        clock.now += seconds or 0.0

    monkeypatch.setattr(player._changed, "wait", pass_by)
    frames = [frame for _, frame in zip(range(6), player, strict=False)]
    assert np.diff([frame.captured_at for frame in frames]) == pytest.approx([0.1 / speed] * 5)
    assert np.diff([frame.time for frame in frames]) == pytest.approx([0.1] * 5)
    assert [frame.media_time for frame in frames] == [Fraction(n, 10) for n in range(6)]
    player.close()


def test_a_film_stays_at_its_end_with_its_last_picture_held(film: Path, clock: FakeClock) -> None:
    player = Player(film, start_s=0.8, clock=clock, speed=math.inf, loops=False)
    frames = iter(player)
    shown = [next(frames) for _ in range(3)]
    assert [number_in(frame.picture) for frame in shown] == [8, 9, 9]
    assert [frame.is_held for frame in shown] == [False, False, True]
    player.close()


def test_steps_beyond_the_end_are_not_made_up_for_from_somewhere_else(
    film: Path, clock: FakeClock, in_thread: Callable[[Callable[[], None]], threading.Thread]
) -> None:
    player = Player(film, start_s=0.8, paused=True, loops=False, clock=clock)
    seen: list[int] = []
    watching = in_thread(lambda: seen.extend(number_in(frame.picture) for frame in player))

    def last_is(number: int) -> bool:
        return bool(player.position_s == pytest.approx(number / 10))

    player.step(50)  # a key that is held
    until(lambda: last_is(9))
    player.step(3)
    player.step(-1)
    until(lambda: last_is(8))
    player.seek(0.2)
    until(lambda: last_is(2))
    player.step(1)
    until(lambda: last_is(3))
    player.close()
    watching.join(5.0)
    assert seen == [8, 9, 8, 2, 3]


def test_a_film_can_begin_anywhere(film: Path, clock: FakeClock) -> None:
    player = Player(film, start_s=0.5, paused=True, clock=clock)
    assert _numbers(iter(player), 1) == [5]
    assert player.duration_s == pytest.approx(1.0)
    player.close()


def test_a_film_that_cannot_be_searched_begins_anew(tmp_path: Path, clock: FakeClock) -> None:
    bare = write_video(tmp_path / "bare.h264", 10)
    player = Player(bare, clock=clock, speed=math.inf)
    frames = iter(player)
    assert [number_in(next(frames).picture) for _ in range(3)] == [0, 1, 2]
    player.seek(0.2)
    assert number_in(next(frames).picture) == 0
    player.close()


def test_without_a_loop_the_end_waits_to_be_played_again(film: Path, clock: FakeClock) -> None:
    player = Player(film, start_s=0.8, clock=clock)
    player.set_speed(math.inf)
    player.set_loops(False)
    frames = iter(player)
    assert _numbers(frames, 2) == [8, 9]
    player.seek(0.3)
    assert _numbers(frames, 1) == [3]
    player.close()
    assert next(frames, None) is None


def test_a_film_at_an_address_is_played_at_its_own_pace_and_ends(
    tmp_path: Path, clock: FakeClock
) -> None:
    film = write_video(tmp_path / "film.mp4", 5, rate=10)

    def wait(seconds: float) -> None:
        clock.now += seconds

    with download(film) as address:
        with open_choice(AddressChoice(address)) as opened:
            assert isinstance(opened, Paced)
            assert opened.is_live
        with Paced(NetworkCamera(address), is_live=True, clock=clock, wait=wait) as source:
            frames = list(source)
    assert [number_in(frame.picture) for frame in frames] == [0, 1, 2, 3, 4]
    times = [frame.captured_at for frame in frames]
    assert times == pytest.approx([100.0, 100.1, 100.2, 100.3, 100.4])
    assert [frame.media_time for frame in frames] == [Fraction(n, 10) for n in range(5)]


def test_a_film_that_is_left_unread_or_half_way_holds_nothing_more(
    film: Path, clock: FakeClock
) -> None:
    def play() -> Player:
        return Player(film, clock=clock, speed=math.inf)

    left_unread(play)
    left_half_read(play, lambda player: player.__exit__(None, None, None))


def test_a_film_that_waits_for_its_moment_is_woken_and_freed_when_it_is_left(
    film: Path, in_thread: Callable[[Callable[[], None]], threading.Thread]
) -> None:
    before, seen = Held.now(), list[Frame]()
    with Player(film, paused=True) as player:
        reader = in_thread(lambda: seen.extend(player))
        until(lambda: len(seen) == 1)
    reader.join(5.0)
    assert not reader.is_alive()
    until(before.is_all_again)


# the session


@pytest.fixture
def shown(clock: FakeClock) -> Iterator[Callable[..., Session]]:
    """Start a session over a source made by hand; it is closed, and its threads are gone, after."""
    sessions: list[Session] = []

    def start(
        open_source: OpenSource,
        kind: LazyParser | None = None,
        after: Sequence[Session] = (),
        choice: Choice = CAMERA,
    ) -> Session:
        session = Session(
            choice,
            no_parser(),
            DisplayOptions(),
            (48, 64),
            after=after,
            kind=kind,
            open_source=open_source,
            clock=clock,
        )
        sessions.append(session)
        session.start()
        return session

    yield start
    for session in sessions:
        session.close()
        assert session.join(2.0)


def wait_rendered(
    session: Session, wanted: Callable[[RenderedFrame], bool] = lambda _: True
) -> RenderedFrame:
    """The next picture of some kind."""
    found: list[RenderedFrame] = []

    def is_there() -> bool:
        rendered = session.rendered.take()
        if rendered is not None and wanted(rendered):
            found.append(rendered)
        return bool(found)

    until(is_there)
    return found[0]


def test_a_picture_is_shown_while_the_parser_still_loads(
    shown: Callable[..., Session], clock: FakeClock
) -> None:
    loading = Latest[int]()
    loading.put(1)

    def find(name: str) -> AnyKind:
        loading.wait_empty()
        raise Closed

    source = HandFed()
    source.feed(grey(77, clock.now))
    session = shown(lambda _: source, LazyParser("slow", find))
    rendered = wait_rendered(session)
    assert rendered.picture.image[24, 32, 0] == 77
    assert rendered.pair.result is None
    assert session.status.phase == "loading"
    loading.close()


def test_no_camera_is_a_failure_and_a_lost_one_is_tried_again(
    shown: Callable[..., Session], clock: FakeClock
) -> None:
    def missing(_: Choice) -> Source:
        raise CameraNotFound(0)

    session = shown(missing)
    until(lambda: session.status.phase == "failed")
    assert "Camera 0 did not open" in str(session.status.problem)

    sources = [HandFed(), HandFed()]
    feeds = iter(sources)
    session = shown(lambda _: next(feeds))
    sources[0].feed(grey(50, clock.now))
    wait_rendered(session)
    sources[0].unplug(SourceError("source.broke", "it was unplugged"))
    sources[1].feed(grey(90, clock.now))
    wait_rendered(session, lambda rendered: bool(rendered.picture.image[24, 32, 0] == 90))
    until(lambda: session.status.phase == "running")
    statistics = session.figures().statistics
    assert statistics is not None
    assert statistics.captured == 2  # over the whole session


def test_a_lost_camera_is_tried_again_by_the_session_that_goes_on_with_it(
    shown: Callable[..., Session], clock: FakeClock
) -> None:
    source = HandFed()
    first = shown(lambda _: source)
    source.feed(grey(50, clock.now))
    wait_rendered(first)
    source.unplug(SourceError("source.broke", "it was unplugged"))
    until(lambda: first.status.phase == "lost")
    first.close()

    def missing(_: Choice) -> Source:
        raise CameraNotFound(0)

    second = shown(missing, after=[first])
    until(lambda: second.status.phase == "lost")
    assert "Camera 0 did not open" in str(second.status.problem)


def test_only_who_holds_the_same_camera_is_waited_for(
    clock: FakeClock, shown: Callable[..., Session]
) -> None:
    opens, opened = Latest[int](), threading.Event()
    opens.put(1)

    def hang(_: Choice) -> Source:
        opened.set()
        opens.wait_empty()
        raise CameraNotFound(0)

    hanging = shown(hang)
    assert opened.wait(5.0)
    hanging.close()
    sources = [HandFed(), HandFed()]
    for source, level in zip(sources, (50, 90), strict=True):
        source.feed(grey(level, clock.now))
    other = shown(lambda _: sources[0], after=[hanging], choice=CameraChoice(1))
    wait_rendered(other)
    same = shown(lambda _: sources[1], after=[hanging])
    assert same.status.phase == "opening"
    opens.take()
    wait_rendered(same)
    assert hanging.join(0.0)


def test_what_has_an_end_is_not_lost_when_it_is_there(
    shown: Callable[..., Session], clock: FakeClock
) -> None:
    source = HandFed()
    source.has_end = True  # type: ignore[attr-defined]
    session = shown(lambda _: source)
    source.feed(grey(50, clock.now))
    wait_rendered(session)
    source.close()
    until(lambda: session.status.phase == "ended")
    assert session.status.retry_at is None


def test_a_parser_that_cannot_be_loaded_is_tried_once_for_all_who_wait(
    in_thread: Callable[[Callable[[], None]], threading.Thread],
) -> None:
    tried: list[str] = []
    loading, may_fail = threading.Event(), threading.Event()

    def find(name: str) -> AnyKind:
        tried.append(name)
        loading.set()
        assert may_fail.wait(5.0)
        raise SourceError("source.broke", "no such model")

    kind = LazyParser("broken", find)

    def work() -> None:
        kind.make_parse(1)

    others = [in_thread(work) for _ in range(3)]
    assert loading.wait(5.0)
    may_fail.set()
    for other in others:
        other.join(5.0)
    assert tried == ["broken"]
    assert str(kind.failure) == "no such model"


def test_a_parser_that_fails_is_told_with_its_details_and_pictures_go_on(
    shown: Callable[..., Session], clock: FakeClock
) -> None:
    source = HandFed()
    source.feed(grey(1, clock.now))

    def find(name: str) -> AnyKind:
        raise ZeroDivisionError("division by zero")

    session = shown(lambda _: source, LazyParser("broken", find))
    until(lambda: session.status.phase == "unparsed")
    assert session.status.problem == PARSER_FAILED
    assert "ZeroDivisionError: division by zero" in session.status.details
    assert "Traceback" in session.status.details
    for level in (50, 90):
        clock.now += 0.1
        source.feed(grey(level, clock.now))
        wait_rendered(session, lambda rendered: bool(rendered.picture.image[24, 32, 0] == level))  # noqa: B023
    assert session.figures().parsed == 0.0


@pytest.mark.parametrize("step", ["prepare", "parse", "settle"])
def test_a_step_that_fails_later_leaves_the_pictures(
    shown: Callable[..., Session], clock: FakeClock, step: str
) -> None:
    class Brittle(Nothing):
        """Fails at one of its steps on every frame that is not black."""

        def make_prepare(self, live: bool) -> Callable[[Frame], None]:
            return lambda frame: self._break("prepare", frame)

        def make_parse(self, threads: int) -> Callable[[Frame, None], None]:
            return lambda frame, _: self._break("parse", frame)

        def make_settle(self) -> Callable[[Frame, None, None], Parsing]:
            def settle(frame: Frame, plan: None, raw: None) -> Parsing:
                self._break("settle", frame)
                return empty(frame)

            return settle

        def _break(self, where: str, frame: Frame) -> None:
            if where == step and number_of(frame):
                raise ZeroDivisionError(where)

    source = HandFed()
    session = shown(lambda _: source, LazyParser("brittle", lambda _: Brittle()))
    source.feed(grey(0, clock.now))
    wait_rendered(session, lambda rendered: rendered.pair.result is not None)
    source.feed(grey(50, clock.now))
    until(lambda: session.status.phase == "unparsed")
    assert session.status.problem == PARSER_FAILED
    assert f"ZeroDivisionError: {step}" in session.status.details
    source.feed(grey(90, clock.now))
    wait_rendered(session, lambda rendered: bool(rendered.picture.image[24, 32, 0] == 90))


def test_a_step_that_was_closed_while_it_was_at_work_is_no_failure_of_the_parser() -> None:
    class Slow(Nothing):
        def make_prepare(self, live: bool) -> Callable[[Frame], None]:
            return Step()

    class Step:
        is_closed = False

        def __call__(self, frame: Frame) -> None:
            if self.is_closed:
                raise RuntimeError("cannot schedule new futures after shutdown")

        def close(self) -> None:
            self.is_closed = True

    kind = LazyParser("slow", lambda _: Slow())
    step = kind.make_prepare(True)
    step(grey(0, 1.0))
    step.close()
    with pytest.raises(Closed):
        step(grey(0, 1.1))
    assert kind.failure is None


def test_a_step_that_was_closed_while_it_was_built_holds_nothing(
    in_thread: Callable[[Callable[[], None]], threading.Thread],
) -> None:
    class Slow(Nothing):
        def make_prepare(self, live: bool) -> Callable[[Frame], None]:
            is_begun.set()
            assert may_end.wait(5.0)
            return Step()

    class Step:
        def __call__(self, frame: Frame) -> None:
            raise AssertionError("it is at work")

        def close(self) -> None:
            is_closed.set()

    def work() -> None:
        with pytest.raises(Closed):
            step(grey(0, 1.0))

    is_begun, may_end, is_closed = threading.Event(), threading.Event(), threading.Event()
    kind = LazyParser("slow", lambda _: Slow())
    step = kind.make_prepare(True)
    worker = in_thread(work)
    assert is_begun.wait(5.0)
    step.close()
    may_end.set()
    worker.join(5.0)
    assert is_closed.is_set()
    assert kind.failure is None


def test_a_parser_that_does_not_answer_is_gone_on_without() -> None:
    over = threading.Event()

    class Stuck(Nothing):
        def make_parse(self, threads: int) -> Callable[[Frame, None], None]:
            def parse(frame: Frame, plan: None) -> None:
                over.wait()

            return parse

    config = no_parser().changed(parse_limit_s=0.05)
    sources = [HandFed(), HandFed()]
    feeds = iter(sources)
    session = Session(
        CameraChoice(0),
        config,
        DisplayOptions(),
        (48, 64),
        kind=LazyParser("stuck", lambda _: Stuck()),
        open_source=lambda _: next(feeds),
    )
    session.start()
    sources[0].feed(grey(50, time.monotonic()))
    sources[1].feed(grey(90, time.monotonic()))
    until(lambda: session.status.phase == "unparsed")
    assert "the limit is 0.05 s" in session.status.details
    wait_rendered(session, lambda rendered: bool(rendered.picture.image[24, 32, 0] == 90))
    over.set()
    session.close()
    assert session.join(2.0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ranks threads")
def test_threads_that_parse_let_those_go_first_that_show_pictures(
    in_thread: Callable[[Callable[[], None]], Any],
) -> None:
    ranks: list[int] = []

    def work() -> None:
        ranks.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        LazyParser("none", lambda _: Nothing()).make_parse(1)
        ranks.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    in_thread(work).join()
    before, after = ranks
    assert after == min(19, before + 5)


def test_more_workers_than_memory_has_room_for_are_refused(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirror.core.machine.free_memory_mb", lambda: 10)
    source = HandFed()
    config = load(flags={"parser.workers": 2}).parser
    session = Session(
        CameraChoice(0),
        config,
        DisplayOptions(),
        (48, 64),
        open_source=lambda _: source,
        clock=clock,
    )
    session.start()
    source.feed(grey(1, clock.now))
    until(lambda: session.status.phase == "unparsed")
    assert str(session.status.problem).startswith("2 workers of built-in need about")
    session.close()
    assert session.join(2.0)


def test_painted_frames_are_counted_once(shown: Callable[..., Session], clock: FakeClock) -> None:
    source = HandFed()
    session = shown(lambda _: source)

    def is_masked(rendered: RenderedFrame) -> bool:
        # without its mask it is an early one, and comes again after those that follow
        return rendered.pair.result is not None and number_of(rendered.pair.frame) == level

    for level in (10, 20, 30):
        source.feed(grey(level, clock.now))
        rendered = wait_rendered(session, is_masked)
        clock.now += 0.1
        session.painted(rendered)
    session.show(DisplayOptions(opacity=0.3), (48, 64))
    session.painted(wait_rendered(session))
    figures = session.figures()
    assert figures.painted == pytest.approx(10.0)
    assert figures.latency is not None
    assert figures.latency[0] == pytest.approx(0.1, abs=0.01)


def test_a_frame_that_is_painted_once_more_with_its_mask_is_one_frame(clock: FakeClock) -> None:
    session = Session(CAMERA, no_parser(), DisplayOptions(), (48, 64), clock=clock)
    picture = compose(frame_at(1.0), None, DisplayOptions(), PARTS, (4, 6))
    first, second = frame_at(1.0), frame_at(2.0)
    pairs = [Pair(first, None), Pair(second, None), Pair(first, result_of(first))]
    for pair in [*pairs, Pair(second, result_of(second))]:
        session.rendered.put(RenderedFrame(picture, pair, PARTS, True, 3.0, 3.0))
        rendered = session.take()
        assert rendered is not None
        session.painted(rendered)
    figures = session.figures()
    assert (figures.shown, figures.unseen) == (2, 0)


def test_a_picture_that_is_taken_and_not_painted_is_counted(
    shown: Callable[..., Session], clock: FakeClock
) -> None:
    source = HandFed()
    session = shown(lambda _: source)
    for level in (10, 20):
        source.feed(grey(level, clock.now))

        def is_taken() -> bool:
            rendered = session.take()
            return rendered is not None and bool(rendered.picture.image[0, 0, 0] == level)  # noqa: B023

        until(is_taken)
    assert session.figures().unseen == 1
