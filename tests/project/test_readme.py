"""What the README shows is run as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from m2fp_golden import checkpoint
from media import write_video

from mirror.parsers.m2fp.checkpoint import download

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SECTION = README.split("## In a pipe")[1].split("\n## ")[0]
M2FP = README.split("## M2FP")[1].split("\n## ")[0]
SHELL = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_video(tmp_path / "clip.mp4", 4)
    return tmp_path


def run(command: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg: apt-get install ffmpeg")
@pytest.mark.parametrize("command", SHELL[0].splitlines())
def test_the_shell_lines_run(command: str, folder: Path) -> None:
    run(["bash", "-o", "pipefail", "-c", command], folder)
    made = [path for path in folder.iterdir() if path.name != "clip.mp4"]
    assert made
    assert all(path.stat().st_size for path in made)


@pytest.mark.parametrize("program", PYTHON, ids=["a reader", "a loop", "a picture"])
def test_the_python_programs_run(program: str, folder: Path) -> None:
    out = run([sys.executable, "-c", program], folder)
    assert len(out.splitlines()) == (1 if "mirror.parse" in program else 4)


def test_the_program_for_modelscopes_results_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("torch", "PIL", "threadpoolctl"):
        pytest.importorskip(package, reason="needs pip install smart-mirror[m2fp]")
    monkeypatch.setenv("MODELSCOPE_CACHE", str(folder / "cache"))
    download.copy_from("m2fp", checkpoint("multiple"), folder / "cache")
    (program,) = re.findall(r"```python\n(.*?)```", M2FP, re.DOTALL)
    lines = run([sys.executable, "-c", program], folder).splitlines()
    assert all(re.fullmatch(r"\S+ 0\.\d+ \(48, 64\)", line) for line in lines)
