"""Which network looks at whom."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mirror.core.settings import Quality
from mirror.pose import pose_estimator
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.pose_estimator import PoseEstimator
from mirror.tracking.crop import SIDE, Crop
from mirror.tracking.crop_planner import PersonCrop
from pipeline.frame import BGR

CROP = Crop(160.0, 160.0, 300.0, 0.0)
FACING = PersonCrop(1, CROP, np.full((17, 3), 160.0, np.float32), 1.0, 1, 0.5)
MOVER = dataclasses.replace(FACING, is_mover=True)
IMAGE = np.zeros((320, 320, 3), np.uint8)


class Network:
    """Sees somebody there with some presence, and notes how large the squares were."""

    def __init__(self, presence: float) -> None:
        self.presence, self.sides = presence, list[float]()

    def estimate(self, image: BGR, crop: Crop) -> PoseEstimate:
        self.sides.append(crop.side)
        joints = np.full((33, 3), 160.0, np.float32)
        mask = np.full((SIDE, SIDE), 9.0, np.float32)
        return PoseEstimate(crop, self.presence, joints, joints, mask, CROP)


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Network]:
    made = {"lite": Network(1.0), "full": Network(1.0), "careful": Network(1.0)}
    monkeypatch.setattr(pose_estimator, "LandmarkNetwork", lambda threads, size="lite": made[size])
    monkeypatch.setattr(pose_estimator, "CarefulNetwork", lambda network: made["careful"])
    monkeypatch.setattr(pose_estimator, "is_collapsed", lambda seen, person: False)
    return made


def looks(networks: dict[str, Network], quality: Quality, person: PersonCrop) -> tuple[int, int]:
    """How often the lite and the full network looked."""
    PoseEstimator(1, quality)(IMAGE, person)
    return len(networks["lite"].sides), len(networks["full"].sides)


def test_whoever_moves_with_the_whole_body_is_looked_at_with_the_full_network(
    networks: dict[str, Network],
) -> None:
    assert looks(networks, "balanced", MOVER) == (0, 1)


def test_everybody_else_and_everybody_if_it_is_to_be_fast_with_the_lite_one(
    networks: dict[str, Network],
) -> None:
    assert looks(networks, "balanced", FACING) == (1, 0)
    assert looks(networks, "fast", MOVER) == (2, 0)


def test_whoever_was_found_is_not_lost_for_what_the_lite_network_does_not_see(
    networks: dict[str, Network],
) -> None:
    networks["lite"].presence = 0.1
    seen = PoseEstimator(1, "balanced")(IMAGE, FACING)
    assert seen.presence == 1.0
    assert networks["full"].sides == [CROP.side]


def test_where_nobody_was_found_of_late_more_of_the_picture_is_looked_at(
    networks: dict[str, Network],
) -> None:
    networks["lite"].presence = 0.1
    PoseEstimator(1, "balanced")(IMAGE, dataclasses.replace(FACING, trust=0.1))
    assert networks["full"].sides == []
    assert networks["lite"].sides == [CROP.side, pytest.approx(1.2 * CROP.side)]


def test_whoever_was_searched_for_thoroughly_is_looked_at_carefully_in_their_square(
    networks: dict[str, Network],
) -> None:
    verified = dataclasses.replace(FACING, crop=Crop(40.0, 40.0, 100.0, 0.0), is_verified=True)
    assert looks(networks, "balanced", verified) == (0, 0)
    # no second look where the network would rather have looked: that was tried, and seen to be less
    assert networks["careful"].sides == [100.0]
