"""The coach's report on made people: what is in the page, and what is not."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from fractions import Fraction

import cv2
import numpy as np
import pytest
from mannequins import labels_of_one
from trainees import bodies_doing

from mirror.coach.body import Body
from mirror.coach.coach import Coach
from mirror.coach.counting.repetition import Repetition
from mirror.coach.exercises.catalogue import find_exercise
from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing, Person, Pose
from mirror.core.skeleton import LANDMARKS
from mirror.outputs.coach_history import KeptSet
from mirror.outputs.coach_report.charts import Band, angle_chart, tempo_bar
from mirror.outputs.coach_report.page import report_page
from mirror.outputs.coach_report.symmetry import side_ranges
from mirror.outputs.coach_report.thumbnails import Thumbnails
from mirror.outputs.coach_report.trends import trend_chart
from mirror.rendering.effects.registry import effect_of
from mirror.rendering.overlay import Style
from pipeline.frame import BGR, Frame
from pipeline.result import Result, Timing

PARTS = label_set("built-in")
HIGH, WIDE = 120, 160
LABELS = labels_of_one(HIGH, WIDE)


def results(bodies: Iterable[Body]) -> Iterable[Result[Parsing]]:
    """Frames of a cardboard figure that moves its landmarks alone."""
    for number, body in enumerate(bodies):
        points = np.column_stack([body.image, body.visibility]).astype(np.float32)
        world = None if body.world is None else body.world.astype(np.float32)
        one = Person(1, 0.9, (50.0, 5.0, 110.0, 115.0), Pose(LANDMARKS, points, world, {}))
        parsing = Parsing(LABELS.copy(), (LABELS > 0).astype(np.uint8), (one,))
        image = np.full((HIGH, WIDE, 3), 200, np.uint8)
        frame = Frame.from_bgr(image, 0.0, round(body.time * 1000), Fraction(1, 1000))
        yield Result(number, frame, parsing, Timing(*[0.0] * 7))


def watched(
    exercise: str = "squat", hides: bool = False, **how: object
) -> tuple[Coach, Thumbnails]:
    coach = Coach([find_exercise(exercise)])
    hiding = effect_of("privacy:faces,solid", PARTS) if hides else None
    kept = Thumbnails(coach, Style.of(PARTS, opacity=0.0, outlines=False), PARTS, hiding)
    for result in results(bodies_doing(exercise, **how)):  # type: ignore[arg-type]
        coach.consume(result)
        kept.consume(result)
    return coach, kept


def pictures_in(page: str) -> list[BGR]:
    found = re.findall('src="data:image/jpeg;base64,([^"]*)"', page)
    files = [np.frombuffer(base64.b64decode(one), np.uint8) for one in found]
    return [np.asarray(cv2.imdecode(one, cv2.IMREAD_COLOR), np.uint8) for one in files]


def redness(image: BGR) -> float:
    blue, green, red = (plane.astype(int) for plane in cv2.split(image))
    return float(((red > 180) & (green < 110) & (blue < 110)).mean())


def test_the_page_says_how_often_how_far_and_how_fast() -> None:
    coach, kept = watched(count=3)
    page = report_page("my clip.mp4", coach, kept)
    assert "my clip.mp4" in page
    assert "<b>3</b>repetitions" in page
    assert page.count('class="tempo"') == 3
    assert page.count('rect class="clean"') == 3
    assert "left/right symmetry" in page
    assert pictures_in(page) == []  # nothing was wrong


def test_faults_have_a_picture_with_the_part_in_red_and_the_cue() -> None:
    coach, kept = watched(count=2, fault="leaning-forward")
    page = report_page("clip", coach, kept)
    assert "Keep your chest up" in page
    assert page.count('rect class="faulty"') == 2
    pictures = pictures_in(page)
    assert len(pictures) == 2
    assert min(redness(one) for one in pictures) > 0.02


def test_without_thumbnails_there_is_no_picture_and_the_page_says_so() -> None:
    coach, _ = watched(count=2, fault="leaning-forward")
    page = report_page("clip", coach, None)
    assert "<img" not in page
    assert "Made without pictures" in page
    assert "Keep your chest up" in page


def test_hidden_faces_are_hidden_in_what_is_kept() -> None:
    bright, dark = (
        pictures_in(report_page("clip", *watched(count=1, fault="leaning-forward", hides=hides)))[0]
        for hides in (False, True)
    )
    assert (bright < 60).all(axis=2).mean() < 0.01
    assert (dark < 60).all(axis=2).mean() > 0.03


def test_the_page_loads_nothing_and_a_title_is_no_markup() -> None:
    coach, kept = watched(count=1, fault="leaning-forward")
    page = report_page("<script>alert(1)</script>", coach, kept)
    assert "<script" not in page
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    assert "http:" not in page
    assert "https:" not in page


def test_who_did_nothing_is_not_in_it() -> None:
    coach = Coach([find_exercise("squat")])
    for body in bodies_doing("squat", count=1):
        if body.time < 0.5:
            coach.watch([body])
    assert "Nobody did a repetition" in report_page("clip", coach, None)


def test_long_runs_keep_a_bounded_number_of_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mirror.outputs.coach_report.thumbnails._MOST", 8)
    _, kept = watched(count=4)
    assert 4 <= len(kept._kept) <= 8


def test_both_sides_are_measured_and_one_that_is_not_seen_is_not_guessed() -> None:
    times = np.linspace(0.0, 2.0, 21)
    left = np.where((times > 0.4) & (times < 1.6), 90.0, 180.0)
    right = np.where((times > 0.4) & (times < 1.6), 120.0, 180.0)
    one = Repetition(0.0, 1.0, 2.0, 90.0, 1.0, 0.0, 1.0)
    ranges = side_ranges(times, np.column_stack([left, right]), one)
    assert ranges is not None
    assert (ranges.left, ranges.right) == (90.0, 60.0)
    assert ranges.symmetry == pytest.approx(2 / 3)
    unseen = np.column_stack([left, np.full_like(right, np.nan)])
    assert side_ranges(times, unseen, one) is None


def test_a_curve_has_a_gap_where_nothing_was_seen() -> None:
    times = np.arange(6.0)
    sides = np.column_stack([[1, 2, np.nan, 4, 5, 6], [np.nan] * 6])
    chart = angle_chart(times, sides, [Band(1.0, 2.0, None, True)], "°")
    line = re.search('class="left" d="([^"]*)"', chart)
    assert line is not None
    assert line[1].count("M") == 2
    assert 'class="right" d=""' in chart
    assert "nan" not in chart


def test_a_tempo_bar_is_as_long_as_the_repetition_for_the_longest() -> None:
    one = Repetition(0.0, 1.0, 2.0, 90.0, 0.5, 0.25, 0.25)
    widths = [float(x) for x in re.findall(r'y="0" width="([\d.]+)"', tempo_bar(one, 2.0))]
    assert widths == [40.0, 20.0, 20.0]


def test_of_alternating_sides_each_is_measured_in_its_own_repetitions() -> None:
    coach, _ = watched("lateral-leg-raise", count=4, yaw=0.0)
    sides = [one.side for one in coach.report().people[0].found.done.repetitions]  # type: ignore[union-attr]
    page = report_page("clip", coach, None)
    symmetry = re.search(r"<b>(\d+) %</b>left/right symmetry", page)
    assert {"left", "right"} <= set(sides)
    assert symmetry is not None
    assert int(symmetry[1]) > 90  # the made figure does the same on both sides


def test_a_set_is_shown_beside_earlier_ones_of_its_exercise_and_no_others() -> None:
    coach, kept = watched(count=3)
    past = [
        KeptSet(86_400.0 * day, "c.mp4", 1, exercise, count, 0, 0.0, 80.0 + day)
        for day, exercise, count in ((1, "squat", 5), (2, "lunge", 9), (3, "squat", 8))
    ]
    page = report_page("c.mp4", coach, kept, past)
    assert page.count('class="past"') == 2
    assert page.count('class="now"') == 1
    assert page.count('class="ranges"') == 1
    assert "From set to set" in page
    assert "From set to set" not in report_page("c.mp4", coach, kept, past[1:2])


def test_a_trend_goes_no_farther_back_than_there_is_room() -> None:
    many = [KeptSet(float(day), "c.mp4", 1, "plank", 0, 0, 20.0 + day) for day in range(100)]
    chart = trend_chart(many, 0, 60.0, None)
    assert chart.count("<rect") == 24
    assert chart.count('class="ranges"') == 0
    assert ">60<" in chart


def test_a_line_has_a_gap_where_nobody_was_there() -> None:
    times = np.concatenate([np.arange(0.0, 2.0, 0.1), np.arange(4.0, 6.0, 0.1)])
    sides = np.column_stack([np.sin(times), np.cos(times)])
    chart = angle_chart(times, sides, [], "°")
    assert [path.count("M") for path in re.findall(r' d="([^"]*)"', chart)] == [2, 2]
