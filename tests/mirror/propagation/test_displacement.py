from __future__ import annotations

import numpy as np
import pytest

from mirror.propagation.displacement import Displacement

SIZES = [(36, 64, 720, 1280), (68, 120, 1080, 1920), (30, 40, 240, 320), (7, 5, 37, 26)]
any_size = pytest.mark.parametrize(("rows", "columns", "height", "width"), SIZES)


def constant(
    rows: int, columns: int, height: int, width: int, right: float, down: float
) -> Displacement:
    field = np.empty((rows, columns, 2), np.float32)
    field[:] = right, down
    return Displacement(field, height, width)


@any_size
def test_labels_are_fetched_from_where_the_pixels_were(
    rows: int, columns: int, height: int, width: int
) -> None:
    labels = np.random.default_rng(0).integers(0, 15, (height, width)).astype(np.uint8)
    fetched = constant(rows, columns, height, width, -3, 2).fetch_labels(labels)
    assert (fetched[:-2, 3:] == labels[2:, :-3]).all()
    assert not fetched[-2:].any()
    assert not fetched[:, :3].any()  # it was not in the picture


@any_size
def test_what_lies_in_a_corner_is_carried_to_where_it_goes(
    rows: int, columns: int, height: int, width: int
) -> None:
    for top, left in ((0, 0), (height - 6, 0), (0, width - 5), (height - 6, width - 5)):
        labels = np.zeros((height, width), np.uint8)
        labels[top : top + 6, left : left + 5] = 7
        right, down = (4 if left == 0 else -4), (5 if top == 0 else -5)
        fetched = constant(rows, columns, height, width, -right, -down).fetch_labels(labels)
        expected = np.zeros_like(labels)
        expected[top + down : top + down + 6, left + right : left + right + 5] = 7
        assert (fetched == expected).all()


def test_no_displacement_leaves_all_as_it_is() -> None:
    still = Displacement.none(36, 64, 720, 1280)
    noise = np.random.default_rng(0)
    labels = noise.integers(0, 15, (720, 1280)).astype(np.uint8)
    assert (still.fetch_labels(labels) == labels).all()
    assert (still.fetch_labels(np.dstack([labels, labels])) == labels[..., None]).all()
    mask = noise.random((720, 1280)).astype(np.float32)
    assert np.allclose(still.fetch_values(mask), mask)
    points = np.array([[0, 0], [1279, 719], [3.5, 2.25]], np.float32)
    assert still.carry_points(points) == pytest.approx(points)
    assert still.is_inside().all()


def test_nothing_is_fetched_from_an_empty_map() -> None:
    assert not constant(9, 16, 90, 160, 4, 4).fetch_labels(np.zeros((90, 160), np.uint8)).any()


def test_soft_masks_are_fetched_between_pixels() -> None:
    ramp = np.tile(np.arange(160, dtype=np.float32), (90, 1))
    fetched = constant(9, 16, 90, 160, 2.5, 0).fetch_values(ramp)
    assert np.allclose(fetched[:, :150], ramp[:, :150] + 2.5, atol=0.05)


def test_what_was_not_in_the_picture_is_told() -> None:
    inside = constant(9, 16, 90, 160, -10, 0).is_inside()
    assert not inside[:, :10].any()
    assert inside[:, 10:].all()


def test_points_go_the_other_way_than_what_is_fetched() -> None:
    points = np.array([[80, 45]], np.float32)
    assert constant(9, 16, 90, 160, 3, -2).carry_points(points) == pytest.approx(
        np.array([[83, 43]])
    )


def test_one_displacement_after_another_is_looked_up_where_the_first_leads() -> None:
    # the left half stands, the right half goes up; all of it went 80 to the right before that
    second = np.zeros((18, 32, 2), np.float32)
    second[:, 16:, 1] = -8
    both = Displacement(second, 180, 320).after(constant(18, 32, 180, 320, 80, 0))
    points = np.array([[20, 90], [120, 90], [250, 90]], np.float32)
    assert both.carry_points(points) == pytest.approx(
        np.array([[100, 90], [200, 82], [330, 82]]), abs=0.01
    )
