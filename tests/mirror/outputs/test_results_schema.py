"""The schema of results: what is written keeps to it, and what it says is said of every key."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest
from clip import man
from mannequins import parsing_of_one
from result_schemas import check_lines, check_stats, lines_in, strict_schema

from mirror.cli.main import main
from mirror.core.label_set import label_set
from mirror.outputs.json_lines import frame_line, header_line
from mirror.outputs.result_keys import SCHEMA_VERSION
from mirror.outputs.results_schema import KINDS, as_markdown, schema_of
from pipeline.frame import Frame

PARTS = label_set("built-in")


def a_frame() -> Frame:
    return Frame.from_bgr(np.zeros((120, 160, 3), np.uint8), 5.0, 512, Fraction(1, 15_360))


def a_line() -> dict[str, Any]:
    return dict(frame_line(3, a_frame(), parsing_of_one(), PARTS))


def objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from schema["$defs"].values()
    if "properties" in schema:
        yield schema


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema_of_the_draft_that_it_says(kind: str) -> None:
    schema = schema_of(kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_says_what_it_is(kind: str) -> None:
    for definition in objects(schema_of(kind)):
        assert definition["description"]
        for key, value in definition["properties"].items():
            assert len(value["description"]) > 5, key


def test_a_line_with_joints_in_it_keeps_to_it() -> None:
    check_lines([json.loads(json.dumps(a_line()))])
    check_lines([dict(header_line("built-in", PARTS, 120, 160, None))])


@pytest.mark.parametrize(
    "spoilt",
    [
        {"frame": -1},
        {"pts": "512"},
        {"people": None},
        {"areas": {"head": 0}},
        {"time": None},
        {"nobody": "knows"},
    ],
)
def test_a_line_with_a_wrong_or_an_unknown_value_does_not(spoilt: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        check_lines([a_line() | spoilt])


@pytest.mark.parametrize(
    ("key", "value"),
    [("instance", 0), ("instance", 70_000), ("id", 0), ("score", 1.1), ("box", [0, 0, 1])],
)
def test_a_person_with_a_value_that_cannot_be_does_not(key: str, value: object) -> None:
    line = copy.deepcopy(a_line())
    line["people"][0][key] = value
    with pytest.raises(jsonschema.ValidationError):
        check_lines([line])


def test_a_key_that_is_missing_is_noticed() -> None:
    line = a_line()
    del line["areas"]
    with pytest.raises(jsonschema.ValidationError, match="'areas' is a required property"):
        check_lines([line])


def test_what_a_later_version_adds_is_allowed() -> None:
    later = a_line() | {"coach": {"repetitions": 3}}
    jsonschema.Draft202012Validator(schema_of("results")).validate(later)


def test_no_key_has_left_its_place() -> None:
    """Others script against these: keys are added, and none is ever renamed or removed."""
    definitions = schema_of("results")["$defs"]
    needed = {
        "HeaderLine": {"mirror", "schema_version", "parser", "size", "parts", "time_base"},
        "FrameLine": {"frame", "pts", "time", "people", "areas"},
        "PersonKeys": {"id", "instance", "score", "box"},
        "LandmarkKeys": {"name", "x", "y", "score"},
        "SummaryLine": {"summary"},
        "GapLine": {"gap"},
    }
    for name, keys in needed.items():
        assert keys <= set(definitions[name]["required"])
    assert SCHEMA_VERSION == 1


def test_a_run_of_mirror_video_keeps_to_it(tmp_path: Path) -> None:
    source = tmp_path / "pictures"
    source.mkdir()
    for number, image in enumerate(man(2)):
        cv2.imwrite(str(source / f"{number}.png"), image)
    results, stats = tmp_path / "poses.jsonl", tmp_path / "stats.json"
    flags = ["--results", results, "--rle", "--stats", stats, "-o", tmp_path / "out.mp4"]
    assert main([str(word) for word in ("video", source, "--quiet", *flags)]) == 0
    header, *frames = lines_in(results)
    check_lines([header, *frames])
    assert header["schema_version"] == SCHEMA_VERSION
    assert len(frames[0]["people"]) == 1
    assert frames[0]["rle"]
    check_stats(json.loads(stats.read_text()))


def test_a_run_of_mirror_picture_keeps_to_it(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "man.png"), man(1)[0])
    results, where = tmp_path / "people.jsonl", tmp_path / "out"
    flags = [str(tmp_path / "man.png"), "-o", str(where), "--results", str(results), "--quiet"]
    assert main(["picture", *flags]) == 0
    lines = lines_in(results)
    check_lines(lines)
    assert len(lines) == 2
    assert len(lines[1]["people"]) == 1


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema_of("results")
    assert main(["schema", "stats"]) == 0
    assert json.loads(capsys.readouterr().out) == schema_of("stats")


def test_the_reference_names_every_key() -> None:
    page = as_markdown()
    for definition in strict_schema("results")["$defs"].values():
        for key in definition["properties"]:
            assert f"| `{key}`" in page
    assert "list of [PersonKeys](#personkeys)" in page
    assert "`input ended` or `input broke`" in page
