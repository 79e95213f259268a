"""Raised hands begin, pause and end sets; times are told, none is waited for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np
import pytest
from trainees import bodies_doing

from mirror.coach.body import Body
from mirror.coach.exercises.catalogue import shipped
from mirror.coach.gestures.raised_hand import HandWatch
from mirror.coach.gestures.set_control import SetControl
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.synthetic.movements import MOVEMENTS

STANDING = {
    "nose": (100, 60), "left_shoulder": (115, 100), "right_shoulder": (85, 100),
    "left_elbow": (120, 140), "right_elbow": (80, 140),
    "left_wrist": (120, 175), "right_wrist": (80, 175),
    "left_hip": (110, 180), "right_hip": (90, 180),
    "left_ankle": (110, 300), "right_ankle": (90, 300),
}  # fmt: skip
RIGHT_UP = {"right_elbow": (75, 70), "right_wrist": (78, 30)}
LEFT_UP = {"left_elbow": (125, 70), "left_wrist": (122, 30)}


def body(time: float, *moved: dict[str, tuple[int, int]], tall: float = 1.0, id: int = 1) -> Body:
    places = STANDING.copy()
    for one in moved:
        places |= one
    image, seen = np.zeros((len(LANDMARKS), 2)), np.zeros(len(LANDMARKS))
    for name, place in places.items():
        image[LANDMARKS.index(name)] = np.array(place) * tall
        seen[LANDMARKS.index(name)] = 0.9
    return Body(id, time, image, seen)


def signs(bodies: Iterable[Body]) -> list[tuple[float, str]]:
    """What a hand said, and when."""
    watch = HandWatch()
    told = [(one.time, watch.update([one], one.time)) for one in bodies]
    return [(round(time, 2), sign) for time, sign in told if sign is not None]


def over(seconds: float, *moved: dict[str, tuple[int, int]], since: float = 0.0) -> list[Body]:
    return [body(since + step / 10, *moved) for step in range(round(seconds * 10) + 1)]


@pytest.mark.parametrize("hand", [RIGHT_UP, LEFT_UP])
def test_a_hand_held_up_for_a_second_says_so_once_and_after_three_that_it_ends(
    hand: dict[str, tuple[int, int]],
) -> None:
    assert signs(over(5.0, hand)) == [(1.0, "toggle"), (3.0, "end")]


def test_a_hand_has_to_come_down_before_another_is_heeded() -> None:
    first, second = over(1.5, RIGHT_UP), over(1.5, RIGHT_UP, since=3.0)
    assert signs([*first, *over(1.0, since=1.6), *second]) == [(1.0, "toggle"), (4.0, "toggle")]


def test_a_hand_that_is_lost_for_a_moment_is_not_let_down() -> None:
    held = over(1.5, RIGHT_UP)
    held[5] = body(0.5)
    assert signs(held) == [(1.0, "toggle")]


@pytest.mark.parametrize(
    "moved",
    [
        (),
        (RIGHT_UP, LEFT_UP),  # a press, or hanging from a bar
        ({"right_elbow": (40, 100), "right_wrist": (40, 70)},),  # not over the head
        ({**RIGHT_UP, "left_hip": (190, 150), "right_hip": (180, 130)},),  # leaning
    ],
)
def test_other_poses_say_nothing(moved: tuple[dict[str, tuple[int, int]], ...]) -> None:
    assert signs(over(4.0, *moved)) == []


def test_a_hand_that_moves_is_not_held() -> None:
    waving = [
        body(step / 10, {"right_elbow": (75, 70), "right_wrist": (45 + 40 * (step // 5 % 2), 30)})
        for step in range(40)
    ]
    assert signs(waving) == []


def test_a_hand_that_is_up_is_shown_with_how_long_it_was_held() -> None:
    watch = HandWatch()
    shown = [(watch.update([one], one.time), watch.hand)[1] for one in over(0.5, RIGHT_UP)]
    assert shown[:2] == [None, None]
    assert shown[5] is not None
    assert (shown[5].person, shown[5].landmark) == (1, "right_wrist")
    assert shown[5].held_s == pytest.approx(0.5)


def test_a_bystander_s_hand_is_not_heeded() -> None:
    watch = HandWatch()
    small = [body(step / 10, RIGHT_UP, tall=0.4, id=2) for step in range(20)]
    told = [watch.update([one, body(one.time)], one.time) for one in small]
    assert set(told) == {None}


@pytest.mark.parametrize("exercise", sorted(set(MOVEMENTS) & set(shipped())))
@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_no_exercise_is_taken_for_a_raised_hand(exercise: str, yaw: float) -> None:
    assert signs(bodies_doing(exercise, count=3, seconds=3.0, yaw=yaw)) == []


def test_a_set_is_begun_after_a_countdown_paused_gone_on_with_and_ended() -> None:
    control = SetControl(countdown_s=3.0)
    assert control.update(0.0, False).state == "ready"
    assert control.toggle(1.0)
    told = [control.update(time, False) for time in (1.0, 2.5, 3.9)]
    assert [(one.state, one.seconds_left) for one in told] == [
        ("countdown", 3),
        ("countdown", 2),
        ("countdown", 1),
    ]
    assert not control.is_counting
    assert control.update(4.0, False).state == "active"
    assert control.is_counting
    assert not control.toggle(14.0)
    paused = control.update(20.0, True)
    assert (paused.state, paused.elapsed_s) == ("paused", 10.0)
    assert not control.toggle(30.0)
    assert control.update(33.0, True).elapsed_s == 10.0
    assert control.update(38.0, True).elapsed_s == 15.0
    assert control.end(40.0)
    rest = control.update(52.0, False)
    assert (rest.state, rest.number, rest.rest_s, rest.elapsed_s) == ("ready", 2, 12.0, 0.0)


def test_whoever_begins_without_asking_has_begun() -> None:
    control = SetControl()
    assert control.update(0.0, False).state == "ready"
    assert control.is_counting
    assert control.update(5.0, True).state == "active"
    assert control.update(7.0, True).elapsed_s == 2.0


def test_a_countdown_is_called_off_by_the_same_again_or_by_an_end() -> None:
    for call_off in (SetControl.toggle, SetControl.end):
        control = SetControl()
        control.toggle(0.0)
        control.update(0.5, False)
        call_off(control, 1.0)
        told = control.update(9.0, False)
        assert (told.state, told.number, told.rest_s) == ("ready", 1, None)


def test_without_a_countdown_a_set_begins_at_once() -> None:
    control = SetControl(countdown_s=0.0)
    control.toggle(2.0)
    assert control.update(2.0, False).state == "active"


def test_somebody_without_joints_raises_no_hand() -> None:
    nobody = dataclasses.replace(body(0.0), visibility=np.zeros(len(LANDMARKS)))
    assert HandWatch().update([nobody], 0.0) is None
