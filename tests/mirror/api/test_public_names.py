"""What ``import mirror`` gives, and what it costs."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import mirror
import pipeline


def test_every_public_name_is_there_and_documented() -> None:
    assert set(mirror.__all__) <= set(dir(mirror))
    assert [name for name in mirror.__all__ if not getattr(mirror, name).__doc__] == []


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'mirror' has no attribute 'parze'"):
        _ = mirror.parze  # type: ignore[attr-defined]  # and mypy says so, too


def test_importing_the_package_loads_nothing_that_takes_time() -> None:
    heavy = ("numpy", "cv2", "av", "onnxruntime", "torch", "PyQt5", "psutil", "rich")
    program = f"import sys, mirror; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_both_packages_say_that_they_are_typed() -> None:
    for package in (mirror, pipeline):
        assert package.__file__ is not None
        assert (Path(package.__file__).parent / "py.typed").is_file()


def test_the_version_is_the_packages() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
    assert mirror.__version__ == project["project"]["version"]


def test_what_the_package_shows_of_itself_to_programmers_stays_out_of_the_help() -> None:
    command = [sys.executable, "-m", "mirror", "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "every person in the picture" in " ".join(shown.split())
    assert "import mirror" not in shown
