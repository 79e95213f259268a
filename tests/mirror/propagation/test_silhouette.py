"""Outlines that colours put right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.propagation.silhouette import Colours, Patch
from pipeline.frame import BGR

GROUND, SHIRT = (60, 140, 60), (40, 40, 200)


def scene(x: int) -> tuple[BGR, NDArray[np.uint8]]:
    """Somebody in red on a green ground, and their mask."""
    noise = np.random.default_rng(3).integers(-15, 15, (240, 320, 1))
    picture, mask = np.full((240, 320, 3), GROUND), np.zeros((240, 320), np.uint8)
    picture[60:200, x : x + 60], mask[60:200, x : x + 60] = SHIRT, 255
    return (picture + noise).clip(0, 255).astype(np.uint8), mask


def overlap(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return np.count_nonzero(one & other) / np.count_nonzero(one | other)


def test_an_outline_that_strayed_goes_back_to_where_the_colours_end() -> None:
    (before, mask), (now, true) = scene(100), scene(108)
    colours, patch = Colours.of(before, mask), Patch.round(mask)
    assert colours is not None
    assert patch is not None
    refined = np.zeros_like(mask)
    refined[patch.window] = colours.refine(now, mask, 12.0, patch)
    assert overlap(mask, true) < 0.8
    assert overlap(refined, true) > 0.9


def test_an_outline_that_is_certain_stays_whatever_the_colours_say() -> None:
    (before, mask), (now, _) = scene(100), scene(130)
    colours, patch = Colours.of(before, mask), Patch.round(mask)
    assert colours is not None
    assert patch is not None
    refined = np.zeros_like(mask)
    refined[patch.window] = colours.refine(now, mask, 0.5, patch)
    assert overlap(refined, mask) > 0.95


def test_nothing_is_learnt_where_there_is_nobody_or_no_ground() -> None:
    picture, mask = scene(100)
    assert Colours.of(picture, np.zeros_like(mask)) is None
    assert Colours.of(picture, np.full_like(mask, 255)) is None
    assert Patch.round(np.zeros_like(mask)) is None


def test_a_patch_at_the_edge_of_the_picture_stays_in_it() -> None:
    mask = np.zeros((240, 321), np.uint8)
    mask[0:239, 300:321] = 255
    patch = Patch.round(mask)
    assert patch is not None
    assert mask[patch.window].shape == (patch.rows * patch.side, patch.columns * patch.side)
    assert patch.shrunk(mask).shape == (patch.rows, patch.columns)
