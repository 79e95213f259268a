"""Pages whose commands and programs are run as they stand, in the order they stand."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

from mirror.cli.main import main

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)
# what installs, downloads, needs a screen, a camera or a checkpoint, or goes on until it is stopped
_NOT_RUN = re.compile(
    r"(python3? -m venv|pip install|source |mirror( camera\b.*)?$|mirror models|.*--parser m2fp)"
)


def blocks(page: Path, language: str) -> list[str]:
    """What stands in the page's blocks of a language."""
    return [code for kind, code in _BLOCK.findall(page.read_text()) if kind == language]


def commands(page: Path) -> list[str]:
    """The page's commands, but for those that cannot be run in a test."""
    lines = "".join(blocks(page, "sh")).replace("\\\n", "").splitlines()
    plain = (re.sub(r"\s{2,}#.*", "", line).strip() for line in lines)
    return [line for line in plain if line and not _NOT_RUN.match(line)]


def our_mirror_first() -> AbstractContextManager[object]:
    """Have the command ``mirror`` be that of this interpreter."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return mock.patch.dict(os.environ, {"PATH": path})


def run(command: list[str], folder: Path) -> str:
    """What a command prints; it must succeed."""
    with our_mirror_first():
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def run_commands(page: Path, folder: Path, leaving_out: str = "") -> None:
    """Run the page's commands one after the other; in this process, but for pipelines."""
    for line in commands(page):
        if line == leaving_out:
            continue
        if any(mark in line for mark in "|>$"):
            run(["bash", "-euo", "pipefail", "-c", line], folder)
            continue
        with contextlib.chdir(folder):
            program, *arguments = shlex.split(line)
            assert program == "mirror"
            assert main(arguments) == 0, line


def run_programs(page: Path, folder: Path) -> str:
    """Run the page's programs one after the other, and return what they print."""
    programs = blocks(page, "python")
    assert programs
    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said), our_mirror_first():
        for code in programs:
            exec(compile(code, f"a program of {page.name}", "exec"), {"__name__": "__main__"})
    return said.getvalue()
