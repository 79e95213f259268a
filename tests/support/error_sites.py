"""Where the code makes errors: every code with its words, its fields and what it is raised as."""

from __future__ import annotations

import ast
import functools
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class ErrorSite:
    """One call that makes an error.

    Attributes:
        where: the file from the repository's root on, and the line.
        kind: the error's class.
        code: None where it is not written out.
        words: None where they are not written out.
        fields: the names of what it carries.
    """

    where: str
    kind: str
    code: str | None
    words: str | None
    fields: tuple[str, ...]


@functools.cache
def error_sites() -> tuple[ErrorSite, ...]:
    """Return every call in ``pipeline`` and ``mirror`` that makes an expected failure."""
    trees, kinds = _trees(), set(_kinds())
    with_own_init = {
        node.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name in kinds and _defines_init(node)
    }
    return tuple(
        _site(name, kind, call)
        for name, tree in trees.items()
        for kind, call in _calls(tree, kinds, with_own_init)
    )


def fields_of(words: str) -> set[str]:
    """Return which fields a sentence has places for."""
    named = (field for _, field, _, _ in string.Formatter().parse(words) if field)
    return {field.partition(".")[0] for field in named}


@functools.cache
def _trees() -> dict[str, ast.Module]:
    files = sorted([*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "mirror").rglob("*.py")])
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in files}


def _kinds() -> Iterator[str]:
    """The classes of errors, the root first."""
    classes = [
        node
        for tree in _trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    known = {"PipelineError"}
    yield "PipelineError"
    for _ in range(5):  # as deep as the tree of errors is
        for node in classes:
            bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
            if bases & known and node.name not in known:
                known.add(node.name)
                yield node.name


def _calls(
    tree: ast.Module, kinds: set[str], with_own_init: set[str]
) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in kinds - with_own_init:
                yield name, node
        elif isinstance(node, ast.ClassDef) and node.name in with_own_init - _PASS_ON:
            for call in ast.walk(node):
                if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "__init__":
                    yield node.name, call


_PASS_ON = {"PipelineError", "MirrorError"}  # their inits make what they are given


def _defines_init(node: ast.ClassDef) -> bool:
    inits = (line for line in node.body if isinstance(line, ast.FunctionDef))
    return node.name not in _PASS_ON and any(line.name == "__init__" for line in inits)


def _site(name: str, kind: str, call: ast.Call) -> ErrorSite:
    texts = [
        argument.value
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        else None
        for argument in call.args
    ]
    code, words = (*texts, None, None)[:2]
    fields = tuple(str(keyword.arg) for keyword in call.keywords)
    return ErrorSite(f"{name}:{call.lineno}", kind, code, words, fields)
