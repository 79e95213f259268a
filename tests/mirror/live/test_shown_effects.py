"""Effects of what the window shows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from mirror.core.schema import ConfigError
from mirror.core.settings import OverlayConfig
from mirror.live.display.display_options import BGRX, DisplayOptions, compose, look_of
from mirror.live.display.effects import ShownEffects, drawn_with
from pipeline.frame import Frame

PARTS = label_set("built-in")
HEAD = PARTS.names.index("head")


def scene() -> tuple[Frame, Parsing]:
    image = np.full((90, 120, 3), 200, np.uint8)
    labels = np.zeros((90, 120), np.uint8)
    labels[20:50, 20:50] = HEAD
    image[20:50, 20:50] = (0, 0, 250)
    return Frame.from_bgr(image, 1.0), Parsing.undivided(labels)


def shown(look: DisplayOptions, parsed: bool = True) -> BGRX:
    frame, parsing = scene()
    effects = ShownEffects().of(look, PARTS)
    found = parsing if parsed else None
    return compose(frame, found, look, PARTS, (90, 120), None, effects).image


def test_the_window_takes_the_effects_of_the_command_line() -> None:
    look = look_of(OverlayConfig(effects=("privacy", "spotlight")))
    assert look.effects == ("privacy", "spotlight")


def test_what_is_shown_is_changed_in_place_of_coloured_parts() -> None:
    look = DisplayOptions(effects=("privacy",), mirrored=False)
    assert shown(look)[35, 35, :3].tolist() == [32, 32, 32]
    mirrored = shown(dataclasses.replace(look, mirrored=True))
    assert mirrored[35, 120 - 35, :3].tolist() == [32, 32, 32]
    assert mirrored[35, 35, :3].tolist() == [200, 200, 200]
    hidden_parts = shown(dataclasses.replace(look, overlay=False))
    assert hidden_parts[35, 35, :3].tolist() == [32, 32, 32]  # no switch of parts uncovers a face


def test_nothing_is_shown_before_it_is_known_whom_to_hide() -> None:
    look = DisplayOptions(effects=("privacy",), mirrored=False)
    assert shown(look, parsed=False)[:, :, :3].max() == 0
    assert shown(DisplayOptions(mirrored=False), parsed=False)[35, 35, 2] == 250


def test_effects_are_kept_from_picture_to_picture_and_made_anew_for_another_look() -> None:
    effects, look = ShownEffects(), DisplayOptions(effects=("blur",))
    first = effects.of(look, PARTS)
    assert effects.of(DisplayOptions(effects=("blur",)), PARTS) is first
    assert effects.of(DisplayOptions(effects=("blur:5",)), PARTS) is not first
    assert effects.of(DisplayOptions(), PARTS) is None


def test_an_effect_that_cannot_be_is_said() -> None:
    with pytest.raises(ConfigError, match="blur"):
        drawn_with(DisplayOptions(effects=("blurr",)), PARTS)


def test_another_parsers_parts_are_left_as_they_are() -> None:
    look = DisplayOptions(effects=("recolour:upper-clothes=#ff0000",), mirrored=False)
    assert shown(dataclasses.replace(look, overlay=False))[35, 35, :3].tolist() == [0, 0, 250]
    head = dataclasses.replace(look, effects=("recolour:upper-clothes=#ff0000,head=#00ff00",))
    blue, green, red = shown(head)[35, 35, :3].tolist()
    assert green > 150 > max(blue, red)
