"""Repetitions of figures whose number is known."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trainees import SEEN, bodies_doing, coached, later, repetitions_in

from mirror.cli.main import main
from mirror.coach.body import Body
from mirror.coach.coach import Coach
from mirror.coach.counting.turning_points import TurningPoints, turns_of
from mirror.coach.exercises.catalogue import find_exercise, shipped
from mirror.core.resources import media_file
from mirror.evaluation.coaching.sequences import frames_of_lines
from mirror.evaluation.synthetic.camera import REALISTIC, Conditions, seen_by_camera
from mirror.evaluation.synthetic.idling import IDLING, idle_bodies
from mirror.evaluation.synthetic.session import random_session

REPEATED = [name for name, one in shipped().items() if one.hold is None]


@pytest.mark.parametrize("name", REPEATED)
def test_a_session_with_pauses_tempo_and_partial_movements_is_counted_exactly(name: str) -> None:
    session = random_session(shipped()[name], np.random.default_rng(7), SEEN, faulty=False)
    found = repetitions_in(session.bodies, name)
    assert len(found) == session.count
    whole = [one for one in session.planned if one.full]
    for repetition, planned in zip(found, whole, strict=True):
        assert planned.start - 0.2 <= repetition.start <= repetition.far <= repetition.end
        assert repetition.end <= planned.end + 0.3


@pytest.mark.parametrize("fps", [10.0, 24.0, 60.0])
def test_the_frame_rate_changes_nothing(fps: float) -> None:
    bodies = bodies_doing("squat", 5, conditions=Conditions(fps=fps))
    assert len(repetitions_in(bodies, "squat")) == 5


@pytest.mark.parametrize("name", ["squat", "push-up", "pull-up"])
def test_noise_gaps_hidden_limbs_and_exchanged_sides_change_nothing(name: str) -> None:
    conditions = dataclasses.replace(REALISTIC, fps=15.0)
    bodies = bodies_doing(name, 6, conditions=conditions)
    assert len(repetitions_in(bodies, name)) == 6


def test_half_a_movement_is_no_repetition() -> None:
    bodies = bodies_doing("squat", depths=[1.0, 1.0, 0.25, 1.0, 0.2])
    assert len(repetitions_in(bodies, "squat")) == 3


def test_what_is_cut_off_at_the_far_end_counts_and_says_so() -> None:
    bodies = bodies_doing("squat", 3)
    cut = [body for body in bodies if body.time <= 1.0 + 2.5 * 2.0]
    found = repetitions_in(cut, "squat")
    assert [one.complete for one in found] == [True, True, False]


# whoever sits down on a chair and rises has done what a squat to a chair is
@pytest.mark.parametrize("what", sorted({*IDLING} - {"sitting down"}))
def test_standing_walking_talking_and_fixing_the_camera_count_nothing(what: str) -> None:
    bodies = idle_bodies(
        what, np.random.default_rng(3), dataclasses.replace(REALISTIC, fps=15.0), 12.0
    )
    (person,) = coached(bodies, *shipped()).people
    assert person.found is None
    assert repetitions_in(bodies, "squat") == ()


@pytest.mark.parametrize("name", ["deadlift", "dip", "squat"])
def test_sitting_down_is_no_repetition_since_nothing_comes_back(name: str) -> None:
    times = np.arange(0.0, 40.0, 1 / 15)
    chance = np.random.default_rng(3)
    seen = seen_by_camera(IDLING["sitting down"](times), times, 70.0, SEEN, chance)
    seated = [one for one in seen if one.time < 30.0]
    assert repetitions_in(seated, name) == repetitions_in(seen, name) == ()


@pytest.mark.parametrize(("name", "number"), [("lunge", 33), ("lunge", 52), ("high-knees", 116)])
def test_who_goes_just_far_enough_or_is_seen_by_a_slow_camera_is_counted_each_time(
    name: str, number: int
) -> None:
    chance = np.random.default_rng([number, *name.encode()])
    chance.integers(7)  # as ``mirror eval figures`` draws the frame rate of its sessions
    session = random_session(shipped()[name], chance, Conditions(fps=10.0))
    assert len(repetitions_in(session.bodies, name)) == session.count


def test_a_repetition_has_its_tempo_range_and_side() -> None:
    bodies = bodies_doing("lateral-leg-raise", 4, yaw=0.0)
    found = repetitions_in(bodies, "lateral-leg-raise")
    assert [one.side for one in found] == ["left", "right", "left", "right"]
    for one in found:
        assert one.range == pytest.approx(34.0, abs=4.0)  # of 36, smoothed
        assert one.out_s + one.held_s + one.back_s == pytest.approx(one.end - one.start)
        assert one.out_s == pytest.approx(one.back_s, abs=0.15)


def test_somebody_who_leaves_and_returns_under_another_id_is_one_person() -> None:
    first = bodies_doing("squat", 3)
    second = later(bodies_doing("squat", 2), 20.0, id=9)
    report = coached([*first, *second], "squat")
    (person,) = report.people
    assert person.id == 1
    assert person.found is not None
    assert len(person.found.done.repetitions) == 5


def test_a_bystander_and_two_who_exercise_are_told_apart() -> None:
    def moved(x: float, id: int, bodies: list[Body]) -> dict[int, Body]:
        aside = np.array([x, 0.0])
        return {
            round(one.time * 15): dataclasses.replace(one, id=id, image=one.image + aside)
            for one in bodies
        }

    idle = idle_bodies("talking", np.random.default_rng(1), SEEN, 10.0)
    people = [
        moved(0, 1, bodies_doing("squat", 4)),
        moved(900, 2, bodies_doing("squat", 2, seconds=3.0)),
        moved(1800, 3, idle),
    ]
    coach = Coach([find_exercise("squat")])
    for frame in range(150):
        coach.watch([one[frame] for one in people if frame in one])
    counts = {one.id: len(one.found.done.repetitions) for one in coach.report().people if one.found}
    assert counts == {1: 4, 2: 2, 3: 0}


def test_each_repetition_is_told_while_it_happens_before_the_next_begins() -> None:
    coach = Coach([find_exercise("push-up")])
    told = []
    for body in bodies_doing("push-up", 4):
        for progress in coach.watch([body]):
            told += [(body.time, one) for one in progress.new]
    assert len(told) == 4
    for number, (time, repetition) in enumerate(told):
        begins = 1.0 + 2.0 * number
        assert begins + 1.0 < time < begins + 2.0
        assert repetition.far == pytest.approx(begins + 1.0, abs=0.15)


def test_a_session_without_end_is_counted_without_being_remembered() -> None:
    coach = Coach([find_exercise("squat")], remembers=False)
    for body in bodies_doing("squat", 60, conditions=Conditions(fps=8.0)):
        (progress,) = coach.watch([body])
    assert progress.count == 60


def test_a_plank_is_held_and_counts_no_repetition() -> None:
    bodies = bodies_doing("plank", 5)
    (person,) = coached(bodies, "plank").people
    assert person.found is not None
    assert person.found.done.held_s == pytest.approx(bodies[-1].time, abs=0.3)
    assert repetitions_in(bodies, "push-up") == ()


def test_a_curve_turns_where_it_comes_back_far_enough() -> None:
    turns = turns_of(range(8), [0.0, 0.1, 0.9, 0.7, 1.0, 0.2, float("nan"), 0.8], 0.5)
    assert [(turn.time, turn.value, turn.is_far) for turn in turns] == [
        (0, 0.0, False),
        (4, 1.0, True),
        (5, 0.2, False),
        (7, 0.8, True),
    ]


@given(st.lists(st.one_of(st.floats(-2.0, 2.0), st.just(float("nan"))), max_size=40))
def test_turns_are_the_same_at_once_and_as_they_come(values: list[float]) -> None:
    finder = TurningPoints(0.5)
    found = [turn for time, value in enumerate(values) if (turn := finder.push(time, value))]
    pending = [] if finder.pending is None else [finder.pending]
    assert turns_of(range(len(values)), values, 0.5) == [*found, *pending]


def test_without_anybody_the_report_is_empty() -> None:
    assert Coach([find_exercise("squat")]).report().as_json() == {"exercise": None, "people": []}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("dip", "talking"),
        ("push-up", "fixing the camera"),
        ("squat", "walking"),
        ("high-knees", "walking"),
        ("front-raise", "walking"),
        ("triceps-pushdown", "talking"),
    ],
)
def test_who_was_told_an_exercise_and_does_none_is_counted_nothing_then_and_in_the_end(
    name: str, what: str
) -> None:
    seen = dataclasses.replace(REALISTIC, fps=15.0)
    bodies = idle_bodies(what, np.random.default_rng([1, *what.encode()]), seen, 12.0)
    (person,) = coached(bodies, name).people
    assert person.live_count == 0
    assert person.found is not None
    assert person.found.done.repetitions == ()


def test_somebody_who_begins_with_something_else_is_counted_live_all_the_same() -> None:
    first = bodies_doing("squat", 1, seconds=0.9, rest_s=1.0)
    bodies = [*first, *later(bodies_doing("squat", 6, seconds=4.0), first[-1].time + 0.1)]
    (person,) = coached(bodies, "squat").people
    assert person.found is not None
    assert person.live_count >= 6


@pytest.mark.slow
def test_the_demo_clip_is_two_lateral_leg_raises_and_nothing_of_the_bystander(
    tmp_path: Path,
) -> None:
    lines = tmp_path / "lines.jsonl"
    clip = str(media_file("demo.mp4"))
    made = ["-o", str(tmp_path / "film.mp4"), "--results", str(lines), "--quiet"]
    assert main(["video", clip, *made]) == 0
    for exercises in (["lateral-leg-raise"], list(shipped())):
        coach = Coach([find_exercise(name) for name in exercises])
        for bodies in frames_of_lines(lines):
            coach.watch(bodies)
        did = {
            one.id: (one.found.done.exercise.name, len(one.found.done.repetitions))
            for one in coach.report().people
            if one.found is not None and one.found.done.repetitions
        }
        assert did == {1: ("lateral-leg-raise", 2)}
    once = frames_of_lines(lines)
    lasts = once[-1][0].time + 1 / 30
    for step in (1, 2, 3):  # 30 to 10 frames a second, the clip four times in a row, live
        coach = Coach([find_exercise("lateral-leg-raise")], remembers=False)
        counts: Counter[int] = Counter()
        rounds = [
            [dataclasses.replace(body, time=body.time + number * lasts) for body in bodies]
            for number in range(4)
            for bodies in once
        ]
        for bodies in rounds[::step]:
            counts.update({one.person: len(one.new) for one in coach.watch(bodies)})
        assert +counts == {1: 8}


def test_what_happened_while_nobody_was_there_is_not_counted() -> None:
    bodies = bodies_doing("squat", 3, seconds=3.0)
    unseen = [one for one in bodies if not 4.3 < one.time < 6.7]  # most of the second one
    found = repetitions_in(unseen, "squat")
    assert [one.far for one in found] == pytest.approx([2.5, 8.5], abs=0.3)
