from __future__ import annotations

from doubles import FakeClock

from mirror.live.readout import (
    banner,
    clock_time,
    headline,
    nice_ceiling,
    notice,
    rows,
    stage_rows,
)
from mirror.live.session.alerts import Alert
from mirror.live.session.confirmations import Confirmations
from mirror.live.session.live_metrics import Figures
from mirror.live.session.session_status import Phase, Sentence, Status
from mirror.live.sources.source_choice import AddressChoice
from mirror.live.translations import speaker
from pipeline.result import FlowStatistics

ENGLISH, CHINESE = speaker("en"), speaker("zh_CN")


def test_before_the_first_frame_no_figure_is_made_up() -> None:
    told = dict(rows(Figures(), (1, "asked"), 1, ENGLISH))
    assert told["Delay, median"] == told["Mask behind picture"] == "–"  # noqa: RUF001
    assert str(headline(Figures())) == "– fps  – ms"  # noqa: RUF001


def test_the_headline_has_frames_painted_and_the_median_latency() -> None:
    assert str(headline(Figures(painted=29.6, latency=(0.0423, 0.06, 0.08)))) == "30 fps  42 ms"


def test_every_figure_has_a_name() -> None:
    statistics = FlowStatistics(100, 90, 0, 1, 1, {"overtaken": 9, "stale": 1}, ())
    told = dict(
        rows(
            Figures(30.0, 25.0, 29.5, (0.04, 0.06, 0.08), 0.1, (), statistics, 90, 3, 1.5, 321),
            (2, "cores"),
            2,
            ENGLISH,
        )
    )
    assert told["Pictures coming in"] == "30.0 fps"
    assert told["Delay, 95 of 100"] == "60 ms"
    assert told["Mask behind picture"] == "100 ms"
    assert told["Left out"] == (
        "9 frames skipped to keep up\n1 frame came too late\n3 pictures not shown"
    )
    assert told["Workers busy"] == "1 / 2 (by cores)"
    assert told["CPU"] == "75%"
    assert told["Memory"] == "321 MB"


def test_stages_come_in_the_order_in_which_frames_pass_them() -> None:
    told = stage_rows({"parse": 0.025, "draw": 0.004}, ENGLISH)
    assert [name for name, _, _ in told][:4] == ["queue", "prepare", "wait", "parse"]
    assert ("parse", "parsing", "25.0") in told


def test_a_lost_camera_says_when_it_is_tried_again() -> None:
    lost = Alert(Sentence("camera 0 delivers no pictures"), retry_at=104.2)
    assert banner(lost, 100.0, ENGLISH) == "camera 0 delivers no pictures. Trying again in 4 s"
    assert banner(lost, 105.0, CHINESE).endswith("。0 秒后重试")
    assert banner(Alert(Sentence("it broke")), 100.0, ENGLISH) == "it broke"


def test_what_takes_its_time_is_named_after_half_a_second() -> None:
    def told(phase: Phase, elapsed_s: float) -> str:
        status = Status(phase, since=100.0)
        choice = AddressChoice("rtsp://host/a")
        return notice(status, 100.0 + elapsed_s, choice, "m2fp", ENGLISH)

    assert told("opening", 0.4) == ""
    assert told("opening", 0.6) == "Opening rtsp://host/a…"
    assert told("loading", 0.6) == "Loading the parser m2fp…"
    assert told("running", 0.6) == ""


def test_an_empty_picture_is_said_to_be_so_after_a_while() -> None:
    def told(alone_s: float, phase: Phase = "running", parser: str = "built-in") -> str:
        return notice(Status(phase), 9.0, AddressChoice("rtsp://host/a"), parser, ENGLISH, alone_s)

    assert told(1.0) == ""
    assert told(4.0) == "Nobody here"
    assert told(4.0, phase="lost") == ""
    assert told(4.0, parser="none") == ""  # nobody looks


def test_a_confirmation_is_there_for_a_while_and_says_where_it_leads() -> None:
    clock = FakeClock()
    told = Confirmations(clock)
    assert not told.current
    told.tell(Sentence("Saved it"), is_of_file=True)
    assert str(told.current) == "Saved it"
    assert told.leads_to_folder
    clock.now += 60.0
    assert not told.current
    assert not told.leads_to_folder
    told.tell(Sentence("Done"))
    assert not told.leads_to_folder


def test_times_are_written_as_players_write_them() -> None:
    assert [clock_time(seconds) for seconds in (0, 61.9, 3725)] == ["0:00", "1:01", "1:02:05"]


def test_the_plots_scale_is_round_and_one_slow_second_does_not_set_it() -> None:
    usual = [{"parse": 0.02, "draw": 0.013}] * 9
    assert nice_ceiling([{}, *usual, {"prepare": 3.0}]) == 0.05
    assert nice_ceiling([]) == 0.02
