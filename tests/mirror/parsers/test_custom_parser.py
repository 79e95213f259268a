from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from doubles import frame_at

from mirror.core.settings import load
from mirror.parsers.catalogue import find_parser
from mirror.parsers.custom import Custom, ParserNotUsable

BRIGHT = """
import numpy as np

def bright():
    return lambda image: (image[:, :, 0] > 100).astype(np.uint8)

bright.parts = ["background", "bright"]

def nameless():
    return lambda image: np.full(image.shape[:2], 7, np.int64)

def wrong_size():
    return lambda image: np.zeros((2, 2), np.uint8)

def unknown_part():
    return lambda image: np.full(image.shape[:2], 99)

def no_answer():
    return lambda image: None

number = 3
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "mine_for_tests.py").write_text(BRIGHT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "mine_for_tests", raising=False)
    return "mine_for_tests"


def test_a_module_beside_the_user_is_found_and_its_parts_are_named(module: str) -> None:
    kind = find_parser(f"{module}:bright", load().parser)
    assert kind.parts.names == ("background", "bright")
    frame = frame_at(0.0, number=200)
    plan = kind.make_prepare(live=False)(frame)
    parsing = kind.make_settle()(frame, plan, kind.make_parse(threads=1)(frame, plan))
    assert parsing.labels.dtype == np.uint8
    assert parsing.labels.tolist() == [[1] * 6] * 4


def test_a_parser_without_names_gets_numbered_parts_in_colours_of_their_own(module: str) -> None:
    kind = find_parser(f"{module}:nameless", load().parser)
    assert kind.parts.names[7] == "part-7"
    assert len(set(kind.parts.palette())) == len(kind.parts.names)
    assert kind.make_parse(threads=1)(frame_at(0.0), None).labels[0, 0] == 7


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("wrong_size", r"answered with \(2, 2\); it must return .* here \(4, 6\)"),
        ("no_answer", "answered with NoneType"),
        ("unknown_part", "part ids 99 to 99; it has parts 0 to 31"),
    ],
)
def test_an_answer_that_is_no_label_map_is_refused(module: str, factory: str, message: str) -> None:
    parse = Custom(f"{module}:{factory}").make_parse(threads=1)
    with pytest.raises(ParserNotUsable, match=message):
        parse(frame_at(0.0), None)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such_module:f", "cannot be imported: No module named 'no_such_module'"),
        ("mine_for_tests:missing", "mine_for_tests has no function called 'missing'"),
        ("mine_for_tests:number", "has no function called 'number'"),
        ("builtin", "no parser is called 'builtin'; did you mean built-in"),
        ("xyz", "there are: built-in, m2fp, m2fp-single, none, module:factory"),
    ],
)
def test_a_parser_that_cannot_be_had_is_named(module: str, name: str, message: str) -> None:
    with pytest.raises(ParserNotUsable, match=message):
        find_parser(name, load().parser)


def test_the_parser_called_none_finds_nobody() -> None:
    kind = find_parser("none", load().parser)
    frame = frame_at(0.0)
    plan = kind.make_prepare(live=False)(frame)
    parsing = kind.make_settle()(frame, plan, kind.make_parse(threads=1)(frame, plan))
    assert parsing.labels.shape == (4, 6)
    assert not parsing.labels.any()
    assert parsing.people == ()


def test_a_file_beside_the_user_stands_for_no_package(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wave.py").write_text("raise AssertionError('this is not the real one')")
    (tmp_path / f"{module}.py").write_text(f"import wave\n{BRIGHT}")
    monkeypatch.delitem(sys.modules, "wave", raising=False)
    assert find_parser(f"{module}:bright", load().parser).parts.names == ("background", "bright")
    assert sys.path[-1] == str(tmp_path)
