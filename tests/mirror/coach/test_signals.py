"""Signals: what is measured of a body, how large it is, and how it is smoothed."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from trainees import bodies_doing

from mirror.coach.body import Body
from mirror.coach.signals.bank import SignalBank
from mirror.coach.signals.definition import Measure, Sides, Signal
from mirror.coach.signals.history import History, MedianFilter
from mirror.coach.signals.scale import BodyScale
from mirror.coach.signals.view import facing, view_of
from mirror.core.skeleton import LANDMARKS


def body_with(visible: float = 1.0, **places: tuple[float, float]) -> Body:
    image = np.zeros((33, 2))
    for name, place in places.items():
        image[LANDMARKS.index(name)] = place
    return Body(1, 0.0, image, np.full(33, visible))


def read(body: Body, measure: Measure, *points: str, sides: Sides = "both") -> float:
    bank = SignalBank([Signal(name="a", measure=measure, points=points, sides=sides)])
    return float(bank.read(body, 100.0).values[0])


LEGS = body_with(
    left_hip=(100, 100), left_knee=(100, 200), left_ankle=(200, 200),
    right_hip=(100, 100), right_knee=(100, 200), right_ankle=(100, 300),
)  # fmt: skip


@pytest.mark.parametrize(
    ("sides", "degrees"),
    [("left", 90.0), ("right", 180.0), ("both", 135.0), ("lower", 90.0), ("higher", 180.0)],
)
def test_the_sides_of_a_joint_are_put_together_as_asked(sides: Sides, degrees: float) -> None:
    assert read(LEGS, "angle", "hip", "knee", "ankle", sides=sides) == pytest.approx(degrees)


def test_a_side_that_is_not_visible_leaves_the_other_to_speak() -> None:
    hidden = LEGS.visibility.copy()
    hidden[LANDMARKS.index("left_ankle")] = 0.1
    body = dataclasses.replace(LEGS, visibility=hidden)
    assert read(body, "angle", "hip", "knee", "ankle") == pytest.approx(180.0)
    assert math.isnan(read(body, "angle", "hip", "knee", "ankle", sides="left"))


@pytest.mark.parametrize(
    ("measure", "points", "value"),
    [
        ("height", ("right_hip", "right_ankle"), 2.0),
        ("height", ("right_hip",), -1.0),
        ("distance", ("left_ankle", "right_ankle"), math.sqrt(2.0)),
        ("ratio", ("right_hip", "right_ankle", "right_hip", "right_knee"), 2.0),
        ("lean", ("right_ankle", "right_hip"), 0.0),
        ("lean", ("left_knee", "left_ankle"), 90.0),
        ("offset", ("left_hip", "left_knee", "left_ankle"), -0.5),
    ],
)
def test_heights_and_distances_are_metres_and_leans_degrees(
    measure: Measure, points: tuple[str, ...], value: float
) -> None:
    assert read(LEGS, measure, *points) == pytest.approx(value)


def test_a_body_known_in_the_picture_only_says_nothing_twice() -> None:
    points = ("hip", "knee", "ankle")
    twins = [
        Signal(name="world", measure="angle", points=points, space="world"),
        Signal(name="picture", measure="angle", points=points),
    ]
    values = SignalBank(twins).read(LEGS, 100.0).values
    assert np.isnan(values).tolist() == [True, False]


def test_a_metre_is_as_large_in_the_picture_as_the_landmarks_say() -> None:
    body = bodies_doing("squat", 1, yaw=0.0)[0]
    assert body.world is not None
    flat = dataclasses.replace(body, image=body.world[:, :2] * 250.0 + 300.0)
    assert BodyScale().update(flat) == pytest.approx(250.0)


@pytest.mark.parametrize(("yaw", "view"), [(0.0, "front"), (90.0, "side"), (180.0, "back")])
def test_it_is_known_from_where_somebody_is_seen(yaw: float, view: str) -> None:
    assert view_of(facing(body) for body in bodies_doing("squat", 1, yaw=yaw)) == view


def test_the_median_takes_out_a_jump_and_keeps_a_step_at_its_time() -> None:
    smoothing = MedianFilter()
    samples = [0.0] * 10 + [9.0] + [0.0] * 10 + [1.0] * 20
    out = [
        sample
        for place, value in enumerate(samples)
        for sample in smoothing.push(place / 30, np.array([value]))
    ]
    values = [float(one[0]) for _, one in out]
    assert max(values[:20]) == 0.0
    step = next(time for time, one in out if one[0] > 0.5)
    assert step == pytest.approx(21 / 30, abs=0.04)


def test_nothing_is_mixed_over_a_time_in_which_nobody_was_seen() -> None:
    smoothing = MedianFilter()
    for place in range(10):
        list(smoothing.push(place / 30, np.array([0.0])))
    after = list(smoothing.push(5.0, np.array([7.0])))
    assert after[-1][0] == 5.0
    assert after[-1][1][0] == 7.0


def test_a_history_grows_and_forgets() -> None:
    history = History(1)
    for second in range(1000):
        history.append(float(second), np.array([second]))
    history.append(5.0, np.array([0]))  # from before: left out
    history.forget_before(900.0)
    assert len(history) == 100
    assert history.times[0] == history.rows[0, 0] == 900.0


@pytest.mark.parametrize("yaw", [0.0, 60.0, 90.0])
def test_a_leg_to_the_side_is_as_far_to_the_side_from_wherever_it_is_seen(yaw: float) -> None:
    bank = SignalBank(
        [
            Signal(
                name="a",
                measure="sideways",
                points=("left_ankle", "right_ankle"),
                space="world",
            )
        ]
    )
    bodies = bodies_doing("lateral-leg-raise", 2, yaw=yaw)
    apart = [float(bank.read(body, 100.0).values[0]) for body in bodies]
    ankles = [LANDMARKS.index(f"{side}_ankle") for side in ("left", "right")]
    ahead = [body.world for body in bodies_doing("lateral-leg-raise", 2, yaw=0.0)]
    across = [abs(float(np.ptp(world[ankles, 0]))) for world in ahead if world is not None]
    assert apart == pytest.approx(across)  # as the picture shows it from the front
    assert max(apart) > 2.5 * min(apart)
    without = dataclasses.replace(bodies[0], world=None)
    assert math.isnan(float(bank.read(without, 100.0).values[0]))
