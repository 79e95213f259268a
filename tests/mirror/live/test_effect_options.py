"""What single effects can be told in the window."""

from __future__ import annotations

import pytest

from mirror.core.label_set import LabelSet, label_set
from mirror.live.display.effect_choices import EFFECTS
from mirror.live.display.effect_options import (
    COVERS,
    STRENGTHS,
    colour_of,
    colours_of,
    cover_of,
    fitting,
    recoloured,
    strength_of,
    usual,
)
from mirror.rendering.effects.registry import PARTS, effect_of

BUILT_IN, CLOTHES = label_set("built-in"), label_set("cihp")
SKIN = LabelSet("skin", ("background", "skin"), {"plain": ("#000000", "#ffffff")})


@pytest.mark.parametrize("name", [name for name in EFFECTS if name != PARTS])
def test_every_effect_that_is_offered_can_be_switched_on_as_it_is(name: str) -> None:
    for parts in (BUILT_IN, CLOTHES):
        assert effect_of(usual(name, parts), parts)


def test_what_is_recoloured_first_is_something_that_the_parser_knows() -> None:
    first = [list(colours_of(usual("recolour", parts))) for parts in (BUILT_IN, CLOTHES, SKIN)]
    assert first == [["torso"], ["upper-clothes"], ["skin"]]


def test_whatever_can_be_chosen_can_be_said() -> None:
    for name, (least, most, strength) in STRENGTHS.items():
        assert effect_of(f"{name}:{least}", BUILT_IN)
        assert effect_of(f"{name}:{most}", BUILT_IN)
        assert strength_of(name) == strength
    for cover in COVERS:
        assert effect_of(f"privacy:people,{cover}", BUILT_IN)


def test_an_effect_says_how_it_is() -> None:
    assert strength_of("light:45.5") == 46
    assert strength_of("outline") is None
    assert [cover_of(one) for one in ("privacy", "privacy:people", "privacy:faces,blur")] == [
        "solid",
        "solid",
        "blur",
    ]
    assert [colour_of(one) for one in ("outline", "outline:#ffcc00")] == ["#ffffff", "#ffcc00"]
    assert [colour_of(one) for one in ("replace:#203040", "replace:a.png")] == ["#203040", None]


def test_colours_of_parts_are_said_as_they_are_read() -> None:
    colours = {"torso": "#aa2244", "head": "#ffcc00"}
    assert recoloured(colours) == "recolour:torso=#aa2244,head=#ffcc00"
    assert colours_of(recoloured(colours)) == colours


def test_another_parser_leaves_out_the_colours_of_parts_that_it_does_not_know() -> None:
    effects = ("blur", "recolour:torso=#aa2244,face=#ffcc00", "recolour:tail=#ffffff")
    assert fitting(effects, BUILT_IN) == ("blur", "recolour:torso=#aa2244")
    assert fitting(effects, CLOTHES) == ("blur", "recolour:face=#ffcc00")
    assert fitting(effects, SKIN) == ("blur",)
