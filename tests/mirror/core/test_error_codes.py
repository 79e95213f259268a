"""Errors are codes with fields: each says what it is, and what programs read stays true."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from error_sites import ROOT, error_sites, fields_of
from error_table import PAGE, page

from mirror.core.settings import ConfigError
from pipeline.errors import CameraNotFound, PipelineError, SourceError

CODE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
OF_THE_COMMAND_LINE = re.compile(
    r"(?<!\w)--[a-z]|\bmirror (batch|bench|camera|doctor|eval|models|picture|stream|video)\b"
)


def test_every_error_is_made_with_a_code_and_words_that_are_written_out() -> None:
    assert len(error_sites()) > 150
    for site in error_sites():
        assert site.code is not None, f"{site.where}: {site.kind} without a code"
        assert CODE.fullmatch(site.code), f"{site.where}: {site.code}"
        assert site.words is not None, f"{site.where}: {site.kind} in words made up there"


def test_a_code_means_one_thing_wherever_it_is_raised() -> None:
    seen: dict[str | None, tuple[str | None, str, set[str]]] = {}
    for site in error_sites():
        meaning = (site.words, site.kind, set(site.fields))
        assert seen.setdefault(site.code, meaning) == meaning, site.where


def test_no_words_of_an_error_ask_for_a_field_that_it_does_not_carry() -> None:
    for site in error_sites():
        assert fields_of(site.words or "") <= set(site.fields), site.where


def test_no_error_below_the_command_line_names_a_flag_or_a_command() -> None:
    for site in error_sites():
        if not site.where.startswith("mirror/cli/"):
            assert not OF_THE_COMMAND_LINE.search(site.words or ""), site.where


def test_nothing_that_moves_frames_says_a_word_of_the_command_line() -> None:
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        for text in texts_in(ast.parse(path.read_text())):
            assert not OF_THE_COMMAND_LINE.search(text), f"{path.name}: {text}"


def texts_in(tree: ast.Module) -> Iterator[str]:
    """Every text but those that document."""
    documenting = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in documenting:
            yield str(node.value)  # type: ignore[attr-defined]  # it is a constant


def test_the_reference_lists_every_code_with_its_fields() -> None:
    assert PAGE.read_text() == page(), "run python tests/tools/error_table.py"


def test_an_error_carries_its_code_and_its_fields() -> None:
    error = SourceError("source.not_found", "{path} does not exist", path=Path("a.mp4"))
    assert str(error) == "a.mp4 does not exist"
    assert (error.code, error.fields) == ("source.not_found", {"path": Path("a.mp4")})


@pytest.mark.parametrize(
    "error",
    [
        CameraNotFound(3, ("0: Webcam",)),
        ConfigError("config.unknown_key", "{where}no {key}", where="a.toml: ", key="colour"),
        PipelineError("source.broke", "it broke"),
    ],
)
def test_an_error_crosses_to_another_process_whole(error: PipelineError) -> None:
    error.add_note("while parsing frame 3")
    there = pickle.loads(pickle.dumps(error))
    assert type(there) is type(error)
    assert str(there) == str(error)
    assert (there.code, there.fields) == (error.code, error.fields)
    assert there.__notes__ == ["while parsing frame 3"]
