"""Who is in a picture, by two detectors and the landmark network."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from clip import images, man, on_ground
from somebody import standing

from mirror.core.skeleton import COCO_OTHER_SIDE
from mirror.pose import person_verifier
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.person_verifier import LandmarkVerifier
from mirror.pose.picture_looks import LandmarkNetworks, PictureLooks
from mirror.tracking.body_geometry import distance
from mirror.tracking.box_detector import PersonBox
from mirror.tracking.crop import SIDE, Crop
from mirror.tracking.person_detector import Detection, PersonDetector
from pipeline.frame import BGR

NOBODY = np.full((400, 600, 3), 120, np.uint8)


def test_somebody_of_whom_only_a_box_was_found_is_there_with_joints_and_a_square() -> None:
    image = on_ground(man(1)[0], 400, 600, 300, 60)
    (known,) = PersonDetector().find(image)
    (person,) = LandmarkVerifier()(image, [])
    assert person.crop is not None
    apart = min(
        distance(known.joints, of) for of in (person.joints, person.joints[COCO_OTHER_SIDE])
    )
    assert apart < 0.12


def test_joints_that_fill_a_box_stay_as_they_were_found() -> None:
    image = on_ground(man(1)[0], 400, 600, 300, 60)
    (known,) = PersonDetector().find(image)
    (person,) = LandmarkVerifier()(image, [known])
    assert person.crop is None
    assert np.array_equal(person.joints, known.joints)


def test_joints_found_where_another_square_shows_somebody_stay_with_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = on_ground(man(1)[0], 400, 600, 300, 60)
    (known,) = PersonDetector().find(image)
    monkeypatch.setattr(person_verifier, "_AGREED", 1.1)  # so that other squares are looked at
    monkeypatch.setattr(person_verifier, "_BELIEVED", 1.1)
    (person,) = LandmarkVerifier()(image, [known])
    assert person.crop is not None
    assert np.array_equal(person.joints, known.joints)


def test_a_box_round_nobody_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person_verifier, "_boxes", lambda *_: [PersonBox((50, 50, 200, 350), 0.9)])
    assert LandmarkVerifier()(NOBODY, []) == []


def test_joints_that_no_box_is_round_have_to_be_surer(monkeypatch: pytest.MonkeyPatch) -> None:
    image = on_ground(man(1)[0], 400, 600, 300, 60)
    (known,) = PersonDetector().find(image)
    monkeypatch.setattr(person_verifier, "_boxes", lambda *_: [])
    verify = LandmarkVerifier()
    assert len(verify(image, [dataclasses.replace(known, score=0.35)])) == 1
    assert verify(image, [dataclasses.replace(known, score=0.25)]) == []


def test_two_people_side_by_side_are_two_though_their_joints_were_taken_for_ones() -> None:
    one = images()[0][250:780, 250:520]
    image = np.hstack([one, one[:, ::-1]])
    mixed = Detection(standing(image.shape[1] / 2, 60, 420).joints, 0.9)
    people = LandmarkVerifier()(image, [mixed])
    assert len(people) == 2
    middles = sorted(float(person.joints[5:13, 0].mean()) for person in people)
    assert middles[0] < image.shape[1] / 2 < middles[1]


class Sides:
    """Sees the left of two people in squares that reach far to the left, else the right one."""

    def __init__(self) -> None:
        self.looked: list[Crop] = []

    def estimate(self, image: BGR, crop: Crop) -> PoseEstimate:
        self.looked.append(crop)
        person = np.zeros(image.shape[:2], np.uint8)
        x = 100 if crop.x < 250 else 300
        person[100:300, x : x + 100] = 1
        mask = cv2.warpAffine(person, crop.from_image, (SIDE, SIDE)).astype(np.float32) * 12 - 6
        joints = np.full((33, 3), x, np.float32)
        return PoseEstimate(crop, 0.9, joints, joints, mask, crop)


def test_of_several_answers_the_one_counts_that_fills_the_box() -> None:
    networks = LandmarkNetworks()
    networks.lite = networks.full = networks.careful = Sides()  # type: ignore[assignment]
    looks = PictureLooks(networks, NOBODY)
    right, left = (300.0, 100.0, 400.0, 300.0), (100.0, 100.0, 200.0, 300.0)
    misleading = Crop(200.0, 200.0, 300.0, 0.0)  # where the left one is seen
    look = looks.in_box(right, [misleading])
    assert look is not None
    assert look.seen.joints[0, 0] == 300
    assert looks.fit(look, right) > 0.9
    assert looks.fit(look, left) == 0
    assert looks.in_box((450.0, 100.0, 550.0, 300.0), []) is None  # only others are seen there
