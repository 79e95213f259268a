"""What ships: found from a clone, an editable install and a wheel alike."""

import sys
import zipfile
from pathlib import Path

import pytest

from mirror.core import resources
from mirror.weights import NAMES

ROOT = Path(__file__).parents[2]


def test_every_shipped_file_is_found_here() -> None:
    for name in ("default.toml", "parts.toml"):
        assert resources.config_file(name).is_file()
    for name in ("demo.mp4", "leg-raise.mp4"):
        assert resources.media_file(name).is_file()


def test_a_wheel_carries_all_that_a_run_needs(tmp_path: Path) -> None:
    builder = pytest.importorskip("hatchling.builders.wheel", reason="needs hatchling: extra dev")
    (wheel,) = builder.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        "mirror/configs/default.toml",
        "mirror/configs/parts.toml",
        "mirror/locale/zh_CN/LC_MESSAGES/mirror.mo",
        "mirror/media/demo.mp4",
        "mirror/media/leg-raise.mp4",
        "mirror/media/README.md",
        "mirror/media/LICENSE.pose2sim",
        "mirror/weights/README.md",
        *(f"mirror/weights/{name}.onnx" for name in NAMES),
    }
    assert wanted <= names
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert not any(name.startswith("tests/") for name in names)


def test_the_readme_says_the_two_commands_in_one_line_each() -> None:
    readme = (ROOT / "README.md").read_text()
    commands = [block.split("```")[0].strip() for block in readme.split("```sh\n")[1:3]]
    assert commands[0].endswith("mirror demo")
    assert commands[1].endswith("pytest -q")
    assert all("\n" not in command for command in commands)


def test_the_readmes_own_parser_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from media import write_video

    from mirror.cli.main import main

    blocks = (ROOT / "README.md").read_text().split("```python\n")[1:]
    (block,) = [block.split("```")[0] for block in blocks if "def skin" in block]
    (tmp_path / "mine.py").write_text(block)
    write_video(tmp_path / "clip.mp4", 3)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "mine", raising=False)  # another test's may be loaded
    assert main(["video", "clip.mp4", "--parser", "mine:skin", "--quiet"]) == 0
    assert len(block.strip().splitlines()) <= 14
