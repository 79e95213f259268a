"""Parts held against where they were, on cloth that moves as we say; no network is needed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from cardboard import WHOLE, joints, mask
from clip import frames_of
from numpy.typing import NDArray
from textured import moved, textured

from mirror.core.skeleton import FROM_COCO
from mirror.parsers.builtin.carried_parts import REACH, CarriedParts, Grid, Planes
from mirror.parsers.builtin.settle import Settle
from mirror.pose.landmark_network import PoseEstimate
from mirror.tracking.crop_planner import PersonCrop
from mirror.tracking.motion import Motion, MotionMeter
from pipeline.frame import Frame

HEIGHT, WIDTH, STEP, UNIT = 240, 320, 6, 80.0  # pixels
FRAME_S = 1 / 24
TREMBLES = (0, 3, -3, 2, -2, 3, -3, 0, 3, -2)  # pixels that landmarks are off, a frame each
GOES = 5  # pixels a frame that somebody moves
COCO = joints()[list(FROM_COCO)]


def motions(right: int, count: int) -> list[Motion | None]:
    """What is seen of a picture that moves."""
    meter, picture = MotionMeter(), textured(HEIGHT, WIDTH)
    return [meter.see(f) for f in frames_of([moved(picture, right * n, 0) for n in range(count)])]


def seen(border: float, left: float) -> tuple[Planes, Grid]:
    """Two parts with an upright border, on a grid that begins somewhere."""
    xs = np.arange(left, left + 120, STEP, dtype=np.float32)
    grid = Grid(xs, np.arange(60, 180, STEP, dtype=np.float32), STEP)
    planes = np.full((14, len(grid.ys), len(xs)), 2.0, np.float32)
    planes[8], planes[9] = (xs - border) / UNIT, (border - xs) / UNIT
    planes -= planes.min(axis=0)
    return planes, grid


def border(planes: Planes, grid: Grid) -> float:
    """Where two parts are equally far, on average; pixels."""
    middle = (planes[9] - planes[8]).mean(axis=0)
    return float(np.interp(0.0, middle[::-1], grid.xs[::-1]))


def held_by(
    hold: CarriedParts,
    planes: Planes,
    grid: Grid,
    motion: Motion | None,
    motion_s: float,
    now: float,
) -> Planes:
    """Planes that are held, of somebody who is near a part everywhere."""
    near = np.zeros(planes.shape[1:], np.float32)
    return hold(planes, near, grid, motion, motion_s, now)[0]


@pytest.mark.parametrize(("slips", "keeps"), [(3, True), (12, False)])
def test_a_limb_whose_landmarks_slip_keeps_its_part_for_a_while(slips: int, keeps: bool) -> None:
    hold, told = CarriedParts(), motions(0, 4 + slips)
    far = np.float32(2 * REACH)
    for number, motion in enumerate(told):
        planes, grid = seen(150, 100)
        least = np.zeros_like(planes[0])
        if number >= 4:  # the left half is far from every part: the limb is said to be elsewhere
            planes, grid = seen(40, 100)
            least[:, : least.shape[1] // 2] = far
        since_s = FRAME_S if number else 0.0
        held, how_far = hold(planes, least, grid, motion, since_s, number * FRAME_S)
    assert (how_far[:, 2] <= REACH).all() == keeps
    assert (
        held[:, :, 2].argmin(axis=0) == seen(150, 100)[0][:, :, 2].argmin(axis=0)
    ).all() == keeps


def borders(
    goes: int, strays: tuple[int, ...], told: list[Motion | None] | None = None
) -> NDArray[np.float64]:
    """By how much each frame's border lies off where it is on the cloth; pixels."""
    hold = CarriedParts()
    off = []
    for number, motion in enumerate(told or motions(goes, len(strays))):
        true = 150 + goes * number
        planes, grid = seen(true + strays[number], 100 + goes * number)
        held = held_by(hold, planes, grid, motion, FRAME_S if number else 0.0, number * FRAME_S)
        assert held.min() == 0
        off.append(border(held, grid) - true)
    return np.array(off)


@pytest.mark.parametrize("goes", [0, GOES])
def test_a_border_that_trembles_stays_where_it_is_on_the_cloth(goes: int) -> None:
    changes = np.abs(np.diff(borders(goes, TREMBLES))).mean()
    assert changes < 0.65 * np.abs(np.diff(TREMBLES)).mean()


def test_a_limb_that_is_clearly_elsewhere_is_there_at_once() -> None:
    # 60 pixels are three quarters of a body unit, of which the past may hold a fifteenth
    off = borders(0, (-30, -30, -30, 30, 30))
    assert off[2] == pytest.approx(-30, abs=0.5)
    assert off[3] == pytest.approx(30, abs=6)


def test_a_border_that_moves_on_the_cloth_is_not_held_for_long() -> None:
    off = borders(0, (0,) * 4 + (4,) * 8)
    assert off[3] == pytest.approx(0, abs=0.1)
    assert 0 < off[4] < 3
    assert off[-1] == pytest.approx(4, abs=0.3)


def test_nothing_is_held_where_no_motion_is_known() -> None:
    off = borders(0, TREMBLES, [None] * len(TREMBLES))
    assert off == pytest.approx(np.array(TREMBLES), abs=0.01)


def test_whoever_was_not_seen_in_the_frame_before_is_not_held() -> None:
    hold = CarriedParts()
    *_, motion = motions(0, 2)
    held_by(hold, *seen(150, 100), motion, 0.0, 0.0)
    planes, grid = seen(153, 100)
    # the motion is of one frame, and two have gone by
    own = held_by(hold, planes.copy(), grid, motion, FRAME_S, 2 * FRAME_S)
    assert np.array_equal(own, planes)
    held = held_by(hold, seen(150, 100)[0], grid, motion, FRAME_S, 2 * FRAME_S + FRAME_S)
    assert border(held, grid) > 150.5


def test_what_is_held_does_not_depend_on_the_rate() -> None:
    def after(frames: int) -> float:
        hold, told = CarriedParts(), motions(0, frames + 1)
        elapsed_s = 1 / 12 / frames
        held_by(hold, *seen(150, 100), None, 0.0, 0.0)
        now = 0.0
        for motion in told[1:]:
            then, now = now, now + elapsed_s
            planes, grid = seen(152, 100)
            held = held_by(hold, planes, grid, motion, now - then, now)
        return border(held, grid)

    assert after(1) == pytest.approx(after(4), abs=0.15)


def changed(told: list[Motion | None]) -> float:
    """The share of somebody's pixels that change their part from frame to frame."""
    rng = np.random.default_rng(0)
    settle, parts = Settle(), []
    for number, motion in enumerate(told):
        found = joints()
        found[:, :2] += rng.normal(0, 4, (33, 2)).astype(np.float32)
        then, now = FRAME_S * max(0, number - 1), FRAME_S * number
        look = PersonCrop(1, WHOLE, COCO, 1.0, 1, 0.0, motion, now - then)
        seen = PoseEstimate(WHOLE, 1.0, found, np.zeros((33, 3), np.float32), mask(), WHOLE)
        frame = Frame.from_bgr(np.zeros((256, 256, 3), np.uint8), now)
        parts.append(settle(frame, (look,), (seen,)).labels)
    pairs = itertools.pairwise(parts)
    return float(np.mean([(one != other).mean() for one, other in pairs]))


def test_parts_of_somebody_whose_landmarks_tremble_change_less() -> None:
    told = motions(0, 12)
    assert 0 < changed(told) < 0.6 * changed([None] * 12)
