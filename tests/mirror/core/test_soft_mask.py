"""Masks that are enlarged into a picture."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mirror.core.soft_mask import enlarged


@pytest.mark.parametrize("scale", [1.3, 2.0, 2.7, 5.0])
@pytest.mark.parametrize("size", [(301, 200), (300, 201)])
def test_what_is_enlarged_lies_where_a_plain_warp_puts_it(
    scale: float, size: tuple[int, int]
) -> None:
    ramp = np.clip(np.hypot(*(np.indices((80, 80)) - 40.0)) * 6, 0, 255).astype(np.uint8)
    turn = scale * np.array([[np.cos(0.2), -np.sin(0.2)], [np.sin(0.2), np.cos(0.2)]])
    matrix = np.column_stack([turn, [12.3, -7.8]])
    width, height = size
    plain = cv2.warpAffine(ramp, matrix, size, flags=cv2.INTER_LINEAR, borderValue=0)
    placed = enlarged(ramp, matrix, width, height)
    assert placed.shape == (height, width)
    inside = cv2.erode((plain > 0).astype(np.uint8), np.ones((9, 9))) > 0
    assert np.abs(placed.astype(int) - plain)[inside].mean() < 1
    assert ((placed > 128) != (plain > 128))[inside].mean() < 0.005
