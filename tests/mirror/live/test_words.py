"""Whatever the window can say has its words in every language."""

from __future__ import annotations

import ast
import errno
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mirror.core.label_set import label_set
from mirror.core.resources import config_file
from mirror.jobs.composition import shared_out
from mirror.live.display.display_options import DisplayOptions
from mirror.live.readout import look_in
from mirror.live.session.session_status import BROKE, STOPPED, Sentence, details_of, told
from mirror.live.words import LANGUAGES, speaker
from mirror.parsers.m2fp.checkpoint.hub import find_checkpoint
from pipeline.errors import CameraNotFound, PipelineError, StageStuck

ROOT = Path(__file__).parents[3]
# what only a command line can run into
NOT_OF_THE_WINDOW = (
    "mirror/bench",
    "mirror/cli",
    "mirror/core/schema.py",
    "mirror/core/settings.py",
    "mirror/evaluation",
    "mirror/outputs",
    "mirror/stream",
    "mirror/process/terminal.py",
    "pipeline/pipes.py",
    "pipeline/sinks/coded.py",
    "pipeline/sinks/plain.py",
    "pipeline/sinks/salvage.py",
    "pipeline/sinks/virtual_camera.py",
    "pipeline/sources/stream",
    "pipeline/targets/apart.py",
    "pipeline/targets/part_folder.py",
)


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call that makes an error of the window: its file, the error's class, the call."""
    known = error_classes()
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in known and not defines_init(known[node.func.id]):
                    yield name, node.func.id, node
            elif isinstance(node, ast.ClassDef) and node.name in known and node.bases:
                inits = (call for call in ast.walk(node) if isinstance(call, ast.Call))
                for call in inits:
                    if isinstance(call.func, ast.Attribute) and call.func.attr == "__init__":
                        yield name, node.name, call


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted([*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "mirror").rglob("*.py")]):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(NOT_OF_THE_WINDOW):
            yield name, ast.parse(path.read_text())


def error_classes() -> dict[str, ast.ClassDef]:
    """The classes of errors by their names, PipelineError itself left out."""
    classes = [
        node for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    ]
    names, known = {"PipelineError", "ConfigError"}, dict[str, ast.ClassDef]()
    for _ in range(3):  # as deep as the tree of errors is
        for node in classes:
            if names & {base.id for base in node.bases if isinstance(base, ast.Name)}:
                names.add(node.name)
                known[node.name] = node
    return known


def defines_init(node: ast.ClassDef) -> bool:
    return any(isinstance(line, ast.FunctionDef) and line.name == "__init__" for line in node.body)


def in_short(node: ast.ClassDef) -> str:
    for line in node.body:
        if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "in_short":
            return str(ast.literal_eval(line.value))
    return ""


def raised() -> Iterator[tuple[str, set[str]]]:
    """The template of each error of the window, and what its arguments are called."""
    known = error_classes()
    for where, kind, call in calls():
        short = in_short(known[kind])
        names = {str(keyword.arg) for keyword in call.keywords}
        if short and not names:
            yield short, names
        else:
            template = call.args[0]
            said = f"{where}:{call.lineno}: an error that cannot be said in other words"
            assert isinstance(template, ast.Constant), said
            yield str(template.value), names


def sentences() -> Iterator[str]:
    """The template of every sentence that is made where it is said."""
    for _, tree in trees():
        calls_of = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for call in calls_of:
            made_of, first = getattr(call.func, "id", ""), call.args[:1]
            if made_of == "Sentence" and first and isinstance(first[0], ast.Constant):
                yield str(first[0].value)


def fields_of(template: str) -> set[str]:
    named = (field for _, field, _, _ in string.Formatter().parse(template) if field)
    return {field.partition(".")[0] for field in named}


def test_every_error_that_the_window_can_show_has_its_words_in_every_language() -> None:
    with config_file("words.toml").open("rb") as file:
        words = tomllib.load(file)
    said = {template for template, _ in raised()} | set(sentences())
    assert len(said) > 40
    for language in LANGUAGES.keys() - {"en"}:
        assert not said - words[language].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_ask_for_an_argument_that_an_error_does_not_carry(language: str) -> None:
    say = speaker(language)
    for template, names in raised():
        assert fields_of(say(template)) <= names, template


@pytest.mark.parametrize("language", LANGUAGES.keys() - {"en"})
def test_every_part_that_a_parser_can_name_has_its_name_in_every_language(language: str) -> None:
    say = speaker(language)
    for name in ("built-in", "cihp", "lip"):
        parts = label_set(name)
        said = [look_in(DisplayOptions(), parts, say).names[name] for name in parts.names[1:]]
        assert len(set(said)) == len(said)


def test_an_error_reads_in_english_by_itself_and_in_the_users_language_in_the_window() -> None:
    error = CameraNotFound(3)
    assert str(error).startswith(
        "camera 3 did not open. Close other programs using it, plug one in"
    )
    assert told(error).said(speaker("en")).startswith("Camera 3 did not open. Plug a camera in")
    assert told(error).said(speaker("zh")).startswith("摄像头 3 无法打开")


@pytest.mark.parametrize(("language", "words"), [("en", "can be 1 to"), ("zh", "在本机可为 1 至")])
def test_a_number_of_workers_that_cannot_be_is_said_in_the_users_language(
    language: str, words: str
) -> None:
    with pytest.raises(PipelineError) as refused:
        shared_out(100_000, "auto")
    said = told(refused.value).said(speaker(language))
    assert words in said
    assert "100000" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_that_gets_a_checkpoint_names_it_in_every_language(
    language: str, tmp_path: Path
) -> None:
    with pytest.raises(PipelineError) as missing:
        find_checkpoint("m2fp-single", tmp_path)
    said = told(missing.value).said(speaker(language))
    _, _, command = said.partition("mirror models download ")
    assert "m2fp-single" in command


def test_what_the_system_says_of_an_error_is_said_in_the_users_language_too() -> None:
    template = "{address} stopped delivering ({reason}); check the camera's network"
    error = PipelineError(template, address="rtsp://host/a", reason="Connection refused")
    said = told(error).said(speaker("zh"))
    assert said == "rtsp://host/a 中断（连接被拒绝）。请检查摄像头的网络"  # noqa: RUF001


def test_particulars_that_help_nobody_before_a_window_stay_in_the_details() -> None:
    error = StageStuck("parser-0 has been parsing frame 7 for 61.0 s; the limit is 60 s")
    assert str(told(error)) == StageStuck.in_short
    assert "frame 7" in details_of(error)


def test_an_error_that_nobody_expected_is_not_shown_raw() -> None:
    assert told(KeyError("x")) == STOPPED
    assert told(KeyError("x"), BROKE) == BROKE
    assert "KeyError: 'x'" in details_of(KeyError("x"))
    assert "memory" in str(told(MemoryError()))
    full = told(OSError(errno.ENOSPC, "No space left on device"))
    assert full.said(speaker("zh")).endswith("磁盘已满")


def test_details_do_not_tell_a_password() -> None:
    assert "secret" not in details_of(OSError("rtsp://me:secret@host/a: no route"))


def test_a_message_without_arguments_may_hold_braces() -> None:
    assert str(PipelineError("{a} cannot be")) == "{a} cannot be"
    assert Sentence("{a} cannot be").said(speaker("zh")) == "{a} cannot be"
