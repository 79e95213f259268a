"""What can be said with any of the packages missing, each in turn."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from mirror.cli.dependencies import EXTRAS, REQUIRED, package_of, remedy_for

# A child for each package that is imported; those that are only looked for share one. Imports of a
# missing package fail as if it were not there.
SCRIPT = """
import contextlib, io, json, os, sys

class Missing:
    module = ""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == self.module:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

import mirror.cli.main

COMMANDS = {"--help": ["--help"], "video": ["video", "clip.mp4"], "doctor": ["doctor"]}

def said(arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            code = mirror.cli.main.main(arguments)
        except SystemExit as ended:
            code = ended.code
    return code, out.getvalue()

finder = Missing()
sys.meta_path.insert(0, finder)
for modules in sys.argv[1:]:
    if os.fork() == 0:
        for finder.module in modules.split(","):
            for name in list(COMMANDS) if "," not in modules else ["--help", "doctor"]:
                print(json.dumps([finder.module, name, *said(COMMANDS[name])]), flush=True)
        os._exit(0)
    os.wait()
"""


OPTIONAL = sorted({module for extra in EXTRAS.values() for module in extra.packages.values()})


class Said(NamedTuple):
    code: int
    text: str


@pytest.fixture(scope="module")
def said() -> dict[tuple[str, str], Said]:
    """What each command says without a module, by the module and the command."""
    looked_for = ",".join(["nothing_missing", *OPTIONAL])
    command = [sys.executable, "-c", SCRIPT, *REQUIRED.values(), looked_for]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "300", "PATH": "", "MODELSCOPE_CACHE": "nowhere"},
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {(module, command): Said(code, text) for module, command, code, text in lines}


@pytest.mark.parametrize("module", [*REQUIRED.values(), *OPTIONAL])
def test_help_needs_none_of_them(said: dict[tuple[str, str], Said], module: str) -> None:
    found = said[module, "--help"]
    assert found.code == 0
    assert found.text == said["nothing_missing", "--help"].text


@pytest.mark.parametrize(("package", "module"), REQUIRED.items())
def test_the_doctor_says_what_is_missing_and_how_to_get_it(
    said: dict[tuple[str, str], Said], package: str, module: str
) -> None:
    found = said[module, "doctor"]
    (line,) = [line for line in found.text.splitlines() if line.split()[1:2] == [package]]
    assert found.code == 1
    assert f"No module named '{module}'" in line
    assert f"pip install --force-reinstall {package}" in line
    assert "Licences: the code" in found.text


@pytest.mark.parametrize("name", EXTRAS)
def test_the_doctor_says_what_an_extra_is_for_where_a_package_of_it_is_missing(
    said: dict[tuple[str, str], Said], name: str
) -> None:
    for package, module in EXTRAS[name].packages.items():
        found = said[module, "doctor"]
        (line,) = [line for line in found.text.splitlines() if line.split()[1:2] == [f"[{name}]"]]
        assert package in line.split("for ")[0]
        assert f"for {EXTRAS[name].use}: pip install 'smart-mirror[{name}]'" in line
        assert found.code == said["nothing_missing", "doctor"].code


@pytest.mark.parametrize("module", ["av", "cv2", "numpy", "onnxruntime", "pydantic"])
def test_a_command_says_in_one_line_what_it_needs(
    said: dict[tuple[str, str], Said], module: str
) -> None:
    found, package = said[module, "video"], package_of(module)
    assert found.code == 1
    *before, line = found.text.splitlines()
    assert line == (
        f"mirror: mirror video needs {package}, which is not installed: pip install {package}. "
        "mirror doctor says what else is missing"
    )
    assert not before or module == "numpy"  # of which OpenCV has something to say, too


def test_the_doctor_knows_every_package_that_an_installation_can_have() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]

    def names(requirements: Iterable[str]) -> set[str]:
        return {re.split(r"[^\w-]", one)[0] for one in requirements}

    assert names(project["dependencies"]) == set(REQUIRED)
    for name in sorted(extras.keys() - {"dev", "docs"}):
        assert names(extras[name]) == set(EXTRAS[name].packages), name
    assert EXTRAS.keys() == extras.keys() - {"dev", "docs"}


def test_a_missing_package_is_brought_with_what_is_used_beside_it() -> None:
    assert remedy_for("uvicorn") == "pip install 'smart-mirror[serve]'"
    assert remedy_for("av") == "pip install av"
