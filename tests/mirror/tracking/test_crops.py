"""The square in which a person is looked at, over time, and what is seen in it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from clip import frames_of, images, man, on_ground

from mirror.pose.crop_correction import estimate
from mirror.pose.landmark_network import LandmarkNetwork
from mirror.pose.person_verifier import LandmarkVerifier
from mirror.pose.plausibility import fit
from mirror.tracking.crop import Crop
from mirror.tracking.crop_placement import crop_round
from mirror.tracking.crop_planner import CropPlanner
from mirror.tracking.person_detector import PersonDetector
from pipeline.frame import BGR

SWAYS = [0.0] * 3 + [4.0 * number for number in range(1, 8)] + [28.0] * 2  # degrees


def turned(image: BGR, degrees: float) -> BGR:
    """The image turned clockwise about its middle."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    picture: BGR = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return picture


def test_the_square_leans_with_somebody_who_sways() -> None:
    upright = cv2.resize(images()[0], (360, 640), interpolation=cv2.INTER_AREA)
    prepare = CropPlanner.of(PersonDetector(), LandmarkVerifier(), live=False)
    plans = [prepare(frame) for frame in frames_of([turned(upright, one) for one in SWAYS])]
    leans = [np.degrees(plan[0].crop.angle) for plan in plans]
    assert leans[0] == pytest.approx(0, abs=8)
    for lean, sway in zip(leans, SWAYS, strict=True):
        assert lean - leans[0] == pytest.approx(sway, abs=6)


def test_the_square_round_somebody_who_is_still_stands_still() -> None:
    prepare = CropPlanner.of(PersonDetector(), LandmarkVerifier(), live=False)
    squares = [prepare(frame)[0].crop for frame in frames_of([man(1)[0]] * 6)]
    assert len(set(squares)) == 1


def test_somebody_who_moves_is_seen_from_nearer_than_somebody_who_is_still() -> None:
    prepare = CropPlanner.of(PersonDetector(), LandmarkVerifier(), live=False)
    moving = [prepare(frame)[0] for frame in frames_of(man(12))]
    room = [person.crop.side / crop_round(person.joints).side for person in moving]
    assert room[0] == pytest.approx(1.0)  # nothing is known of them yet
    assert max(room[6:]) < 0.95
    prepare = CropPlanner.of(PersonDetector(), LandmarkVerifier(), live=False)
    still = [prepare(frame)[0] for frame in frames_of([man(1)[0]] * 6)]
    assert still[-1].crop.side == pytest.approx(crop_round(still[-1].joints).side, rel=0.01)


def test_limbs_that_do_not_lie_on_the_person_are_looked_at_again() -> None:
    network, prepare = (
        LandmarkNetwork(2),
        CropPlanner.of(PersonDetector(), LandmarkVerifier(), live=False),
    )
    once, better = [], []
    for frame in frames_of(man(20)):
        (person,) = prepare(frame)
        for lean in (-0.1, 0.0, 0.1) if frame.time > 0.3 else ():
            leaning = replace(person, crop=replace(person.crop, angle=person.crop.angle + lean))
            once.append(fit(network.estimate(frame.bgr, leaning.crop)))
            better.append(fit(estimate(network, frame.bgr, leaning)))
    assert min(once) < 0.5  # the legs are seen in the middle between both
    assert min(better) >= min(0.55, min(once) + 0.1)
    assert all(one <= other for one, other in zip(once, better, strict=True))


def test_landmarks_beside_the_mask_do_not_fit_it() -> None:
    network = LandmarkNetwork(2)
    picture = on_ground(man(1)[0], 400, 400, 60, 40)
    prepare = CropPlanner.of(PersonDetector(), LandmarkVerifier(), live=False)
    (person,) = prepare(frames_of([picture])[0])
    seen = network.estimate(picture, person.crop)
    assert fit(seen) > 0.8
    seen.joints[:, 0] += 60
    assert fit(seen) < 0.3
    seen.joints[:, 2] = 0.1
    assert fit(seen) == 1.0  # nothing is claimed


def test_half_a_body_has_a_square_where_the_rest_would_be() -> None:
    joints = np.zeros((17, 3), np.float32)
    joints[:5] = 100, 60, 0.9
    joints[5], joints[6] = (130, 100, 0.9), (70, 100, 0.9)
    crop = crop_round(joints)
    assert isinstance(crop, Crop)
    assert crop.x == pytest.approx(100)
    assert crop.y == pytest.approx(184)
