"""Cutting people out: where their edges are, what colour is theirs, and what holds still."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mirror.core.parsing import Parsing, Person
from mirror.core.soft_mask import SoftMask
from mirror.rendering.effects.compositing import Cutter, composed
from mirror.rendering.effects.refinement import edge_of
from pipeline.frame import BGR

HIGH, WIDE = 320, 768
OWN, BEHIND = np.array([40.0, 60.0, 200.0]), np.array([60.0, 180.0, 30.0])
OTHER = np.full((HIGH, WIDE, 3), (250, 20, 20), np.uint8)


def disc(radius: float, soft: float = 1.5) -> NDArray[np.float32]:
    """How much of each pixel is in a disc in the middle, whose rim is so many pixels wide."""
    rows, columns = np.mgrid[:HIGH, :WIDE]
    distance = np.hypot(rows - HIGH / 2, columns - WIDE / 2)
    share = np.clip((radius - distance) / (2 * soft) + 0.5, 0, 1)
    return np.asarray(share, np.float32)


def scene(alpha: NDArray[np.float32]) -> BGR:
    noise = np.random.default_rng(0).normal(0, 4, (HIGH, WIDE, 3))
    mixed = BEHIND + alpha[:, :, None] * (OWN - BEHIND) + noise
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


def parsing_of(logits: NDArray[np.float32]) -> Parsing:
    labels = (logits > 0).astype(np.uint8)
    box = (0.0, 0.0, float(WIDE), float(HIGH))
    person = Person(1, 0.9, box, None, SoftMask(logits, np.eye(2, 3)))
    return Parsing(labels, labels.copy(), (person,))


def guessed(radius: float) -> Parsing:
    """A mask of a disc as a network has it: its logits fall across the edge."""
    rows, columns = np.mgrid[:HIGH, :WIDE]
    distance = np.hypot(rows - HIGH / 2, columns - WIDE / 2)
    return parsing_of(((radius - distance) / 1.5).astype(np.float32))


def off(found: NDArray[np.uint8], truth: NDArray[np.float32]) -> float:
    return float(np.abs(found / 255.0 - truth).mean())


@pytest.mark.parametrize("radius", [118.5, 121.5])
def test_an_edge_that_is_a_little_off_moves_to_where_the_colours_change(radius: float) -> None:
    truth = disc(120)
    image = scene(truth)
    soft = Cutter(refine=False).cut(image, guessed(radius)).matte
    fine = Cutter().cut(image, guessed(radius)).matte
    assert off(fine, truth) < 0.8 * off(soft, truth)


def test_where_both_sides_look_alike_the_mask_is_believed() -> None:
    image = np.full((HIGH, WIDE, 3), 128, np.uint8)
    soft = Cutter(refine=False).cut(image, guessed(120)).matte
    fine = Cutter().cut(image, guessed(120)).matte
    assert np.abs(fine.astype(int) - soft).max() <= 2


def test_neither_a_halo_nor_the_old_background_shines_through() -> None:
    truth = disc(120, soft=3)
    image = scene(truth)
    cutout = Cutter(refine=False).cut(image, guessed(120))
    out = composed(image, cutout, OTHER).astype(float)
    share = cutout.matte[:, :, None] / 255.0
    perfect = OTHER + share * (OWN - OTHER)
    plain = OTHER + share * (image - OTHER.astype(float))  # the old way: the picture's own pixels
    rim = (cutout.matte > 20) & (cutout.matte < 235)
    assert rim.sum() > 500
    wrong, leaked = (np.abs(one - perfect)[rim].mean() for one in (out, plain))
    assert wrong < 8
    assert leaked > 2 * wrong


def test_a_picture_without_anybody_is_the_background() -> None:
    image = scene(disc(120))
    empty = Parsing.undivided(np.zeros((HIGH, WIDE), np.uint8))
    assert np.array_equal(composed(image, Cutter().cut(image, empty), OTHER), OTHER)


def test_an_edge_holds_still_where_the_picture_does_and_not_where_it_moves() -> None:
    image = scene(disc(120))
    cutter = Cutter()
    first = cutter.cut(image, guessed(119)).matte
    alone = Cutter().cut(image, guessed(121)).matte
    held = cutter.cut(image, guessed(121)).matte
    moved = np.abs(alone.astype(int) - first).sum()
    assert np.abs(held.astype(int) - first).sum() < 0.8 * moved
    cutter.end_scene()
    assert np.array_equal(cutter.cut(image, guessed(121)).matte, alone)
    changed = np.roll(image, 40, axis=1)  # nothing is where it was
    after = cutter.cut(changed, guessed(119)).matte
    fresh = Cutter().cut(changed, guessed(119)).matte
    assert np.abs(after.astype(int) - fresh).mean() < 1


def test_a_hole_between_cells_at_the_picture_s_edge_is_no_trouble() -> None:
    alpha = np.roll(disc(120), (150, 370), axis=(0, 1))
    logits = np.where(alpha > 0.5, 1.0, -1.0).astype(np.float32)
    image = scene(alpha.astype(np.float32))
    out = composed(image, Cutter().cut(image, parsing_of(logits)), OTHER)
    assert out.shape == image.shape


def test_colours_beside_an_edge_change_smoothly_and_show_no_squares() -> None:
    alpha = disc(120)
    image = scene(alpha)
    columns = np.arange(WIDE, dtype=np.float32)
    image[:, :, 1] = np.where(alpha > 0.5, 60, 130 + 100 * np.sin(columns / 40))
    matte = (alpha * 255).astype(np.uint8)
    edge = edge_of(image, matte, (slice(0, HIGH), slice(0, WIDE)))
    assert edge is not None
    top = edge.at < WIDE * (HIGH // 2 - 115)  # where the edge runs across
    behind = np.zeros(WIDE)
    behind[edge.at[top] % WIDE] = edge.behind[top, 1]
    jumps = np.abs(np.diff(behind[WIDE // 2 - 25 : WIDE // 2 + 25]))
    assert jumps.max() < 7  # from one cell to the next it is more than ten


@pytest.mark.parametrize(("pixels", "least", "most"), [(1.5, 0.9, 1.1), (40.0, 0.2, 0.4)])
def test_a_veil_is_lifted_and_an_edge_stays_soft(pixels: float, least: float, most: float) -> None:
    rows, columns = np.mgrid[:HIGH, :WIDE]
    distance = np.hypot(rows - HIGH / 2, columns - WIDE / 2)
    guess = parsing_of(((100 - distance) / pixels).astype(np.float32))
    image = np.full((HIGH, WIDE, 3), 128, np.uint8)  # whose colours say nothing
    soft = Cutter(refine=False).cut(image, guess).matte
    fine = Cutter().cut(image, guess).matte
    half = [int(cv2.inRange(matte, 64, 191).astype(bool).sum()) for matte in (soft, fine)]
    assert least * half[0] <= half[1] <= most * half[0]
    assert np.array_equal(soft > 127, fine > 127)  # nothing changes sides
