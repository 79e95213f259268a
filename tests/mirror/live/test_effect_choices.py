"""Which effects go together, and how they are said."""

from __future__ import annotations

import pytest

from mirror.live.display.effect_choices import (
    EFFECTS,
    can_be_previewed,
    name_of,
    switched,
)
from mirror.live.display.effect_options import STRENGTHS
from mirror.rendering.effects.registry import LAST, NAMES


def test_what_is_offered_is_there_and_what_must_come_last_does() -> None:
    assert {name.partition(":")[0] for name in EFFECTS} <= set(NAMES)
    assert [name for name in EFFECTS if name in LAST] == [list(EFFECTS)[-1]]
    assert set(STRENGTHS) <= set(EFFECTS)


@pytest.mark.parametrize(
    ("effect", "name"),
    [
        ("blur:7", "blur"),
        ("replace:/a, b.jpg", "replace"),
        ("privacy", "privacy:faces"),
        ("privacy:faces,solid", "privacy:faces"),
        ("privacy:,blur", "privacy:faces"),
        ("privacy:people,pixels", "privacy:people"),
        ("recolour:torso=#ff0000", "recolour"),
        ("hide:2", "hide:2"),
    ],
)
def test_an_effect_is_known_by_the_name_it_is_offered_by(effect: str, name: str) -> None:
    assert name_of(effect) == name


@pytest.mark.parametrize(
    ("effect", "can"),
    [
        ("blur", True),
        ("replace:#203040", True),
        ("replace:/there/a.JPG", True),
        ("replace:/there/a.mp4", False),
        ("replace:camera:1", False),
        ("replace", False),
    ],
)
def test_no_preview_opens_a_film_or_a_camera(effect: str, can: bool) -> None:
    assert can_be_previewed(effect) is can


def test_effects_are_drawn_in_an_order_that_makes_sense_whatever_was_chosen_first() -> None:
    effects: tuple[str, ...] = ()
    for effect in ("framing", "parts", "outline", "blur", "light"):
        effects = switched(effects, effect, on=True)
    assert effects == ("light", "blur", "outline", "parts", "framing")
    assert switched(effects, "outline", on=False) == ("light", "blur", "parts", "framing")


def test_one_background_takes_the_place_of_another() -> None:
    effects = switched(("blur:9", "privacy"), "replace:/wall.png", on=True)
    assert effects == ("replace:/wall.png", "privacy")
    assert switched(effects, "avatar", on=True) == ("replace:/wall.png", "avatar")


def test_one_way_to_hide_people_takes_the_place_of_another_and_of_itself() -> None:
    effects = switched(("privacy:others,blur",), "privacy:people,pixels", on=True)
    assert effects == ("privacy:people,pixels",)
    assert switched(effects, "privacy:people,solid", on=True) == ("privacy:people,solid",)


def test_what_the_window_does_not_offer_stays_and_comes_first() -> None:
    assert switched(("hide:2",), "blur", on=True) == ("hide:2", "blur")


def test_coloured_parts_alone_are_no_effect() -> None:
    assert switched(("blur", "parts"), "blur", on=False) == ()
