"""Landmarks of people of whom only a box is known, and of people who have ids already."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from cardboard import WHOLE, joints, mask
from clip import frames_of, man

from mirror.core.settings import load
from mirror.core.skeleton import ANGLES
from mirror.parsers.catalogue import find_parser
from mirror.pose.box_pose import BoxPoseEstimator
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.pose_tracks import PoseTracks


def test_a_box_is_enough_to_find_a_persons_landmarks() -> None:
    (frame,) = frames_of(man(1))
    kind = find_parser("built-in", load().parser)
    plan = kind.make_prepare(False)(frame)
    (person,) = kind.make_settle()(frame, plan, kind.make_parse(1)(frame, plan)).people
    assert person.pose is not None
    found = BoxPoseEstimator(1).in_box(frame.bgr, person.box)
    assert found is not None
    seen = person.pose.image[:, 2] > 0.5
    apart = np.hypot(*(found.joints - person.pose.image)[seen, :2].T)
    assert np.median(apart) < 0.04 * (person.box[3] - person.box[1])


def test_nobody_has_no_landmarks() -> None:
    plain = np.full((240, 320, 3), 120, np.uint8)
    find = BoxPoseEstimator(1)
    assert find.in_box(plain, (40.0, 20.0, 200.0, 220.0)) is None
    assert find.in_box(plain, (10.0, 10.0, 11.0, 10.0)) is None


def estimate(right: float = 0.0) -> PoseEstimate:
    places = joints() + np.array((right, 0, 0), np.float32)
    world = np.column_stack([(places[:, :2] - 128) / 100, np.zeros(33)]).astype(np.float32)
    return PoseEstimate(WHOLE, 0.9, places, world, mask(), WHOLE)


def test_a_joint_that_trembles_is_smoothed_and_one_of_somebody_else_is_not() -> None:
    tracks = PoseTracks()
    tracks(1, estimate(), 0.0)
    same, other = tracks(1, estimate(2.0), 1 / 30), tracks(2, estimate(2.0), 1 / 30)
    assert same is not None
    assert other is not None
    gone = same.image[:, 0] - joints()[:, 0]
    assert (gone > 0).all()
    assert (gone < 1.9).all()
    assert np.allclose(other.image[:, 0] - joints()[:, 0], 2.0)


def test_somebody_who_was_away_for_long_is_seen_anew() -> None:
    tracks = PoseTracks()
    tracks(1, estimate(), 0.0)
    back = tracks(1, estimate(2.0), 3.0)
    assert back is not None
    assert np.allclose(back.image[:, 0] - joints()[:, 0], 2.0)


def test_whoever_was_not_seen_has_no_pose() -> None:
    assert PoseTracks()(1, None, 0.0) is None


def test_a_pose_has_the_angles_of_its_joints() -> None:
    bent = estimate()
    hip, knee, ankle = ANGLES["left_knee"]
    world = bent.world.copy()
    world[hip], world[knee], world[ankle] = (0, -0.4, 0), (0, 0, 0), (0.4, 0, 0)
    pose = PoseTracks()(1, dataclasses.replace(bent, world=world), 0.0)
    assert pose is not None
    assert pose.angles["left_knee"] == pytest.approx(90.0, abs=0.01)
