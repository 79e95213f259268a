"""What people do beside exercise: stand, walk, talk, fix the camera, sit down."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from mirror.coach.body import Body
from mirror.evaluation.synthetic.camera import Conditions, seen_by_camera, times_of
from mirror.evaluation.synthetic.figure import (
    LEG,
    SIDES,
    Array,
    Figure,
    across,
    along,
)


def _sway(times: Array, seconds: float, size: float, phase: float = 0.0) -> Array:
    return size * np.sin(2 * np.pi * times / seconds + phase)


def stand(times: Array) -> Array:
    """Upright, with the sway that everybody has."""
    count = len(times)
    figure = Figure(
        across(count, _sway(times, 3.1, 0.01), LEG * 0.995, _sway(times, 4.3, 0.01)),
        _sway(times, 5.0, 1.5),
        _sway(times, 6.1, 1.0),
    )
    for side, sign in SIDES.items():
        figure.stand(side, across(count, sign * 0.1), across(count, 0, 0, 1.0))
        figure.hang(side, along(0.0, 8.0, sign, count), along(10.0, 8.0, sign, count))
    return figure.landmarks()


def walk(times: Array) -> Array:
    """To and fro in front of the camera: legs and arms swing against one another."""
    count = len(times)
    stride = np.sin(2 * np.pi * times / 1.1)
    figure = Figure(
        across(count, _sway(times, 9.0, 1.2), LEG * 0.97 + 0.015 * np.abs(stride), 0.0),
        np.full(count, 4.0),
        np.zeros(count),
    )
    for side, sign in SIDES.items():
        swing = sign * stride
        thigh = 25.0 * swing
        figure.swing(
            side,
            along(thigh, 2.0, sign, count),
            along(thigh - 20.0 - 25.0 * np.maximum(0.0, -swing), 2.0, sign, count),
        )
        arm = -20.0 * swing
        figure.hang(side, along(arm, 6.0, sign, count), along(arm + 25.0, 6.0, sign, count))
    return figure.landmarks()


def talk(times: Array) -> Array:
    """Standing, with the hands before the body that go where they like."""
    count = len(times)
    figure = Figure(
        across(count, _sway(times, 3.7, 0.02), LEG * 0.995), _sway(times, 4.1, 2.0), np.zeros(count)
    )
    for side, sign in SIDES.items():
        figure.stand(side, across(count, sign * 0.12), across(count, 0, 0, 1.0))
        upper = 15.0 + _sway(times, 1.7, 8.0, sign) + _sway(times, 2.9, 7.0)
        bend = 70.0 + _sway(times, 1.3, 14.0, 2 * sign) + _sway(times, 3.3, 12.0)
        figure.hang(side, along(upper, 12.0, sign, count), along(upper + bend, 5.0, sign, count))
    return figure.landmarks()


def fix_the_camera(times: Array) -> Array:
    """Nearer, bent over it with a hand ahead, and back again."""
    count = len(times)
    there = np.clip(np.minimum(times - 2.0, times[-1] - 2.0 - times) / 1.5, 0.0, 1.0)
    near = 0.5 - 0.5 * np.cos(np.pi * there)
    figure = Figure(across(count, 0.3 * near, LEG * 0.99, 1.2 * near), 14.0 * near, np.zeros(count))
    stride = np.sin(2 * np.pi * times / 1.0) * ((there > 0) & (there < 1))
    for side, sign in SIDES.items():
        figure.swing(
            side,
            along(20.0 * sign * stride, 2.0, sign, count),
            along(20.0 * sign * stride - 8.0, 2.0, sign, count),
        )
        reach = 60.0 * near if side == "right" else 0.0 * near
        figure.hang(side, along(reach, 6.0, sign, count), along(reach + 15.0, 6.0, sign, count))
    return figure.landmarks()


def sit_down(times: Array) -> Array:
    """Once on to a chair in the middle of the time, to stay there until shortly before the end."""
    count = len(times)
    middle = float(times[-1]) / 2
    there = np.clip(np.minimum((times - middle) / 1.3, (times[-1] - 2.0 - times) / 1.3), 0.0, 1.0)
    down = 0.5 - 0.5 * np.cos(np.pi * there)
    bent = 28.0 * np.sin(np.pi * there)
    figure = Figure(
        across(count, _sway(times, 3.9, 0.01), LEG * 0.995 - 0.4 * down, -0.38 * down),
        bent + 6.0 * down,
        _sway(times, 5.3, 1.0),
    )
    for side, sign in SIDES.items():
        figure.stand(side, across(count, sign * 0.12), across(count, 0, 0, 1.0))
        upper = 10.0 + 20.0 * down
        figure.hang(
            side, along(upper, 8.0, sign, count), along(upper + 45.0 * down, 4.0, sign, count)
        )
    return figure.landmarks()


IDLING: Mapping[str, Callable[[Array], Array]] = {
    "standing": stand,
    "walking": walk,
    "talking": talk,
    "fixing the camera": fix_the_camera,
    "sitting down": sit_down,
}


def idle_bodies(
    what: str,
    chance: np.random.Generator,
    conditions: Conditions,
    seconds: float = 20.0,
) -> list[Body]:
    """Return what a parser would see of somebody who does no exercise."""
    times = times_of(seconds, conditions, chance)
    yaw = float(chance.uniform(-90.0, 90.0))
    return seen_by_camera(IDLING[what](times), times, yaw, conditions, chance)
