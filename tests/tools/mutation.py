"""Changes the program in small ways, and counts how many of the changes the tests notice.

  python tests/tools/mutation.py                            a sample of 100, seed 0
  python tests/tools/mutation.py --sample 300 --seed 7 --only pipeline/pool
  python tests/tools/mutation.py --json FILE                also every change, and what became of it

Changes are drawn at random from all that can be made in pipeline/ and mirror/core. Each is made in
a copy of the tree and run against the tests that stand where its module does; with --wider, what
these do not notice is run against more. What no test notices is shown as a diff. Some of that
changes nothing that anybody could see: it counts as a survivor all the same.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("pipeline", "mirror/core")
LIMIT_S = 240  # a change that makes a run hang is noticed, too
NEARBY = {
    "pipeline/pool": ("tests/pipeline/pool", "tests/pipeline/test_flow.py"),
    "pipeline/concurrency": ("tests/pipeline/concurrency", "tests/pipeline/pool"),
    "pipeline/sources": ("tests/pipeline/sources",),
    "pipeline/sinks": ("tests/pipeline/sinks",),
    "pipeline/targets": ("tests/pipeline/targets",),
    "pipeline/media": ("tests/pipeline/media", "tests/pipeline/sources/test_y4m.py"),
    "mirror/core": ("tests/mirror/core", "tests/mirror/outputs"),
    "pipeline": ("tests/pipeline/test_flow.py", "tests/pipeline", "tests/mirror/rendering"),
}  # fmt: skip
WIDER = ("tests/pipeline", "tests/mirror/core", "tests/mirror/jobs", "tests/mirror/stream",
         "tests/mirror/cli/test_cli.py", "tests/mirror/rendering", "tests/mirror/parsers/builtin",
         "tests/mirror/live")  # fmt: skip
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One small change of a module: the place of a node among all of it, and what is done there."""

    path: str
    place: int
    what: str


@dataclass(frozen=True)
class Outcome:
    change: Change
    noticed_by: str  # empty: by no test
    diff: str


def changes_in(copy: Path, path: str) -> list[Change]:
    nodes = list(ast.walk(ast.parse((copy / path).read_text())))
    types = {id(inner) for node in nodes for typed in _types(node) for inner in ast.walk(typed)}
    return [
        Change(path, place, what)
        for place, node in enumerate(nodes)
        if id(node) not in types
        for what in _changes(node)
    ]


def _types(node: ast.AST) -> Iterator[ast.AST]:
    """Annotations and decorators: they say something, and do next to nothing."""
    for name in ("annotation", "returns"):
        if isinstance(typed := getattr(node, name, None), ast.AST):
            yield typed
    yield from getattr(node, "decorator_list", ())


def _changes(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Compare(ops=[op]) | ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op):
            if type(op) in SWAPS:
                yield "swap"
        case ast.Constant(value=bool()):
            yield "flip"
        case ast.Constant(value=int() | float()):
            yield "more"
        case ast.If() | ast.While() | ast.IfExp():
            yield "negate"
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield "drop sign"
        case ast.Return(value=ast.AST() as value):
            if not (isinstance(value, ast.Constant) and value.value is None):
                yield "return None"
        case ast.Expr(value=ast.Call()):
            yield "leave out"


def changed(change: Change, text: str) -> str:
    """Return a module's text with the change made; without comments, as Python writes it."""
    tree = ast.parse(text)
    node = list(ast.walk(tree))[change.place]
    _make(node, change.what, tree)
    return ast.unparse(ast.fix_missing_locations(tree))


def _make(node: ast.AST, what: str, tree: ast.AST) -> None:
    match what, node:
        case "swap", ast.Compare():
            node.ops[0] = SWAPS[type(node.ops[0])]()  # type: ignore[call-overload]
        case "swap", ast.BinOp() | ast.AugAssign() | ast.BoolOp():
            node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
        case "flip", ast.Constant():
            node.value = not node.value
        case "more", ast.Constant(value=int() | float() as number):
            node.value = number + 1
        case "negate", ast.If() | ast.While() | ast.IfExp():
            node.test = ast.UnaryOp(ast.Not(), node.test)
        case "return None", ast.Return():
            node.value = None
        case "leave out", ast.Expr():
            node.value = ast.Constant(None)
        case "drop sign", ast.UnaryOp():
            _replace(tree, node, node.operand)


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                value[:] = [new if one is old else one for one in value]


def tested(change: Change, copy: Path, is_thorough: bool) -> Outcome:
    """Make a change in a copy of the tree, run the tests, and take it back."""
    module = copy / change.path
    before = module.read_text()
    plain, after = ast.unparse(ast.parse(before)), changed(change, before)
    lines = difflib.unified_diff(plain.splitlines(), after.splitlines(), change.path, "", "", "", 0)
    diff = "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))
    module.write_text(after)
    try:
        near = next(tests for folder, tests in NEARBY.items() if change.path.startswith(folder))
        of_its_name = [
            str(test.relative_to(copy)) for test in copy.rglob(f"test_{module.stem}*.py")
        ]
        noticed = (
            _failure(tuple(of_its_name), copy)
            or _failure(near, copy)
            or (_failure(WIDER, copy) if is_thorough else "")
        )
    finally:
        module.write_text(before)
    return Outcome(change, noticed, diff)


def _failure(tests: tuple[str, ...], copy: Path) -> str:
    """The first test that fails; empty where none does."""
    there = [test for test in tests if (copy / test).exists()]
    if not there:
        return ""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider"]
    env = {**os.environ, "PYTHONPATH": str(copy), "QT_QPA_PLATFORM": "offscreen"}
    try:
        run = subprocess.run(
            [*command, *there], cwd=copy, env=env, capture_output=True, text=True,
            timeout=LIMIT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"no end within {LIMIT_S} s"
    if run.returncode == 0:
        return ""
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0] if failed else "an import that fails"


def copied(to: Path) -> Path:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in names.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, to / name)
    return to


def main() -> None:
    """Draw a sample, run it, and say what became of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="paths that begin so")
    parser.add_argument("--wider", action="store_true", help="run more tests on what survives")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        paths = sorted(str(path.relative_to(copy)) for folder in FOLDERS
                       for path in (copy / folder).rglob("*.py"))  # fmt: skip
        found = [change for path in paths if path.startswith(options.only)
                 for change in changes_in(copy, path)]  # fmt: skip
        sample = random.Random(options.seed).sample(found, min(options.sample, len(found)))
        for change in sample:
            outcomes.append(tested(change, copy, options.wider))
            last = outcomes[-1]
            said = last.noticed_by or f"SURVIVES\n{last.diff}"
            print(f"{len(outcomes):4} {change.path}: {change.what}: {said}", flush=True)
    noticed = sum(bool(outcome.noticed_by) for outcome in outcomes)
    print(f"{noticed} of {len(outcomes)} noticed ({noticed / len(outcomes):.1%}), "
          f"of {len(found)} that can be made")  # fmt: skip
    if options.json is not None:
        rows = [{**vars(one.change), "noticed_by": one.noticed_by, "diff": one.diff}
                for one in outcomes]  # fmt: skip
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
