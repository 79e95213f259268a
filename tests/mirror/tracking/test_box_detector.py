"""Boxes round people, by the second detector."""

import numpy as np
from clip import images, man, on_ground

from mirror.tracking.box_detector import BoxDetector, PersonBox, once_each
from mirror.tracking.box_tracks import overlap


def test_a_box_is_round_the_whole_person_wherever_they_are() -> None:
    picture, detector = man(1)[0], BoxDetector()
    (there,) = detector.find(picture, 0.4)
    height, width = picture.shape[:2]
    assert there.box[3] - there.box[1] > 0.5 * height
    (moved,) = detector.find(on_ground(picture, height + 90, width + 250, 210, 70), 0.4)
    x0, y0, x1, y1 = there.box
    assert overlap(moved.box, (x0 + 210, y0 + 70, x1 + 210, y1 + 70)) > 0.85


def test_a_large_and_a_small_picture_have_the_same_boxes() -> None:
    picture, detector = images()[0], BoxDetector()
    whole, *_ = detector.find(picture, 0.5)
    half, *_ = detector.find(np.ascontiguousarray(picture[::2, ::2]), 0.5)
    x0, y0, x1, y1 = half.box
    assert overlap(whole.box, (2 * x0, 2 * y0, 2 * x1, 2 * y1)) > 0.9


def test_nobody_is_in_an_empty_picture_however_small() -> None:
    for side in (1, 3, 64):
        assert BoxDetector().find(np.full((side, 2 * side, 3), 120, np.uint8), 0.3) == []


def test_of_boxes_round_one_person_the_surest_stays() -> None:
    one, same = PersonBox((0, 0, 100, 200), 0.5), PersonBox((5, 5, 105, 205), 0.8)
    beside = PersonBox((60, 0, 160, 200), 0.4)
    assert once_each([one, same, beside]) == [same, beside]
