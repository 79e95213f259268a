import cv2
import numpy as np
import pytest
from clip import frames_of
from textured import moved, textured

from mirror.tracking.motion import Motion, MotionMeter, Origins
from pipeline.frame import BGR, Frame


def see(*pictures: BGR) -> Motion | None:
    meter = MotionMeter()
    frames: list[Frame] = frames_of(list(pictures))
    for frame in frames[:-1]:
        meter.see(frame)
    return meter.see(frames[-1])


@pytest.mark.parametrize(("height", "width"), [(240, 320), (480, 640), (720, 1280), (200, 90)])
def test_points_are_carried_in_pixels_of_the_frame(height: int, width: int) -> None:
    picture = textured(height, width)
    shift = max(2, width // 160)
    motion = see(picture, moved(picture, shift, 0))
    assert motion is not None
    points = np.array([[width / 2, height / 2], [width / 3, height / 3]], np.float32)
    assert motion.carry(points) - points == pytest.approx(
        np.array([[shift, 0], [shift, 0]]), abs=max(1.0, shift / 4)
    )


def test_the_first_frame_a_cut_and_a_new_size_have_no_motion() -> None:
    picture = textured(240, 320)
    assert see(picture) is None
    assert see(picture, 255 - picture) is None
    assert see(picture, cv2.resize(picture, (160, 120))) is None


def test_a_tiny_picture_has_no_motion() -> None:
    assert see(textured(8, 8), textured(8, 8)) is None


@pytest.mark.parametrize(("height", "width"), [(40, 500), (500, 40), (31, 256)])
def test_a_long_and_narrow_picture_has_no_motion(height: int, width: int) -> None:
    # the flow's code crashed on it, and took the process along
    assert see(textured(height, width), textured(height, width)) is None


def test_speed_is_that_of_what_moves_fastest_in_a_box() -> None:
    field = np.zeros((60, 80, 2), np.float32)
    field[20:40, 20:40] = (3, 0)
    motion = Motion(field, 4.0)
    assert motion.speed_in((70, 70, 170, 170), 0.05) == pytest.approx(12)
    assert motion.speed_in((200, 200, 300, 230), 0.05) == 0
    assert motion.speed_in((9000, 9000, 9010, 9010), 0.05) == 0
    wide = (0.0, 0.0, 320.0, 240.0)  # of which a twelfth moves
    assert motion.speed_in(wide, 0.05) == pytest.approx(12)
    assert motion.speed_in(wide, 0.2) == 0


def test_what_somebody_does_is_told_from_a_camera_that_pans() -> None:
    field = np.full((60, 80, 2), 2.0, np.float32)  # the camera
    field[20:40, 20:40] = (5, 2)
    motion = Motion(field, 4.0)
    somebody, nobody = (70.0, 70.0, 170.0, 170.0), (200.0, 170.0, 300.0, 230.0)
    assert motion.speed_in(nobody, 0.05) == pytest.approx(8)
    assert motion.speed_in(nobody, 0.05, motion.camera()) == 0
    assert motion.speed_in(somebody, 0.05, motion.camera()) == pytest.approx(12)


def test_what_moves_outside_of_boxes_is_told_from_a_camera_that_pans() -> None:
    field = np.full((60, 80, 2), 2.0, np.float32)  # the camera
    field[40:60, 60:80] = (7, 2)  # somebody
    motion = Motion(field, 4.0)
    moving = motion.moving_outside([])
    assert moving.share == pytest.approx(1 / 12)
    assert moving.within(240, 160, 320, 240) == 25
    assert moving.within(0, 0, 160, 120) == 0
    assert motion.moving_outside([(230, 150, 330, 250)]).share == 0


@pytest.mark.parametrize("shift", [0, 4, 12])
def test_points_are_traced_to_where_they_came_from(shift: int) -> None:
    picture = textured(480, 640)
    motion = see(picture, moved(picture, shift, -shift // 2))
    assert motion is not None
    xs, ys = np.arange(200, 400, 10, dtype=np.float32), np.arange(150, 300, 10, dtype=np.float32)
    traced = Origins()(motion, xs, ys)
    assert traced is not None
    x, y = traced
    assert x.shape == y.shape == (15, 20)
    assert np.abs(x - (xs - shift)).mean() < 1
    assert np.abs(y - (ys[:, None] + shift // 2)).mean() < 1


@pytest.mark.parametrize("place", [-500, 0, 630, 5000])
@pytest.mark.parametrize(("height", "width"), [(480, 640), (70, 500), (33, 33)])
def test_points_outside_and_in_tiny_pictures_are_traced_too(
    height: int, width: int, place: int
) -> None:
    picture = textured(height, width)
    motion = see(picture, picture)
    assert motion is not None
    at = np.array([place], np.float32)
    traced = Origins()(motion, at, at)
    assert traced is not None
    assert traced[0] == pytest.approx(place, abs=1)


def test_a_motion_without_pictures_traces_nothing() -> None:
    at = np.zeros(1, np.float32)
    assert Origins()(Motion(np.zeros((60, 80, 2), np.float32), 4.0), at, at) is None
