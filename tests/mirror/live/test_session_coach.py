"""Sets of people who are coached in a session, and what stands on the glass; no Qt, no clock."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from doubles import frame_at
from trainees import bodies_doing, later

from mirror.coach.body import Body
from mirror.coach.exercises.catalogue import BadExercise
from mirror.coach.gestures.raised_hand import HandUp
from mirror.coach.gestures.set_control import SetStatus
from mirror.core.parsing import Parsing, Person, Pose
from mirror.core.skeleton import LANDMARKS
from mirror.live.coaching.coach_options import AUTO, CoachOptions
from mirror.live.coaching.glass_words import glass_of
from mirror.live.coaching.leaps import LeapWatch
from mirror.live.coaching.session_coach import Moment, SessionCoach, coach_for
from mirror.rendering.coach.glass import Glass
from pipeline.frame import Frame
from pipeline.result import Result, Timing

HIGH, WIDE = 90, 160
SQUATS = CoachOptions("squat", hands_free=False, countdown_s=0.0)
TIMING = Timing(*[0.0] * len(dataclasses.fields(Timing)))


def result_of(body: Body | None, time: float, with_joints: bool = True) -> Result[Parsing]:
    """A frame with somebody in it, or nobody."""
    maps = np.zeros((2, HIGH, WIDE), np.uint8)
    people: tuple[Person, ...] = ()
    if body is not None:
        image = np.column_stack([body.image, body.visibility]).astype(np.float32)
        world = None if body.world is None else body.world.astype(np.float32)
        pose = Pose(LANDMARKS, image, world, {}) if with_joints else None
        people = (Person(body.id, 0.9, (0.0, 0.0, 9.0, 9.0), pose),)
    return Result(0, frame_at(time), Parsing(maps[0], maps[1], people), TIMING)


def coach_of(options: CoachOptions = SQUATS) -> SessionCoach:
    coach = coach_for(options, is_mirror=True)
    assert coach is not None
    return coach


def watched(coach: SessionCoach, bodies: list[Body]) -> list[Moment]:
    """What there was to be shown of each body's frame."""
    told = []
    for body in bodies:
        coach.consume(result_of(body, body.time))
        assert coach.newest is not None
        told.append(coach.newest)
    return told


def counts(moments: list[Moment]) -> list[int]:
    return [sum(one.count for one in told.coached.people.values()) for told in moments]


def glass(moment: Moment, language: str = "en", is_mirror: bool = True) -> Glass:
    return glass_of(moment, language, is_mirror)


def strip(moment: Moment, **more: object) -> str:
    told = glass(moment, **more).strip  # type: ignore[arg-type]
    return "" if told is None else told.text


def test_whoever_begins_is_counted_and_the_set_is_timed_from_then_on() -> None:
    told = watched(coach_of(), bodies_doing("squat", count=3))
    assert counts(told)[-1] == 3
    begun = next(one for one in told if one.status.state == "active")
    assert counts([begun]) == [1]
    assert told[-1].status.elapsed_s > 3.0
    assert glass(told[-1]).set_line.startswith("Set 1  0:0")


def test_a_set_that_ends_is_kept_and_the_next_counts_from_nothing() -> None:
    coach = coach_of()
    squats = bodies_doing("squat", count=3)
    watched(coach, squats)
    coach.ask("end")
    told = watched(coach, later(squats, 30.0))
    assert counts(told[:1]) == [0]
    assert counts(told[-1:]) == [3]
    (done,) = coach.sets
    assert (done.number, done.exercise.name, done.count) == (1, "squat", 3)
    assert strip(told[0], language="en").startswith("Set 1: 3 times. Rest 0:0")
    assert told[-1].status.number == 2


def test_what_had_a_fault_is_not_clean() -> None:
    coach = coach_of()
    watched(coach, bodies_doing("squat", count=3, fault="knees-in", yaw=0.0))
    coach.ask("end")
    watched(coach, [dataclasses.replace(bodies_doing("squat")[0], time=60.0)])
    (done,) = coach.sets
    assert done.clean < done.count


def test_nothing_counts_while_a_set_is_paused() -> None:
    coach = coach_of()
    squats = bodies_doing("squat", count=2)
    watched(coach, squats)
    coach.ask("toggle")
    paused = watched(coach, later(squats, 20.0))
    assert counts(paused)[-1] == 2
    assert strip(paused[-1]).startswith("Paused")
    coach.ask("toggle")
    assert counts(watched(coach, later(squats, 40.0)))[-1] == 4


def test_a_countdown_is_shown_before_a_set_that_was_asked_for() -> None:
    coach = coach_of(dataclasses.replace(SQUATS, countdown_s=3.0))
    still = bodies_doing("squat", count=0, rest_s=4.0)
    coach.ask("toggle")
    told = watched(coach, still)
    assert [glass(one).big for one in (told[0], told[20])] == ["3", "2"]
    assert glass(told[-1]).big == ""
    assert told[-1].status.state == "active"


def test_an_empty_picture_is_said_to_be_so_and_not_at_once() -> None:
    coach = coach_of()
    told = []
    for step in range(30):
        coach.consume(result_of(None, step / 10))
        told.append(coach.newest)
    assert told[5] is not None
    assert told[-1] is not None
    assert strip(told[5]) != "Nobody here"
    assert strip(told[-1]) == "Nobody here"
    assert strip(told[-1], language="zh_CN") not in ("Nobody here", "")


def test_people_without_joints_cannot_be_coached_and_it_says_what_can() -> None:
    coach = coach_of()
    coach.consume(result_of(bodies_doing("squat")[0], 0.0, with_joints=False))
    assert coach.newest is not None
    assert "built-in" in strip(coach.newest)


def test_who_stands_badly_is_told_before_the_first_repetition() -> None:
    def cut_off(body: Body) -> Body:
        seen = body.visibility.copy()
        seen[[place for place, name in enumerate(LANDMARKS) if place > 24]] = 0.0
        return dataclasses.replace(body, visibility=seen)

    told = watched(coach_of(), [cut_off(one) for one in bodies_doing("squat", count=1)])
    assert strip(told[25]) == "Step back: feet not visible" or "not visible" in strip(told[25])
    found = glass(told[25]).strip
    assert found is not None
    assert found.tone == "guide"


def test_a_hint_is_for_a_mirror_and_not_for_a_film() -> None:
    assert "Raise one hand" in strip(Moment())
    assert strip(Moment(), is_mirror=False) == ""


def test_the_ring_fills_once_to_begin_and_again_to_end() -> None:
    def share(held_s: float, has_set: bool) -> float:
        hand = HandUp(1, "left_wrist", held_s)
        ring = glass(Moment(status=SetStatus("paused"), hand=hand, has_set=has_set)).ring
        assert ring is not None
        return ring.share

    assert share(0.5, False) == pytest.approx(0.5)
    assert share(2.0, False) == pytest.approx(1.0)
    assert share(2.0, True) == pytest.approx(0.5)


def test_what_is_shown_of_a_frame_is_found_until_others_came() -> None:
    coach, first = coach_of(), result_of(None, 0.0)
    coach.consume(first)
    assert coach.moment(first.parsing) is coach.newest
    for step in range(1, 60):
        coach.consume(result_of(None, step / 10))
    assert coach.moment(first.parsing) is None


def film_frame(seconds: float) -> Frame:
    frame = frame_at(0.0)
    return Frame(frame.copy("bgr24"), 0.0, round(seconds * 1000), Fraction(1, 1000))


@pytest.mark.parametrize(
    ("times", "leaps"),
    [
        ((0.0, 0.1, 6.5, 0.0), (False, False, True, False)),  # a short film loops to go on
        ((0.0, 1.9, 3.7), (False, False, False)),
        ((58.0, 59.9, 0.0), (False, False, True)),
        ((30.0, 25.0), (False, True)),
    ],
)
def test_a_leap_in_a_film_is_one(times: tuple[float, ...], leaps: tuple[bool, ...]) -> None:
    watch = LeapWatch()
    assert tuple(watch.is_leap(film_frame(one)) for one in times) == leaps


def test_nobody_is_coached_unless_it_was_asked_for() -> None:
    assert coach_for(CoachOptions(), is_mirror=True) is None
    assert not CoachOptions().is_on
    assert CoachOptions(AUTO).is_on


def test_an_exercise_that_there_is_not_is_refused() -> None:
    with pytest.raises(BadExercise, match="squat"):
        coach_for(CoachOptions("sqat"), is_mirror=True)


def test_a_programme_waits_to_be_started_and_counts_its_own_sets() -> None:
    coach = coach_of(CoachOptions("legs"))
    squats = bodies_doing("squat", count=10, rest_s=2.0)
    assert counts(watched(coach, squats[:20]))[-1] == 0
    coach.ask("toggle")
    begun = watched(coach, later(squats[:20], 10.0))
    assert begun[-1].status.state == "countdown"
    assert glass(begun[-1]).big in ("9", "10")
    assert glass(begun[-1]).set_line == ""
    told = watched(coach, later(squats, 21.0))
    assert told[40].status.state == "active"
    assert max(counts(told)) == 10
    assert told[-1].status.state == "countdown"  # the rest
    coach.ask("toggle")
    assert watched(coach, later(squats[:1], 60.0))[-1].status.state in ("paused", "countdown")
