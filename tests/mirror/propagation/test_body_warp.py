"""Body coordinates: the same place on a body, whatever its pose, place and size."""

from __future__ import annotations

import numpy as np
import pytest
from bodies import bent_elbow, standing
from numpy.typing import NDArray

from mirror.core.skeleton import LANDMARKS
from mirror.propagation.body_warp import BodyWarp
from mirror.propagation.bones import Bones, body_unit

Joints = NDArray[np.float32]


def taken(points: list[tuple[float, float]], now: Joints, then: Joints) -> NDArray[np.float64]:
    """Where some places on one body are on another."""
    warp = BodyWarp(Bones.of(now), Bones.of(then))
    found = []
    for x, y in points:
        xs, ys, _ = warp.places(np.array([x], np.float32), np.array([y], np.float32))
        found.append((float(xs[0, 0]), float(ys[0, 0])))
    return np.array(found)


def at(joints: Joints, name: str) -> NDArray[np.float32]:
    return joints[LANDMARKS.index(name), :2]


def test_a_body_that_stands_still_keeps_every_place() -> None:
    body = standing()
    places = [(200.0, 80.0), (170.0, 200.0), (150.0, 150.0), (185.0, 380.0), (120.0, 120.0)]
    assert taken(places, body, body) == pytest.approx(np.array(places), abs=0.01)


def test_a_body_elsewhere_and_twice_as_large_has_its_places_there() -> None:
    body = standing()
    large = body.copy()
    large[:, :2] = body[:, :2] * 2 + (30, -10)
    places = np.array([(200.0, 80.0), (170.0, 200.0), (185.0, 380.0)])
    found = taken([(x, y) for x, y in places * 2 + (30, -10)], large, body)
    assert found == pytest.approx(places, abs=0.5)


def test_a_place_on_a_forearm_goes_where_the_forearm_is() -> None:
    straight, bent = standing(), bent_elbow()
    for share in (0.2, 0.5, 0.8):
        now = at(bent, "left_elbow") * (1 - share) + at(bent, "left_wrist") * share
        then = at(straight, "left_elbow") * (1 - share) + at(straight, "left_wrist") * share
        ((x, y),) = taken([(float(now[0]), float(now[1]))], bent, straight)
        assert (x, y) == pytest.approx(tuple(then), abs=4.0)


def test_a_limb_that_nobody_can_see_takes_no_places() -> None:
    body, hidden = standing(), standing()
    hidden[[LANDMARKS.index(f"left_{joint}") for joint in ("elbow", "wrist", "index")], 2] = 0.0
    at_wrist = at(body, "left_wrist")
    xs, ys = (np.array([value], np.float32) for value in at_wrist)
    near = BodyWarp(Bones.of(body), Bones.of(body)).places(xs, ys)[2]
    far = BodyWarp(Bones.of(hidden), Bones.of(hidden)).places(xs, ys)[2]
    assert near[0, 0] < 0 < far[0, 0]


def test_the_body_unit_is_the_longest_of_what_most_bodies_have_alike() -> None:
    body = standing()
    assert body_unit(body[:, :2]) == pytest.approx(120.0, rel=0.3)
    assert body_unit(body[:, :2] * 3) == pytest.approx(3 * body_unit(body[:, :2]))
    assert body_unit(np.zeros((33, 2), np.float32)) == 4.0  # nothing is divided by zero
