"""What is said to people while they exercise: counts, phases, cues, and where to stand."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from mannequins import parsing_of_one
from trainees import bodies_doing, later
from trainees import coached as report_on

from mirror.coach.body import Body
from mirror.coach.exercises.catalogue import find_exercise
from mirror.coach.exercises.definition import Levels, Words
from mirror.coach.feedback.cues import SHOWN_S, Cue, CuePicker
from mirror.coach.feedback.framing import joints_of
from mirror.coach.feedback.live_coaching import Coached, LiveCoaching
from mirror.coach.feedback.phases import PhaseTracker
from mirror.core.skeleton import LANDMARKS

SIZE = (4000, 4000)  # holds any made body
FEET = [place for place, name in enumerate(LANDMARKS) if "ankle" in name or "foot" in name]
SOMETHING = Words(en="Do", zh="做")


def coached(bodies: Sequence[Body], exercise: str = "squat") -> list[Coached]:
    coaching = LiveCoaching([find_exercise(exercise)])
    return [coaching.watch([body], SIZE, body.time) for body in bodies]


def without_feet(body: Body) -> Body:
    visibility = body.visibility.copy()
    visibility[FEET] = 0.1
    return dataclasses.replace(body, visibility=visibility)


def cue(name: str, is_major: bool = False) -> Cue:
    return Cue(1, name, SOMETHING, is_major)


def test_counts_grow_and_every_phase_is_passed_through() -> None:
    said = [one.people[1] for one in coached(bodies_doing("squat", count=3))]
    assert said[-1].count == 3
    phases = [one.phase for one in said if one.count]
    assert {"start", "out", "far", "back"} <= set(phases)
    assert said[-1].last is not None
    assert all(one.progress is None or 0 <= one.progress <= 1 for one in said)


def test_a_fault_is_shown_for_a_while_after_its_repetition_and_told() -> None:
    bodies = bodies_doing("squat", count=2, fault="leaning-forward", rest_s=5.0)
    said = coached(bodies)
    first = next(one for one in said if one.people[1].count == 1)
    assert [fault.name for fault in first.people[1].faults] == ["leaning-forward"]
    assert first.cue is not None
    assert first.cue.words.en == "Keep your chest up"
    assert said[-1].people[1].faults == ()
    assert said[-1].cue is None


def test_one_thing_is_told_at_a_time_and_the_same_not_soon_again() -> None:
    picker = CuePicker()
    picker.offer(0.0, [cue("small"), cue("large", is_major=True)])
    assert picker.told(0.0) == cue("large", is_major=True)
    picker.offer(1.0, [cue("small")])
    assert picker.told(1.0) == cue("large", is_major=True)  # to its end
    picker.offer(SHOWN_S, [cue("large", is_major=True), cue("small")])
    assert picker.told(SHOWN_S) == cue("small")
    picker.offer(2 * SHOWN_S, [cue("large", is_major=True), cue("small")])
    assert picker.told(2 * SHOWN_S) is None
    picker.offer(20.0, [cue("large", is_major=True)])
    assert picker.told(20.0) == cue("large", is_major=True)


def test_phases_have_hysteresis_and_are_unknown_after_a_gap() -> None:
    tracker = PhaseTracker(Levels(start=0.4, far=0.6))
    seen = [tracker.update(value) for value in (0.5, 0.1, 0.5, 0.7, 0.5, 0.3, float("nan"), 0.5)]
    assert seen == [None, "start", "out", "far", "back", "start", None, None]


def test_who_is_cut_off_is_told_to_step_back_until_the_first_repetition() -> None:
    standing = [body for body in bodies_doing("squat", count=1) if body.time < 1.0]
    cut = coached([without_feet(body) for body in standing])
    assert cut[0].cue is None  # a moment says nothing
    assert cut[-1].cue is not None
    assert cut[-1].cue.words.en == "Step back: feet not visible"
    counted = bodies_doing("squat", count=2)
    gone = later([without_feet(body) for body in standing], counted[-1].time + 0.1)
    assert coached([*counted, *gone])[-1].cue is None


def test_feet_outside_the_picture_are_not_visible_however_sure_the_parser_is() -> None:
    standing = [body for body in bodies_doing("squat", count=1) if body.time < 1.0]
    lowest = max(float(body.image[FEET, 1].min()) for body in standing)
    coaching = LiveCoaching([find_exercise("squat")])
    for body in standing:
        said = coaching.watch([body], (int(lowest) - 20, 4000), body.time)
    assert said.cue is not None
    assert said.cue.name == "feet-not-visible"


def test_who_stands_the_wrong_way_is_told_to_turn() -> None:
    exercise = find_exercise("squat").model_copy(update={"views": ("side",)})
    coaching = LiveCoaching([exercise])
    for body in bodies_doing("squat", count=1, yaw=0.0):
        said = coaching.watch([body], SIZE, body.time)
        if body.time > 0.6:
            break
    assert said.cue is not None
    assert said.cue.words.en == "Turn to the side"


@pytest.mark.parametrize(("exercise", "joint"), [("squat", "ankle"), ("biceps-curl", "wrist")])
def test_an_exercise_needs_the_joints_that_move_in_it(exercise: str, joint: str) -> None:
    assert joint in joints_of(find_exercise(exercise))


def test_nothing_is_said_of_a_frame_that_is_not_the_last() -> None:
    coaching = LiveCoaching([find_exercise("squat")])
    assert coaching.of(parsing_of_one()).people == {}


def test_seconds_held_grow_while_they_are_held_and_are_those_of_the_report() -> None:
    bodies = bodies_doing("plank", count=1, seconds=3.0)
    said = [one.people[1].held_s for one in coached(bodies, "plank")]
    assert said == sorted(said)
    (person,) = report_on(bodies, "plank").people
    assert person.found is not None
    assert said[-1] == pytest.approx(person.found.done.held_s, abs=0.25)
    assert said[-1] > 2.5
