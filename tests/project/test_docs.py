"""What the documentation shows is run as it stands there."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from media import write_video

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)


def run(command: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_tutorial_can_be_followed(tmp_path: Path) -> None:
    write_video(tmp_path / "squats.mp4", 4)
    lines = [line for block in blocks("tutorial.md", "sh") for line in block.splitlines()]
    commands = [line for line in lines if line.startswith("mirror video")]
    assert len(commands) == 3
    for command in commands:
        run(["bash", "-c", command], tmp_path)
    assert (tmp_path / "squats-mirror.mp4").stat().st_size
    assert len(list((tmp_path / "masks").glob("*.png"))) == 4
    (program,) = blocks("tutorial.md", "python")
    run([sys.executable, "-c", program], tmp_path)


def test_the_parser_of_ones_own_parses(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", 4)
    (program,) = blocks("how-to.md", "python")
    (tmp_path / "mine.py").write_text(program)
    (command,) = [block for block in blocks("how-to.md", "sh") if "mine:skin" in block]
    run(["bash", "-c", command], tmp_path)
    assert (tmp_path / "clip-mirror.mp4").stat().st_size


@pytest.mark.parametrize("page", ["library", "engine"])
def test_the_programs_of_the_reference_run(page: str, tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", 4)
    for program in blocks(f"reference/{page}.md", "python"):
        assert run([sys.executable, "-c", program], tmp_path)


def test_every_command_has_a_place_in_the_reference() -> None:
    page = (DOCS / "reference" / "command-line.md").read_text()
    shown = run([sys.executable, "-m", "mirror", "--help"], ROOT)
    commands = re.findall(r"^ {4}(\w+) {2,}", shown, re.MULTILINE)
    assert len(commands) > 5
    assert [name for name in commands if f"<!-- help: {name} -->" not in page] == []


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("needs mkdocs: pip install smart-mirror[docs]")
    run([sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)], ROOT)
    assert "mirror video" in (tmp_path / "reference" / "command-line" / "index.html").read_text()
