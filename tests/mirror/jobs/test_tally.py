from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from doubles import frame_at
from rich.console import Console

from mirror.core.parsing import Parsing, Person
from mirror.jobs.run_metrics import RunHeader, RunMetrics
from pipeline.result import FlowStatistics, Result, Timing

HEADER = RunHeader("in.mp4", "out.mp4", "built-in", workers=2, threads=1)


def statistics(failed: int = 0, dropped: dict[str, int] | None = None) -> FlowStatistics:
    return FlowStatistics(3, 3, failed, 0, 0, dropped or {}, ())


NOTHING = np.zeros((4, 6), np.uint8)


def result(ticket: int, captured_at: float, ids: tuple[int, ...] = ()) -> Result[Parsing]:
    """A frame that waited 10 ms, was parsed in 20 ms, and passed all else at once."""
    parsed_at = captured_at + 0.030
    people = tuple(Person(id, 1.0, (0.0, 0.0, 1.0, 1.0)) for id in ids)
    began_at = captured_at + 0.010
    timing = Timing(captured_at, began_at, began_at, began_at, parsed_at, parsed_at, parsed_at)
    return Result(ticket, frame_at(captured_at), Parsing(NOTHING, NOTHING, people), timing)


def tally_of_three() -> RunMetrics:
    tally = RunMetrics(started_at=100.0, cpu_s=0.0)
    for ticket, ids in enumerate([(1,), (1, 2), (3,)]):
        captured_at = 100.0 + 0.1 * ticket
        tally.add(result(ticket, captured_at, ids), {"draw": 0.003}, captured_at + 0.035)
    return tally


def test_a_report_counts_frames_people_and_rates() -> None:
    report = tally_of_three().report(HEADER, statistics(), now=101.0)
    assert (report.frames, report.people, report.most_people) == (3, 3, 2)
    assert report.fps == pytest.approx(3.0)
    assert report.parse_fps == pytest.approx(100.0)  # two workers, 20 ms each
    assert report.first_frame_s == pytest.approx(0.035)
    assert report.wall_s == pytest.approx(1.0)


def test_a_report_says_how_many_workers_there_were_and_why() -> None:
    header = replace(HEADER, why="by the number of cores")
    report = tally_of_three().report(header, statistics(), now=101.0)
    assert report.as_json()["workers_why"] == "by the number of cores"
    console = Console(width=100)
    with console.capture() as said:
        console.print(report.as_table())
    assert "2 x 1 thread: by the number of cores" in said.get()


def test_every_stage_and_the_whole_delay_have_a_spread() -> None:
    report = tally_of_three().report(HEADER, statistics(), now=101.0)
    before = ["queue", "prepare", "wait", "parse", "reorder", "settle"]
    assert list(report.stages) == [*before, "hold", "draw"]
    assert sum(report.stages[name].mean for name in report.stages) == pytest.approx(
        0.035, rel=0.011
    )
    assert report.stages["parse"].p95 == pytest.approx(0.020, rel=0.011)
    assert report.latency.p50 == pytest.approx(0.035, rel=0.011)


def test_the_rate_shown_meanwhile_is_gaps_over_time() -> None:
    assert tally_of_three().fps(now=100.3) == pytest.approx(10.0)


def test_a_run_without_a_frame_reports_zeros() -> None:
    report = RunMetrics(started_at=100.0, cpu_s=0.0).report(HEADER, statistics(), now=100.5)
    assert (report.frames, report.fps, report.parse_fps) == (0, 0.0, 0.0)


def test_a_report_goes_into_json_and_back() -> None:
    report = tally_of_three().report(HEADER, statistics(dropped={"stale": 2}), now=101.0)
    read = json.loads(json.dumps(report.as_json()))
    assert read["dropped"] == {"stale": 2}
    assert read["stages"]["draw"]["mean"] == pytest.approx(0.003)


def test_the_tables_say_what_a_user_asks_first() -> None:
    report = tally_of_three().report(
        HEADER, statistics(failed=1, dropped={"overtaken": 4}), now=101.0, remarks=("2 packets",)
    )
    console = Console(width=100, record=True, quiet=False)
    with console.capture() as captured:
        console.print(report.as_table())
        console.print(report.stages_table())
    printed = captured.get()
    for expected in (
        "3, 1 with a parser's error",
        "3, at most 2 at once",
        "3.0 fps overall, 100.0 fps of parsing",
        "4 overtaken",
        "2 x 1 thread",
        "out.mp4",
        "2 packets",
        "capture to out",
    ):
        assert expected in printed


def test_the_table_of_a_run_over_pictures_speaks_of_pictures() -> None:
    report = tally_of_three().report(HEADER, statistics(), now=101.0)
    console = Console(width=100)
    with console.capture() as captured:
        console.print(report.as_table(unit="picture"))
    printed = captured.get()
    for expected in ("pictures ", "at most 2 in a picture", "first picture ", "ms a picture"):
        assert expected in printed
    for of_a_film in ("frame", "fps", "dropped"):
        assert of_a_film not in printed


def test_a_run_in_which_nobody_was_found_says_so_and_boasts_of_no_speed() -> None:
    report = replace(tally_of_three().report(HEADER, statistics(), now=101.0), people=0)
    console = Console(width=100)
    with console.capture() as captured:
        console.print(replace(report, parse_fps=130_491.6).as_table())
    printed = captured.get()
    assert "none found" in printed
    assert "of parsing" not in printed
