"""What is smoothed over time, and what is let through."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mirror.pose.temporal_smoothing import OneEuro

SIZE = 200.0  # pixels
FRAME_S = 1 / 30


def smoothed(points: list[NDArray[np.float32]], calm: float) -> NDArray[np.float32]:
    steady = OneEuro()
    return np.stack([steady(one, SIZE, FRAME_S, calm) for one in points])


def along(pixels_a_frame: float, frames: int = 30) -> list[NDArray[np.float32]]:
    return [
        np.array([[100 + pixels_a_frame * max(0, number - 8), 50], [10, 10]], np.float32)
        for number in range(frames)
    ]


@pytest.mark.parametrize("pixels_a_frame", [2.5, 6.0, 15.0, 40.0])
def test_a_limb_in_which_no_motion_was_seen_trails_by_less_than_a_frame(
    pixels_a_frame: float,
) -> None:
    points = along(pixels_a_frame)
    behind = np.stack(points)[-10:, 0, 0] - smoothed(points, calm=1.0)[-10:, 0, 0]
    assert behind.max() < pixels_a_frame


def test_a_limb_that_stops_is_where_it_stopped() -> None:
    points = along(15.0, 20)
    points += [points[-1]] * 8
    assert smoothed(points, calm=1.0)[-1, 0, 0] == pytest.approx(points[-1][0, 0], abs=1.0)


def test_points_of_a_body_that_is_still_tremble_less_than_those_of_one_that_moves() -> None:
    noise = np.random.default_rng(0).normal(0, 0.6, (60, 4, 2)).astype(np.float32)
    still, moving = (
        np.abs(np.diff(smoothed(list(100 + noise), calm), axis=0)).mean() for calm in (1.0, 0.0)
    )
    raw = np.abs(np.diff(noise, axis=0)).mean()
    assert still < 0.2 * raw
    assert still < moving / 2
