from __future__ import annotations

import numpy as np
import pytest
from m2fp_golden import CASES, golden

pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")

from mirror.parsers.m2fp.preprocessing import fitted, letterboxed, scaled

MEAN = np.array([123.675, 116.28, 103.53])[:, None, None]
DEVIATION = np.array([58.395, 57.12, 57.375])[:, None, None]


@pytest.mark.parametrize(("kind", "picture"), CASES)
def test_pictures_are_prepared_as_modelscope_does(kind: str, picture: str) -> None:
    case = golden(kind, picture)
    if kind == "multiple":
        prepared = scaled(case.image, 160, 320)
    else:
        prepared = letterboxed(case.image, 256, 192)
        assert prepared.placement.inside == tuple(case.arrays["crop_box"])
    expected = (case.arrays["network_input"] - MEAN) / DEVIATION
    height, width = expected.shape[1:]
    assert np.abs(prepared.pixels[0, :, :height, :width] - expected).max() < 1e-5
    assert not prepared.pixels[0, :, height:].any()
    assert not prepared.pixels[0, :, :, width:].any()


def test_sides_are_multiples_of_32_and_the_longer_is_bounded() -> None:
    wide = scaled(np.zeros((300, 1000, 3), np.uint8))
    assert wide.placement.inside == (0, 0, 1333, 400)
    assert wide.pixels.shape == (1, 3, 416, 1344)
    assert (wide.placement.height, wide.placement.width) == (300, 1000)


def test_a_picture_fits_into_a_fixed_size_without_being_stretched() -> None:
    vga = fitted(np.zeros((480, 640, 3), np.uint8), 384, 512)
    assert vga.placement.inside == (0, 0, 512, 384)
    tall = fitted(np.zeros((1280, 720, 3), np.uint8), 384, 512)
    assert tall.placement.inside == (0, 0, 216, 384)
    assert tall.pixels.shape == (1, 3, 384, 512)


def test_a_small_picture_is_not_enlarged_in_its_letterbox() -> None:
    small = letterboxed(np.zeros((40, 20, 3), np.uint8), 512, 384)
    assert small.placement.inside == (182, 236, 202, 276)
    grey = small.pixels[0, :, 0, 0]
    assert grey == pytest.approx(((128 - MEAN) / DEVIATION).ravel(), abs=1e-6)
    almost = letterboxed(np.zeros((511, 384, 3), np.uint8), 512, 384)
    assert not almost.pixels[0, :, 511].any()  # ModelScope pads no single row with grey
    sliver = letterboxed(np.zeros((4000, 1, 3), np.uint8), 512, 384)
    assert sliver.placement.inside == (191, 0, 192, 512)
