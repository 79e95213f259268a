"""Pages whose commands and programs are run as they stand, in the order they stand."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)
# what installs, downloads, needs a screen, a camera or a checkpoint, or goes on until it is stopped
_NOT_RUN = re.compile(
    r"(python3? -m venv|pip install|source |mirror( camera\b.*)?$|mirror models|.*--parser m2fp)"
)
_IN_TURN = """
import json, sys
for code in json.load(sys.stdin):
    exec(compile(code, "a program of the page", "exec"), {"__name__": "__main__"})
"""


def blocks(page: Path, language: str) -> list[str]:
    """What stands in the page's blocks of a language."""
    return [code for kind, code in _BLOCK.findall(page.read_text()) if kind == language]


def commands(page: Path) -> list[str]:
    """The page's commands, but for those that cannot be run in a test."""
    lines = "".join(blocks(page, "sh")).replace("\\\n", "").splitlines()
    plain = (re.sub(r"\s{2,}#.*", "", line).strip() for line in lines)
    return [line for line in plain if line and not _NOT_RUN.match(line)]


def run(command: list[str], folder: Path, given: str = "") -> str:
    """What a command prints; it must succeed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        input=given.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def run_commands(page: Path, folder: Path) -> str:
    """Run the page's commands one after the other."""
    script = "\n".join(["set -euo pipefail", *commands(page)])
    return run(["bash", "-c", script], folder)


def run_programs(page: Path, folder: Path) -> str:
    """Run the page's programs one after the other, each as if it were alone."""
    programs = blocks(page, "python")
    assert programs
    return run([sys.executable, "-c", _IN_TURN], folder, json.dumps(programs))
