"""OKS, PCK and exchanged sides; average precision held against COCO's own code."""

from __future__ import annotations

import numpy as np
import pytest

from mirror.core.parsing import Pose
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.coco_joints import COCO_JOINTS, coco_joints
from mirror.evaluation.judges.pose import PoseJudge
from mirror.evaluation.metrics.keypoints import (
    SIGMAS,
    Points,
    joints_exchanged,
    near_joints,
    oks,
    pair_up,
    torso,
)
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Keypoints, Sample, Truth

NOBODY = np.zeros((100, 100), np.uint8)
NOSE, LEFT_EAR = 0, 3
SHOULDER, OTHER_HIP = COCO_JOINTS.index("left_shoulder"), COCO_JOINTS.index("right_hip")


def standing() -> Points:
    """Every joint labelled, in a row down the picture; the torso is 50 long."""
    points = np.zeros((17, 3))
    points[:, 0], points[:, 1], points[:, 2] = 40 + 5 * (np.arange(17) % 2), np.arange(17) * 5, 2
    points[SHOULDER, :2], points[OTHER_HIP, :2] = (30, 20), (60, 60)
    return points


def labelled(points: Points, area: float = 900.0, crowd: bool = False) -> Keypoints:
    return Keypoints(points, area, (0.0, 0.0, 90.0, 90.0), crowd)


def judged(truths: list[Keypoints], found: list[Points], scores: list[float]) -> PoseJudge:
    judge = PoseJudge()
    sample = Sample("a", __file__, lambda: Truth(NOBODY))  # type: ignore[arg-type]
    truth = Truth(NOBODY, None, tuple(truths))
    judge.see(sample, NOBODY, truth, Prediction(NOBODY, tuple(scores), None, tuple(found)))
    return judge


def test_joints_at_one_sigma_of_their_size_have_a_likeness_of_e_to_minus_an_eighth() -> None:
    truth = standing()
    found = truth.copy()
    # COCO's k is twice the sigma: a distance of s · sigma is exp(-1/8)
    found[:, 0] += 30.0 * SIGMAS
    assert oks(truth, 900.0, found) == pytest.approx(np.exp(-1 / 8))
    assert oks(truth, 900.0, truth) == 1.0


def test_only_labelled_joints_count_and_hidden_ones_are_labelled() -> None:
    truth = standing()
    truth[1:, 2] = 0
    truth[LEFT_EAR, 2] = 1
    found = standing()
    found[LEFT_EAR, :2] += 1000
    assert oks(truth, 900.0, found) == pytest.approx(0.5)
    truth[:, 2] = 0
    assert np.isnan(oks(truth, 900.0, found))


def test_a_joint_that_is_not_told_is_far_off() -> None:
    found = standing()
    found[NOSE, :2] = np.nan
    assert oks(standing(), 900.0, found) == pytest.approx(16 / 17)


def test_a_joint_is_near_within_a_fifth_of_the_torso() -> None:
    truth, found = standing(), standing()
    assert torso(truth) == pytest.approx(50.0)
    found[NOSE, 0] += 10.0  # exactly a fifth
    found[LEFT_EAR, 0] += 10.1
    near = near_joints(truth, found)
    assert near is not None
    assert np.flatnonzero(~near).tolist() == [LEFT_EAR]


def test_nearness_is_not_known_without_a_labelled_torso() -> None:
    truth = standing()
    truth[OTHER_HIP, 2] = 0
    assert torso(truth) is None
    assert near_joints(truth, standing()) is None


def test_exchanged_sides_are_seen() -> None:
    truth = standing()
    other = truth[[0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15]]
    assert joints_exchanged(truth, 900.0, other)
    assert not joints_exchanged(truth, 900.0, truth)


def test_the_likest_pair_goes_first_and_nobody_is_taken_twice() -> None:
    assert pair_up(np.array([[0.6, 0.9], [0.0, 0.8]])) == [1, -1]
    assert pair_up(np.array([[0.6, 0.7], [0.1, 0.9]])) == [0, 1]
    assert pair_up(np.zeros((2, 0))) == [-1, -1]


def test_who_is_missed_scores_nothing_and_a_crowd_is_not_asked_for() -> None:
    far = standing()
    far[:, 0] += 5000
    beside = standing()
    beside[:, 0] += 20
    crowd = labelled(beside, crowd=True)
    figures = judged([labelled(standing()), labelled(far), crowd], [standing()], [0.9]).verdict()
    assert figures.figures["people"] == 2
    assert figures.figures["recall"] == 0.5
    assert figures.figures["oks"] == pytest.approx(0.5)
    assert figures.figures["oks_of_found"] == pytest.approx(1.0)
    assert figures.figures["pck"] == pytest.approx(0.5)
    assert figures.tables["PCK@0.2 by joint"]["nose"] == {"pck": 0.5, "labelled": 2}


def test_average_precision_falls_with_a_sure_person_who_is_not_there() -> None:
    pytest.importorskip("pycocotools")
    far = standing()
    far[:, 0] += 5000
    right = judged([labelled(standing())], [standing()], [0.9]).verdict().figures
    assert right["ap"] == pytest.approx(1.0)
    both = judged([labelled(standing())], [far, standing()], [0.9, 0.5]).verdict().figures
    assert both["ap"] == pytest.approx(0.5)
    swapped = judged([labelled(standing())], [far, standing()], [0.5, 0.9]).verdict().figures
    assert swapped["ap"] == pytest.approx(1.0)


def test_our_oks_is_that_of_coco_s_own_code() -> None:
    pytest.importorskip("pycocotools")
    from pycocotools.cocoeval import COCOeval

    rng = np.random.default_rng(3)
    truth, found = standing(), standing()
    truth[rng.random(17) < 0.3, 2] = 0
    found[:, :2] += rng.normal(0, 4, (17, 2))
    judge = COCOeval(iouType="keypoints")
    judge.params.catIds = [1]
    box = [0, 0, 90, 90]
    judge._gts = {(1, 1): [{"keypoints": truth.ravel().tolist(), "area": 900.0, "bbox": box}]}
    judge._dts = {(1, 1): [{"keypoints": found.ravel().tolist(), "score": 1.0}]}
    assert oks(truth, 900.0, found) == pytest.approx(float(judge.computeOks(1, 1)[0, 0]))


def test_a_parser_s_landmarks_come_in_coco_s_order() -> None:
    image = np.stack([np.arange(33.0), np.arange(33.0) + 100, np.ones(33)], 1).astype(np.float32)
    joints = coco_joints(Pose(LANDMARKS, image, None, {}))
    assert joints[COCO_JOINTS.index("left_knee"), 0] == LANDMARKS.index("left_knee")
    assert joints[COCO_JOINTS.index("right_ankle"), 1] == LANDMARKS.index("right_ankle") + 100
    some = coco_joints(Pose(("nose",), image[:1], None, {}))
    assert some[0].tolist() == [0.0, 100.0, 1.0]
    assert np.isnan(some[1:, :2]).all()
    assert (some[1:, 2] == 0).all()
