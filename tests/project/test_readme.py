"""What the README shows is run as it stands there, in that order."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import clip
import cv2
import numpy as np
import pytest
from media import write_video
from pages import ROOT, blocks, commands, run_commands, run_programs

README = ROOT / "README.md"


def test_it_can_be_read_in_a_few_minutes() -> None:
    assert len(README.read_text().splitlines()) <= 150


def test_it_says_the_two_commands_in_one_line_each() -> None:
    demo, tests = blocks(README, "sh")[:2]
    assert demo.strip().endswith("mirror demo")
    assert tests.strip().endswith("pytest -q")
    assert all(len(block.strip().splitlines()) == 1 for block in (demo, tests))


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg: apt-get install ffmpeg")
def test_its_commands_run_one_after_the_other(tmp_path: Path) -> None:
    write_video(tmp_path / "squats.mp4", 4)
    cv2.imwrite(str(tmp_path / "photo.jpg"), np.full((48, 64, 3), 120, np.uint8))
    assert len(commands(README)) == 6
    run_commands(README, tmp_path)
    made = {"squats-mirror.mp4", "hands.mp4", "photo-mirror.jpg", "parsed.mp4", "piped.mp4"}
    for name in (*made, "poses.jsonl", "results.jsonl"):
        assert (tmp_path / name).stat().st_size
    assert len(list((tmp_path / "masks").glob("*.png"))) == 4


def test_its_program_runs(tmp_path: Path) -> None:
    clip.write_film(tmp_path / "squats.mp4", clip.man(2))
    lines = run_programs(README, tmp_path).splitlines()
    assert [line.split()[0] for line in lines] == ["0.0", "torso:", "0.03333333333333333", "torso:"]


def test_what_it_names_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", README.read_text())
    assert len(links) > 15
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_places_in_pages_that_it_names_are_there() -> None:
    for page, place in re.findall(r"\]\(([^)#:]+)#([^)]*)\)", README.read_text()):
        titles = re.findall(r"^#+ (.*)$", (ROOT / page).read_text(), re.MULTILINE)
        assert place in [title.lower().replace(" ", "-") for title in titles]
