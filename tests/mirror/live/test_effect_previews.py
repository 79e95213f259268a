"""Small pictures of what effects make of a picture."""

from __future__ import annotations

import numpy as np
import pytest

from mirror.core.label_set import LabelSet, label_set
from mirror.core.parsing import Parsing, Person
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.effect_choices import EFFECTS
from mirror.live.display.effect_options import usual
from mirror.live.display.effect_previews import preview
from pipeline.frame import Frame

PARTS = label_set("built-in")
SIZE = (36, 64)


def scene() -> tuple[Frame, Parsing]:
    """A person in the right half of stripes."""
    image = np.full((120, 160, 3), 90, np.uint8)
    image[::4] = 200
    labels = np.zeros((120, 160), np.uint8)
    labels[30:110, 90:140] = PARTS.names.index("torso")
    labels[10:30, 105:125] = PARTS.names.index("head")
    return Frame.from_bgr(image, 0.0), Parsing.undivided(labels)


@pytest.mark.parametrize("name", EFFECTS)
def test_every_effect_that_is_offered_has_a_preview(name: str) -> None:
    frame, parsing = scene()
    effect = usual(name, PARTS)
    picture = preview(effect, frame, parsing, DisplayOptions(side_by_side=True), PARTS, SIZE)
    assert picture is not None
    assert picture.shape == (*SIZE, 4)


def test_a_preview_is_mirrored_as_the_picture_is() -> None:
    frame, parsing = scene()
    plain, turned = (
        preview("green", frame, parsing, DisplayOptions(mirrored=mirrored), PARTS, SIZE)
        for mirrored in (False, True)
    )
    assert plain is not None
    assert turned is not None
    assert np.array_equal(plain[:, ::-1], turned)


@pytest.mark.parametrize("effect", ["replace", "replace:/there/is/no.png", "outline:red"])
def test_what_cannot_be_done_has_none(effect: str) -> None:
    assert preview(effect, *scene(), DisplayOptions(), PARTS, SIZE) is None


def test_a_parser_without_heads_cannot_hide_faces() -> None:
    skin = LabelSet("skin", ("background", "skin"), {"plain": ("#000000", "#ffffff")})
    assert preview("privacy:faces", *scene(), DisplayOptions(), skin, SIZE) is None


def test_everybody_but_the_tallest_is_hidden_where_all_but_one_are_to_be() -> None:
    image = np.full((120, 160, 3), 200, np.uint8)
    labels = np.zeros((120, 160), np.uint8)
    people = []
    for id, (x, top) in enumerate(((20, 20), (110, 70)), start=1):
        labels[top:110, x : x + 30] = PARTS.names.index("torso")
        people.append(Person(id, 0.9, (x, top, x + 30, 110), None))
    instances = np.where(labels > 0, np.arange(160) // 80 + 1, 0).astype(np.uint8)
    parsing = Parsing(labels, instances, tuple(people))
    look = DisplayOptions(mirrored=False)
    frame = Frame.from_bgr(image, 0.0)
    picture = preview("privacy:others", frame, parsing, look, PARTS, (120, 160))
    assert picture is not None
    assert picture[90, 35, :3].tolist() == [200, 200, 200]
    assert picture[90, 125, :3].tolist() == [32, 32, 32]
