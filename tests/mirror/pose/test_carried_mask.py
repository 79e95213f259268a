"""Masks that stay on the body where it goes: what a frame loses, and what it makes up."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from textured import moved, textured

from mirror.pose.carried_mask import CarriedMask
from mirror.pose.landmark_network import PoseEstimate
from mirror.tracking.crop import Crop
from pipeline.frame import BGR

HEIGHT, WIDTH = 320, 480
BODY, LEG = (slice(60, 180), slice(100, 150)), (slice(180, 260), slice(110, 140))
STRANGER = (slice(90, 130), slice(200, 240))
FRAME_S, STEP = 1 / 24, 6  # pixels that the body goes in a frame
MOVES, STILL = 0.2, 1.0  # calm

Mask = NDArray[np.bool_]


def scene(number: int) -> tuple[BGR, Mask, Mask]:
    """Somebody before a wall: the picture, where they are, and where their leg is."""
    picture = textured(HEIGHT, WIDTH).copy()
    cloth = moved(textured(HEIGHT, WIDTH), 37, 53)[::-1]
    somebody, leg = np.zeros((2, HEIGHT, WIDTH), bool)
    leg[LEG] = True
    somebody[LEG] = somebody[BODY] = True
    right = STEP * number
    somebody, leg = np.roll(somebody, right, axis=1), np.roll(leg, right, axis=1)
    picture[somebody] = np.roll(cloth, right, axis=1)[somebody]
    return picture, somebody, leg


def crop_at(number: int, turn: float = 0.0) -> Crop:
    return Crop(150.0 + STEP * number, 160.0, 256.0 + number % 3, turn * (number % 2))


def seen(picture: BGR, mask: Mask, crop: Crop) -> tuple[PoseEstimate, BGR]:
    """What a network would answer that sees just this mask, and the square that it looked at."""
    logits = cv2.warpAffine(
        np.where(mask, np.float32(6), np.float32(-6)), crop.from_image, (256, 256), borderValue=-6
    )
    nothing = np.zeros((33, 3), np.float32)
    return PoseEstimate(crop, 1.0, nothing, nothing, logits, crop), crop.cut(picture)


def in_picture(logits: NDArray[np.float32], crop: Crop) -> Mask:
    placed = cv2.warpAffine(logits, crop.to_image, (WIDTH, HEIGHT), borderValue=-6)
    return np.asarray(placed > 0)


def share(part: Mask, found: Mask) -> float:
    return float(found[part].mean())


def iou(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("turn", [0.0, 0.15])
def test_a_leg_that_is_lost_for_a_frame_stays(turn: float) -> None:
    carried = CarriedMask()
    for number in range(8):
        picture, somebody, leg = scene(number)
        crop = crop_at(number, turn)
        is_lost = number == 7
        seen_now = somebody & ~leg if is_lost else somebody
        found = in_picture(carried(*seen(picture, seen_now, crop), MOVES, FRAME_S), crop)
    assert share(leg, found) > 0.55
    assert iou(found, somebody) > 0.87


def test_a_leg_that_is_no_longer_there_goes() -> None:
    carried = CarriedMask()
    for number in range(8):
        picture, somebody, leg = scene(number)
        seen_now = somebody if number < 3 else somebody & ~leg
        crop = crop_at(number)
        found = in_picture(carried(*seen(picture, seen_now, crop), MOVES, FRAME_S), crop)
    assert share(leg, found) < 0.02


def test_a_piece_of_the_wall_that_is_taken_for_somebody_once_is_left_out() -> None:
    carried = CarriedMask()
    wall = np.zeros((HEIGHT, WIDTH), bool)
    wall[STRANGER] = True
    for number in range(6):
        picture, somebody, _ = scene(number)
        wall &= ~somebody
        crop = crop_at(number)
        seen_now = somebody | wall if number == 5 else somebody
        found = in_picture(carried(*seen(picture, seen_now, crop), MOVES, FRAME_S), crop)
    assert share(wall, found) < 0.15


def test_nothing_of_a_mask_stays_behind() -> None:
    carried = CarriedMask()
    for number in range(12):
        picture, somebody, _ = scene(number)
        crop = crop_at(number)
        found = in_picture(carried(*seen(picture, somebody, crop), MOVES, FRAME_S), crop)
        assert iou(found, somebody) > 0.97


def test_the_edge_of_somebody_who_is_still_trembles_less() -> None:
    rng = np.random.default_rng(0)
    picture, somebody, _ = scene(0)
    carried, crop = CarriedMask(), crop_at(0)
    own, steadied = [], []
    for _ in range(12):
        seen_now = np.roll(somebody, int(rng.integers(-2, 3)), axis=1)
        estimate, square = seen(picture, seen_now, crop)
        own.append(estimate.mask > 0)
        steadied.append(carried(estimate, square, STILL, FRAME_S) > 0)

    def flicker(masks: list[Mask]) -> float:
        return float(np.mean([one != other for one, other in itertools.pairwise(masks)]))

    assert flicker(steadied[4:]) < 0.65 * flicker(own[4:])


def test_what_is_remembered_does_not_depend_on_the_rate() -> None:
    """As much is left of a lost leg after a twelfth of a second, in any number of frames."""

    def left_after(frames: int) -> float:
        picture, somebody, leg = scene(0)
        carried, crop = CarriedMask(), crop_at(0)
        carried(*seen(picture, somebody, crop), STILL, FRAME_S)
        for _ in range(frames):
            logits = carried(*seen(picture, somebody & ~leg, crop), STILL, 1 / 12 / frames)
        return float(logits[140, int(crop.from_image[0] @ (125, 220, 1))])

    assert left_after(1) == pytest.approx(left_after(4), abs=0.2)


@pytest.mark.parametrize("elapsed_s", [0.0, -3.0, 2.0])
def test_frames_that_do_not_follow_one_another_have_no_past(elapsed_s: float) -> None:
    picture, somebody, leg = scene(0)
    carried, crop = CarriedMask(), crop_at(0)
    carried(*seen(picture, somebody, crop), MOVES, FRAME_S)
    now, square = seen(picture, somebody & ~leg, crop)
    assert (carried(now, square, MOVES, elapsed_s) == now.mask).all()
    assert carried.motion is None


def test_an_estimate_is_left_as_it_is() -> None:
    carried = CarriedMask()
    for number in range(2):
        picture, somebody, _ = scene(number)
        estimate, square = seen(picture, somebody, crop_at(number))
        mask, shown = estimate.mask.copy(), square.copy()
        carried(estimate, square, MOVES, FRAME_S)
        assert (estimate.mask == mask).all()
        assert (square == shown).all()


@pytest.mark.parametrize("calm", [MOVES, STILL])
@pytest.mark.parametrize("corner", [(0, 0), (0, 254), (254, 0), (254, 254), None])
def test_masks_in_corners_and_none_at_all(corner: tuple[int, int] | None, calm: float) -> None:
    mask = np.full((256, 256), -6.0, np.float32)
    if corner is not None:
        mask[corner[0] : corner[0] + 2, corner[1] : corner[1] + 2] = 6.0
    square, nothing = textured(256, 256), np.zeros((33, 3), np.float32)
    carried, crop = CarriedMask(), Crop(127.5, 127.5, 256.0, 0.0)
    estimate = PoseEstimate(crop, 1.0, nothing, nothing, mask, crop)
    for _ in range(3):
        assert ((carried(estimate, square, calm, FRAME_S) > 0) == (mask > 0)).all()


@pytest.mark.parametrize("turn", [0.0, 0.3])
def test_where_pixels_of_somebody_were_is_known_in_the_picture(turn: float) -> None:
    carried = CarriedMask()
    for number in range(2):
        picture, somebody, _ = scene(number)
        carried(*seen(picture, somebody, crop_at(number, turn)), MOVES, FRAME_S)
    assert carried.motion is not None
    xs, ys = (np.array(places, np.float32) for places in ((115, 125, 145), (90, 120, 200)))
    x, y = carried.motion.origins_of(xs, ys)
    inside = somebody[np.ix_(ys.astype(int), xs.astype(int))]
    assert inside.sum() >= 7
    assert np.abs(x - (xs - STEP))[inside].max() < 1.0
    assert np.abs(y - ys[:, None])[inside].max() < 1.0
