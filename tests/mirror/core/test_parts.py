import re

import pytest

from mirror.core.label_set import label_set


def test_ids_are_places_in_the_list() -> None:
    parts = label_set("built-in")
    assert parts.names[0] == "background"
    assert parts.ids(["head", "right-foot"]) == {1, 14}


def test_a_misspelt_part_names_its_nearest() -> None:
    with pytest.raises(ValueError, match=r"no part is called 'left-shn'; did you mean left-shin\?"):
        label_set("built-in").ids(["left-shn"])


@pytest.mark.parametrize("name", ["built-in", "cihp", "lip"])
def test_every_palette_gives_each_part_a_colour_of_its_own(name: str) -> None:
    parts = label_set(name)
    for title, colours in parts.palettes.items():
        assert len(colours) == len(parts.names), title
        assert len(set(colours)) == len(colours), title
        assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours), title


def test_an_unknown_palette_lists_what_there_is() -> None:
    with pytest.raises(ValueError, match="there are: vivid, colour-blind"):
        label_set("built-in").palette("zzz")
