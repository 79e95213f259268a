from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from m2fp_golden import checkpoint

from mirror.parsers.m2fp.network.configuration import (
    ConfigurationRefused,
    read_settings,
    settings_of,
)


def configuration(kind: str = "multiple") -> dict[str, Any]:
    content: dict[str, Any] = json.loads((checkpoint(kind) / "configuration.json").read_text())
    return content


def test_both_configurations_are_understood() -> None:
    several = read_settings(checkpoint("multiple") / "configuration.json")
    assert (several.parts.name, several.single, several.size) == ("cihp", False, None)
    assert several.parts.names[10] == "torso-skin"
    assert several.classes[20] == "Human"
    one = read_settings(checkpoint("single") / "configuration.json")
    assert (one.parts.name, one.single) == ("lip", True)
    assert one.size == (256, 192)  # the configuration says width first


@pytest.mark.parametrize(
    "key", ["backbone", "classes", "single_human", "backbone.depth", "decoder.num_queries"]
)
def test_a_missing_key_is_named(key: str) -> None:
    content = configuration()
    section = content["model"]
    *path, last = key.split(".")
    for name in path:
        section = section[name]
    del section[last]
    with pytest.raises(ConfigurationRefused, match=rf"key model\.{key} is missing; get the check"):
        settings_of(content)


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("backbone", "depth", 34, r"model\.backbone\.depth is 34, a backbone that is not known; k"),
        ("backbone", "norm", "GN", r"model\.backbone\.norm is 'GN'; known: BN"),
        ("encoder", "common_stride", 8, r"model\.encoder\.common_stride is 8; known: 4"),
        ("decoder", "nheads", "8", r"model\.decoder\.nheads is '8'; known: a whole number from 1 "),
        ("decoder", "nheads", 3, r"decoder\.hidden_dim is 32; known: multiples of 3"),
        (
            "decoder",
            "dec_layers",
            float("inf"),
            "dec_layers is inf; known: a whole number",
        ),
        ("decoder", "num_queries", 10.5, r"num_queries is 10\.5; known: a whole number from 1 to"),
        ("encoder", "conv_dim", 48, r"conv_dim is 48; known: multiples of 32"),
        ("backbone", "stem_out_channels", 10**9, "stem_out_channels is 1000000000; known: a whol"),
        ("decoder", "num_classes", 5, r"decoder\.num_classes is not the number of classes"),
        ("decoder", "hidden_dim", 64, "encoder and decoder differ in conv_dim or mask_dim"),
    ],
)
def test_another_network_is_refused(section: str, key: str, value: object, message: str) -> None:
    content = configuration()
    content["model"][section][key] = value
    with pytest.raises(ConfigurationRefused, match=message):
        settings_of(content)


def test_unknown_classes_are_named() -> None:
    content = configuration()
    content["model"]["classes"][3] = "Wings"
    with pytest.raises(ConfigurationRefused, match="the unknown class 'Wings' at place 3; a CIHP"):
        settings_of(content)
    content["model"]["classes"] = configuration()["model"]["classes"][:20]
    content["model"]["decoder"]["num_classes"] = 20
    with pytest.raises(ConfigurationRefused, match="lacks 'human'"):
        settings_of(content)


def test_the_input_size_must_suit_the_network() -> None:
    content = configuration("single")
    for sizes in ([[100, 256]], [], [["a", "b"]], None):
        content["model"]["input_single_human"]["sizes"] = sizes
        with pytest.raises(ConfigurationRefused, match=r"input_single_human\.sizes is"):
            settings_of(content)


def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "configuration.json"
    with pytest.raises(ConfigurationRefused, match=r"configuration\.json is missing; get the"):
        read_settings(path)
    path.write_text("{")
    with pytest.raises(ConfigurationRefused, match="cannot be read as JSON"):
        read_settings(path)
    path.write_text("[]")
    with pytest.raises(ConfigurationRefused, match="it is not an object"):
        read_settings(path)
    path.write_text('{"model": {"type": "resnet"}}')
    with pytest.raises(ConfigurationRefused, match=r"model\.type is 'resnet', not 'm2fp'"):
        read_settings(path)
