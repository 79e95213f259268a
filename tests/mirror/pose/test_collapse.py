"""Somebody whose left and right the landmark network sees in one place."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mirror.core.skeleton import FROM_COCO, LANDMARKS
from mirror.pose import pose_estimator
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.plausibility import is_collapsed
from mirror.tracking.crop import SIDE, Crop
from mirror.tracking.crop_planner import PersonCrop
from pipeline.frame import BGR

CROP = Crop(160.0, 160.0, 300.0, 0.0)


def body(shoulders: float, hips: float) -> NDArray[np.float32]:
    """(33, 3): somebody upright whose shoulders and hips are so many pixels wide."""
    joints = np.tile(np.array((160, 80, 0.9), np.float32), (33, 1))
    for name, width, down in (("shoulder", shoulders, 100), ("hip", hips, 180)):
        for side, sign in (("left", 0.5), ("right", -0.5)):
            joints[LANDMARKS.index(f"{side}_{name}"), :2] = 160 + sign * width, down
    return joints


def collapsed(
    seen: tuple[float, float], found: tuple[float, float], trust: float = 1.0, score: float = 0.8
) -> bool:
    joints = body(*found)[list(FROM_COCO)]
    joints[:, 2] = score
    mask = np.zeros((SIDE, SIDE), np.float32)
    estimate = PoseEstimate(CROP, 1.0, body(*seen), np.zeros((33, 3), np.float32), mask, CROP)
    return is_collapsed(estimate, PersonCrop(1, CROP, joints, trust, 1, 0.5))


@pytest.mark.parametrize(("seen", "are"), [((44, 28), False), ((8, 28), True), ((44, 4), True)])
def test_shoulders_or_hips_in_one_place_are_no_body_from_the_front(
    seen: tuple[float, float], are: bool
) -> None:
    assert collapsed(seen, (44, 28)) is are


def test_a_body_from_the_side_is_as_narrow_for_the_detector() -> None:
    assert not collapsed((8, 4), (10, 6))


def test_a_detector_that_is_not_sure_proves_nothing() -> None:
    assert not collapsed((8, 4), (44, 28), score=0.1)
    assert not collapsed((8, 4), (44, 28), trust=0.1)


class Network:
    """Sees a body of some width wherever it looks, and counts its looks."""

    def __init__(self, shoulders: float) -> None:
        self._joints, self.looks = body(shoulders, 28), 0

    def estimate(self, image: BGR, crop: Crop) -> PoseEstimate:
        self.looks += 1
        mask = np.full((SIDE, SIDE), 9.0, np.float32)
        return PoseEstimate(crop, 1.0, self._joints, np.zeros((33, 3), np.float32), mask, crop)


@pytest.mark.parametrize(("usual", "looks"), [(44, 0), (8, 1)])
def test_who_is_seen_in_one_line_is_looked_at_carefully(
    usual: float, looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, careful = Network(usual), Network(42)
    monkeypatch.setattr(pose_estimator, "LandmarkNetwork", lambda threads, size="lite": quick)
    monkeypatch.setattr(pose_estimator, "CarefulNetwork", lambda network: careful)
    joints = body(44, 28)[list(FROM_COCO)]
    joints[:, 2] = 0.8
    image = np.zeros((320, 320, 3), np.uint8)
    seen = pose_estimator.PoseEstimator(1, "balanced")(
        image, PersonCrop(1, CROP, joints, 1.0, 1, 0.5)
    )
    assert careful.looks == looks
    assert not is_collapsed(seen, PersonCrop(1, CROP, joints, 1.0, 1, 0.5))
