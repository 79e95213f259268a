"""Sets of part classes, and what of one set is what of another."""

from __future__ import annotations

import numpy as np

from mirror.core.label_set import label_set
from mirror.evaluation.class_mapping import CLASS_SETS, comparisons


def test_our_parts_become_pascal_s_with_hands_and_feet_in_the_lower_limbs() -> None:
    ours = CLASS_SETS["built-in"]
    finest, pascal = comparisons("built-in", ours)
    assert (finest.classes, pascal.classes) == ("built-in", "pascal-person-part")
    found = pascal.of_found(np.arange(15, dtype=np.uint8)[None])
    assert [pascal.names[id] for id in found[0]] == [
        "background", "head", "torso", "upper-arms", "upper-arms", "lower-arms", "lower-arms",
        "lower-arms", "lower-arms", "upper-legs", "upper-legs", "lower-legs", "lower-legs",
        "lower-legs", "lower-legs",
    ]  # fmt: skip
    assert pascal.of_truth(np.array([[255]], np.uint8))[0, 0] == 255
    assert pascal.side_pairs == ()
    assert (3, 4) in finest.side_pairs
    assert len(finest.side_pairs) == 6


def test_m2fp_s_classes_meet_lip_s_atr_s_and_ours() -> None:
    cihp = CLASS_SETS["cihp"]
    assert [one.classes for one in comparisons("cihp", cihp)] == ["cihp", "clothing"]
    (clothing,) = comparisons("lip", cihp)
    assert clothing.classes == "clothing"
    there = clothing.of_truth(np.arange(20, dtype=np.uint8)[None])[0]
    told = dict(zip(CLASS_SETS["lip"], (clothing.names[id] for id in there), strict=True))
    assert told["jumpsuits"] == told["coat"] == told["upper-clothes"] == "upper-clothes"
    assert told["glove"] == told["socks"] == told["scarf"] == "other"
    assert told["left-arm"] == "left-arm"
    assert [one.classes for one in comparisons("atr", cihp)] == ["clothing"]
    (rough,) = comparisons("built-in", cihp)
    assert rough.classes == "head-feet-body"
    here = rough.of_found(np.arange(20, dtype=np.uint8)[None])[0]
    told = dict(zip(cihp, (rough.names[id] for id in here), strict=True))
    assert told["hair"] == told["face"] == told["hat"] == told["sunglasses"] == "head"
    assert told["left-shoe"] == "feet"
    assert told["dress"] == told["left-leg"] == "body"
    assert told["background"] == "background"
    (rougher,) = comparisons("pascal-person-part", cihp)
    assert rougher.classes == "head-body"


def test_a_part_for_whatever_is_somebody_s_is_none_of_the_labelled_ones() -> None:
    ours = (*CLASS_SETS["built-in"], "person")
    finest, pascal = comparisons("built-in", ours)
    assert finest.of_found(np.array([[14, 15]], np.uint8)).tolist() == [[14, 255]]
    assert pascal.of_found(np.array([[14, 15]], np.uint8)).tolist() == [[6, 255]]
    (rough,) = comparisons("cihp", ours)
    assert rough.names[rough.of_found(np.array([[15]], np.uint8))[0, 0]] == "body"


def test_truth_in_our_classes_has_the_ids_of_the_built_in_parser() -> None:
    labelled = CLASS_SETS["built-in"]
    assert label_set("built-in").names[: len(labelled)] == labelled


def test_a_custom_parser_s_parts_are_known_by_their_names() -> None:
    some = ("background", "torso", "head")
    classes = [one.classes for one in comparisons("built-in", some)]
    assert classes == ["built-in", "pascal-person-part"]
    assert comparisons("built-in", some)[0].of_found(np.array([[1, 2]], np.uint8)).tolist() == [
        [2, 1]
    ]
    assert comparisons("built-in", ("background", "wing")) == ()
