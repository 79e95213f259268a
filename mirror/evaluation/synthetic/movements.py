"""How a figure does each exercise: from 0, the start of a repetition, to 1, its far end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.evaluation.synthetic.figure import (
    ARM,
    HIPS,
    LEG,
    SHOULDERS,
    SIDES,
    TRUNK,
    UPPER_ARM,
    Array,
    Figure,
    across,
    along,
)

Faulty = Mapping[str, Array]  # fault -> (T,) 0-1, how much of it


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What a figure is to do over time.

    Attributes:
        far: (T,) 0-1, how far the repetition is.
        left: (T,) whether the left side does it, of exercises that change sides.
        faults: what is done wrong.
    """

    far: Array
    left: NDArray[np.bool_]
    faults: Faulty

    def fault(self, name: str) -> Array:
        """Return (T,) 0-1, how much of a fault there is."""
        return self.faults.get(name, np.zeros(len(self.far)))


Movement = Callable[[Moment], Array]


def _standing(moment: Moment, pitch: Array | float = 0.0, drop: Array | float = 0.0,
              back: Array | float = 0.0, roll: Array | float = 0.0) -> Figure:  # fmt: skip
    count = len(moment.far)
    hips = across(count, y=LEG * 0.995 - np.asarray(drop), z=-np.asarray(back))
    return Figure(hips, np.broadcast_to(pitch, count), np.broadcast_to(roll, count))


def _feet(figure: Figure, width: Array | float, knees: Array | float = 1.0) -> None:
    """Put both feet on the floor; knees: how far apart, as a share of the feet's distance."""
    count = len(figure.hips)
    for side, sign in SIDES.items():
        figure.stand(side, across(count, sign * np.asarray(width)), across(count, sign * 0.3, 0, 1))
        knee = figure.joints[f"{side}_knee"]
        inward = np.asarray(knees) < 1.0
        knee[:, 0] = np.where(inward, sign * np.asarray(width) * knees, knee[:, 0])


def _arms_down(figure: Figure, forearm: Array | float = 10.0) -> None:
    count = len(figure.hips)
    for side, sign in SIDES.items():
        figure.hang(side, along(0.0, 8.0, sign, count), along(forearm, 8.0, sign, count))


def _squatting(moment: Moment, pitch_at_far: float) -> Figure:
    s = moment.far * (1.0 - 0.7 * moment.fault("shallow"))
    pitch = pitch_at_far * s + 45.0 * moment.far * moment.fault("leaning-forward")
    figure = _standing(moment, pitch, 0.47 * s, 0.2 * s)
    _feet(figure, 0.18, 1.0 - 0.6 * moment.far * moment.fault("knees-in"))
    return figure


def squat(moment: Moment) -> Array:
    """Hips down and up, the hands together ahead of the chest."""
    figure = _squatting(moment, 35.0)
    count = len(moment.far)
    for side, sign in SIDES.items():
        wrist = figure.chest + 0.25 * figure.ahead - 0.12 * figure.up + sign * 0.05 * figure.left
        figure.reach(side, wrist, across(count, sign * 0.7, -1, 0))
    return figure.landmarks()


def front_squat(moment: Moment) -> Array:
    """Hips down and up, the hands at the shoulders and the elbows ahead."""
    figure = _squatting(moment, 15.0)
    low = moment.fault("elbows-low")
    for side, sign in SIDES.items():
        shoulder = figure.joints[f"{side}_shoulder"]
        upper = 1.0 * figure.ahead + (0.1 - 2.0 * low[:, None]) * figure.up
        upper /= np.linalg.norm(upper, axis=1, keepdims=True)
        elbow = shoulder + UPPER_ARM * upper
        hand = shoulder + 0.06 * figure.ahead + 0.06 * figure.up + sign * 0.05 * figure.left
        figure.joints[f"{side}_elbow"], figure.joints[f"{side}_wrist"] = elbow, hand
    return figure.landmarks()


def lunge(moment: Moment) -> Array:
    """A step ahead with one leg, both knees bent, and back."""
    s, count = moment.far, len(moment.far)
    depth = s * (1.0 - 0.5 * moment.fault("shallow"))
    over = moment.fault("knee-over-toe")
    step = (0.75 - 0.08 * over) * s
    ahead = (0.36 + 0.12 * over) * s
    figure = _standing(
        moment, (5.0 * s) + 45.0 * s * moment.fault("leaning-forward"), 0.36 * depth, -ahead
    )
    for side, sign in SIDES.items():
        steps = moment.left if side == "left" else ~moment.left
        ankle = across(
            count, sign * 0.1, np.where(steps, 0.0, 0.05 * s), np.where(steps, step, -0.15 * s)
        )
        figure.stand(side, ankle, across(count, 0, 0, 1.0))
    _arms_down(figure)
    return figure.landmarks()


def _prone(moment: Moment, arm: Array, hands_ahead: float = 0.05) -> Array:
    """Hands and toes on the floor, the shoulders so far above the hands."""
    count = len(moment.far)
    sag = 0.16 * moment.fault("hips-low") - 0.3 * moment.fault("hips-high")
    body = TRUNK + LEG
    rise = np.arcsin(np.clip((arm - 0.08) / body, -0.9, 0.9))
    chest = across(count, 0, 0.08 + body * np.sin(rise), body * np.cos(rise))
    # hips lie on the line from the ankles to the shoulders, but for the fault
    line = np.stack([np.zeros(count), np.sin(rise), np.cos(rise)], axis=1)
    upward = np.stack([np.zeros(count), np.cos(rise), -np.sin(rise)], axis=1)
    hips = across(count, 0, 0.08) + LEG * line + (0.05 - sag)[:, None] * upward
    trunk = chest - hips
    pitch = np.degrees(np.arctan2(trunk[:, 2], trunk[:, 1]))
    figure = Figure(hips, pitch, np.zeros(count))
    for side, sign in SIDES.items():
        hand = across(count, sign * (SHOULDERS + 0.1), 0.0, body * 0.97 + hands_ahead)
        figure.reach(side, hand, across(count, sign * 0.8, 0.3, -0.6))
        figure.stand(side, across(count, sign * HIPS, 0.08), across(count, 0, -1.0, 0.0))
    return figure.landmarks(across(count, 0, -0.9, 0.4))


def push_up(moment: Moment) -> Array:
    """The chest down to the hands and up."""
    s = moment.far * (1.0 - 0.78 * moment.fault("shallow"))
    return _prone(moment, 0.97 * ARM - 0.36 * s)


def plank(moment: Moment) -> Array:
    """Held on the hands."""
    return _prone(moment, np.full(len(moment.far), 0.95 * ARM))


def _hanging(
    moment: Moment, shoulder_height: Array, hands: Array, spread: float, towards: Array
) -> Figure:
    count = len(moment.far)
    figure = Figure(
        across(count, 0, shoulder_height - TRUNK, 0), np.full(count, 4.0), np.zeros(count)
    )
    for side, sign in SIDES.items():
        figure.reach(side, across(count, sign * spread, hands, 0.06), towards * [sign, 1, 1])
        figure.swing(side, along(8.0, 3.0, sign, count), along(-25.0, 3.0, sign, count))
    return figure


def pull_up(moment: Moment) -> Array:
    """From hanging until the chin is over the bar."""
    count = len(moment.far)
    bar = 2.3
    low = moment.fault("chin-low")
    hang = 0.96 * ARM - 0.1 * moment.fault("arms-bent")
    top = 0.13 + 0.2 * low
    below = hang - (hang - top) * moment.far
    return _hanging(
        moment, bar - below, np.full(count, bar), 0.28, across(count, 1, -0.5, -0.4)
    ).landmarks()


def dip(moment: Moment) -> Array:
    """Between bars: from straight arms until the elbows are bent, and up."""
    s, count = moment.far * (1.0 - 0.78 * moment.fault("shallow")), len(moment.far)
    straight = 0.97 * ARM - 0.08 * moment.fault("arms-bent")
    above = straight - (straight - 0.2) * s
    figure = _hanging(moment, 1.1 + above, np.full(count, 1.1), 0.27, across(count, 0.3, 0.4, -1))
    return figure.landmarks()


def sit_up(moment: Moment) -> Array:
    """On the back with bent knees: the trunk up to the thighs and down."""
    s, count = moment.far * (1.0 - 0.5 * moment.fault("not-up")), len(moment.far)
    figure = Figure(across(count, 0, 0.1), -84.0 + 90.0 * s, np.zeros(count))
    legs = moment.fault("legs-straight")
    for side, sign in SIDES.items():
        figure.stand(
            side, across(count, sign * 0.12, 0.05, 0.48 + 0.33 * legs), across(count, 0, 1.0, 0)
        )
        hand = figure.chest + sign * 0.08 * figure.left + 0.12 * figure.ahead - 0.05 * figure.up
        figure.reach(side, hand, -figure.up + sign * 0.5 * figure.left)
    return figure.landmarks()


def jumping_jack(moment: Moment) -> Array:
    """Arms and legs apart and together."""
    s, count = moment.far, len(moment.far)
    figure = _standing(moment)
    arms = 12.0 + s * (150.0 - 75.0 * moment.fault("arms-low"))
    half = 0.08 + s * (0.26 - 0.2 * moment.fault("feet-close"))
    for side, sign in SIDES.items():
        figure.hang(side, along(0.0, arms, sign, count), along(0.0, arms + 8.0, sign, count))
        legs = np.degrees(np.arcsin(np.clip((half - HIPS) / LEG, -0.5, 0.5)))
        figure.swing(side, along(0.0, legs, sign, count), along(0.0, legs, sign, count))
    return figure.landmarks()


def shoulder_press(moment: Moment) -> Array:
    """The hands from the shoulders to above the head."""
    s, count = moment.far, len(moment.far)
    figure = _standing(moment, -32.0 * moment.fault("leaning-back"))
    _feet(figure, 0.15)
    top = (0.99 - 0.2 * moment.fault("arms-bent")) * ARM
    for side, sign in SIDES.items():
        shoulder = figure.joints[f"{side}_shoulder"]
        height = 0.08 + (top - 0.08) * s
        hand = shoulder + across(count, sign * 0.08 * (1 - s), height, 0.1 * (1 - s))
        figure.reach(side, hand, across(count, sign, -1.0, 0.3))
    return figure.landmarks()


def _curling(moment: Moment, low: Array, high: Array, upper: Array, pitch: Array) -> Array:
    count = len(moment.far)
    figure = _standing(moment, pitch)
    _feet(figure, 0.15)
    bend = low + (high - low) * moment.far
    for side, sign in SIDES.items():
        figure.hang(side, along(upper, 6.0, sign, count), along(upper + bend, 6.0, sign, count))
    return figure.landmarks()


def biceps_curl(moment: Moment) -> Array:
    """The forearms up and down."""
    high = 138.0 - 50.0 * moment.fault("partial")
    moves = 50.0 * moment.fault("elbows-moving") * moment.far
    return _curling(
        moment, np.full_like(high, 12.0), high, moves, -22.0 * moment.fault("leaning-back")
    )


def triceps_pushdown(moment: Moment) -> Array:
    """The forearms down until the arms are straight, and up."""
    straight = 6.0 + 36.0 * moment.fault("arms-bent")
    moves = (
        80.0 * moment.fault("elbows-moving") * (1.0 - moment.far)
    )  # ahead while the hands are up
    return _curling(
        moment, np.full_like(straight, 100.0), straight, moves, np.full_like(straight, 8.0)
    )


def front_raise(moment: Moment) -> Array:
    """Straight arms up ahead and down."""
    s, count = moment.far, len(moment.far)
    figure = _standing(moment, -22.0 * moment.fault("swinging") * s)
    _feet(figure, 0.15)
    arms = 10.0 + s * (80.0 - 32.0 * moment.fault("too-low"))
    for side, sign in SIDES.items():
        figure.hang(side, along(arms, 4.0, sign, count), along(arms + 4.0, 4.0, sign, count))
    return figure.landmarks()


def lateral_leg_raise(moment: Moment) -> Array:
    """One leg out to the side and back."""
    s, count = moment.far, len(moment.far)
    side_of = np.where(moment.left, 1.0, -1.0)
    figure = _standing(moment, 0.0, roll=-side_of * 28.0 * moment.fault("trunk-leaning") * s)
    out = s * (38.0 - 23.0 * moment.fault("too-low"))
    for side, sign in SIDES.items():
        raised = moment.left if side == "left" else ~moment.left
        legs = np.where(raised, out, 2.0)
        figure.swing(side, along(0.0, legs, sign, count), along(0.0, legs, sign, count))
    _arms_down(figure)
    return figure.landmarks()


def deadlift(moment: Moment) -> Array:
    """The trunk down and up from the hips, the hands along the legs."""
    s, count = moment.far, len(moment.far)
    deep = moment.fault("squatting")
    bent = 1.0 - moment.fault("not-upright") * (1 - s) * 0.999
    figure = _standing(
        moment, 65.0 * s - 15.0 * s * deep + 40.0 * (1 - bent), 0.06 * s + 0.34 * s * deep, 0.25 * s
    )
    _feet(figure, 0.12)
    for side, sign in SIDES.items():
        figure.hang(side, across(count, sign * 0.05, -1, 0), across(count, sign * 0.02, -1, 0))
    return figure.landmarks()


def high_knees(moment: Moment) -> Array:
    """The knees up in turns."""
    s, count = moment.far, len(moment.far)
    figure = _standing(moment, 2.0)
    lifted = s * (92.0 - 45.0 * moment.fault("low-knees"))
    for side, sign in SIDES.items():
        raised = moment.left if side == "left" else ~moment.left
        thigh = np.where(raised, lifted, 0.0)
        shin = np.where(raised, thigh - 95.0 * s, 0.0)
        figure.swing(side, along(thigh, 2.0, sign, count), along(shin, 2.0, sign, count))
        figure.hang(side, along(0.0, 8.0, sign, count), along(80.0, 8.0, sign, count))
    return figure.landmarks()


def bench_press(moment: Moment) -> Array:
    """On the back: the hands down to the chest and up."""
    s = moment.far * (1.0 - 0.75 * moment.fault("shallow"))
    count = len(moment.far)
    figure = Figure(across(count, 0, 0.45), np.full(count, -88.0), np.zeros(count))
    straight = 0.985 * ARM - 0.1 * moment.fault("arms-bent")
    for side, sign in SIDES.items():
        shoulder = figure.joints[f"{side}_shoulder"]
        hand = shoulder + across(count, sign * 0.12, straight - (straight - 0.14) * s, 0.08)
        figure.reach(side, hand, across(count, sign, -0.6, 0.5))
        figure.stand(side, across(count, sign * 0.2, 0.05, 0.42), across(count, 0, 1.0, 0.2))
    return figure.landmarks()


def wall_sit(moment: Moment) -> Array:
    """Held with level thighs."""
    count = len(moment.far)
    knee = 90.0 + 35.0 * moment.fault("too-high") - 28.0 * moment.fault("too-low")
    figure = Figure(across(count, 0, 0.46), np.full(count, 2.0), np.zeros(count))
    for side, sign in SIDES.items():
        flexion = 180.0 - knee
        figure.swing(side, along(flexion, 2.0, sign, count), along(0.0, 2.0, sign, count))
    _arms_down(figure)
    return figure.landmarks()


MOVEMENTS: Mapping[str, Movement] = {
    "bench-press": bench_press,
    "biceps-curl": biceps_curl,
    "deadlift": deadlift,
    "dip": dip,
    "front-raise": front_raise,
    "front-squat": front_squat,
    "high-knees": high_knees,
    "jumping-jack": jumping_jack,
    "lateral-leg-raise": lateral_leg_raise,
    "lunge": lunge,
    "plank": plank,
    "pull-up": pull_up,
    "push-up": push_up,
    "shoulder-press": shoulder_press,
    "sit-up": sit_up,
    "squat": squat,
    "triceps-pushdown": triceps_pushdown,
    "wall-sit": wall_sit,
}
