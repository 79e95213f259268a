"""Joints and the angles at them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mirror.core.skeleton import ANGLES, LANDMARKS, joint_angles

SEEN = np.ones(33, np.float32)


def leg(degrees: float) -> NDArray[np.float32]:
    """A left leg whose knee has an angle, in a plane that is none of the axes'."""
    across, along = np.array([0.6, 0.0, 0.8]), np.array([0.0, 1.0, 0.0])
    world = np.random.default_rng(3).normal(size=(33, 3))
    knee = np.array([0.1, 0.4, -0.2])
    bend = np.radians(degrees)
    places = {
        "left_knee": knee,
        "left_hip": knee - 0.45 * along,
        "left_ankle": knee + 0.4 * (-np.cos(bend) * along + np.sin(bend) * across),
    }
    for name, place in places.items():
        world[LANDMARKS.index(name)] = place
    return world.astype(np.float32)


@pytest.mark.parametrize("degrees", [10, 45, 90, 135, 172.5, 180])
def test_an_angle_is_as_many_degrees_as_the_joint_is_bent(degrees: float) -> None:
    assert joint_angles(leg(degrees), SEEN)["left_knee"] == pytest.approx(degrees, abs=0.05)


def test_an_angle_is_known_where_all_three_points_are_seen() -> None:
    assert set(joint_angles(leg(90), SEEN)) == set(ANGLES)
    visibility = SEEN.copy()
    visibility[LANDMARKS.index("left_ankle")] = 0.49
    unknown = {"left_knee", "left_ankle"}
    assert set(joint_angles(leg(90), visibility)) == set(ANGLES) - unknown
    visibility[LANDMARKS.index("left_ankle")] = 0.5
    assert set(joint_angles(leg(90), visibility)) == set(ANGLES)
