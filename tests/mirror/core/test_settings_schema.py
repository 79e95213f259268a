"""One description of every setting: files, flags and the reference say the same."""

import argparse
import json
import tomllib
from pathlib import Path

import pytest

from mirror.cli.flags import (
    add_overlay_flags,
    add_parser_flags,
    add_serve_flags,
    add_video_flags,
    config_of,
)
from mirror.core.resources import config_file
from mirror.core.schema import fields_of
from mirror.core.settings import SECTIONS, Config, ConfigError, ParserConfig, load
from mirror.core.settings.reference import as_markdown, as_toml


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for add in (add_parser_flags, add_overlay_flags, add_video_flags, add_serve_flags):
        add(parser)
    return parser.parse_args(words)


def test_the_file_of_defaults_is_the_one_that_the_schema_makes() -> None:
    assert config_file("default.toml").read_text() == as_toml()


def test_the_file_of_defaults_says_every_setting_and_changes_none() -> None:
    said = tomllib.loads(as_toml())
    assert {section: list(keys) for section, keys in said.items()} == {
        section: list(schema.model_fields) for section, schema in SECTIONS.items()
    }
    loaded = load(config_file("default.toml"))
    assert loaded.changed(given=frozenset()) == Config()


def test_the_reference_says_every_setting_with_its_flag_and_what_it_can_be() -> None:
    rows = {row.split("`")[1]: row for row in as_markdown().splitlines() if row.startswith("| `")}
    assert list(rows) == [
        f"{section}.{key}" for section, schema in SECTIONS.items() for key in schema.model_fields
    ]
    assert "| `--opacity` | 0 to 1 | `0.6` | opacity of the colours |" in rows["overlay.opacity"]
    assert "none, people or parts" in rows["overlay.labels"]


def test_every_flag_of_a_setting_is_understood_and_reaches_it() -> None:
    words = {str: "text", int: "3", float: "0.25", bool: ""}
    for section, schema in SECTIONS.items():
        for field in fields_of(schema).values():
            if field.setting.flag is None or field.name in ("quality", "input_size", "cpu"):
                continue
            word = field.choices[-1] if field.choices else words.get(field.kind, "1")
            config = config_of(options(field.setting.flag, *([word] if word else [])))
            assert config.given == {f"{section}.{field.name}"}


def test_quality_is_the_parsers_in_words_and_the_videos_in_numbers() -> None:
    config = config_of(options("--quality", "best", "--quality", "31"))
    assert (config.parser.quality, config.video.quality) == ("best", 31)


def test_settings_survive_json() -> None:
    config = load(flags={"overlay.parts": ["head"], "parser.workers": 2, "video.quality": 30})
    assert Config.model_validate_json(config.model_dump_json()) == config.changed(given=frozenset())


def test_a_form_can_be_made_from_the_schema() -> None:
    schema = json.loads(json.dumps(Config.model_json_schema()))["$defs"]["OverlayConfig"]
    opacity = schema["properties"]["opacity"]
    assert (opacity["minimum"], opacity["maximum"], opacity["default"]) == (0, 1, 0.6)
    assert opacity["description"] == "opacity of the colours"
    assert schema["properties"]["labels"]["enum"] == ["none", "people", "parts"]
    assert schema["additionalProperties"] is False


def test_a_change_is_checked_as_the_first_value_was() -> None:
    config = ParserConfig().changed(workers=2, name="m2fp")
    assert (config.workers, config.name, config.threads) == (2, "m2fp", "auto")
    with pytest.raises(ConfigError, match="search is auto or thorough, got 'deep'"):
        config.changed(search="deep")


def test_a_runtime_that_there_is_not_is_refused_where_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[parser]\nruntime = 'tensorrt'\n")
    said = r"parser\.runtime is auto, torch, onnxruntime or openvino, got 'tensorrt'"
    with pytest.raises(ConfigError, match=said):
        load(file)
