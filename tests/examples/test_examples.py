"""Every example is run as it stands, on a few frames of the bundled clip."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import clip
import cv2
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = {  # example -> what it is given, what it writes, what it says
    "picture.py": ("man.png", "picture-parsed.png", "1 person"),
    "blur_background.py": ("man.png", "blurred.png", "wrote"),
    "notebook.py": ("man.png", "notebook.png", "wrote"),
    "video_to_csv.py": ("man.mp4", "landmarks.csv", "wrote"),
    "count_people.py": ("man.mp4", None, "1 people, at most 1 at once"),
    "joint_angle.py": ("man.mp4", "angle.png", "wrote"),
    "webcam.py": ("man.mp4", None, "3 frames parsed"),
    "own_parser.py": ("man.mp4", None, "% skin"),
    "supervision_boxes.py": ("man.mp4", "boxes.png", "1 people in the last frame"),
    "export_coco.py": ("man.mp4", "coco.json", "3 images"),
    "stream.pl": ("man.mp4", None, "1 people"),
}
NEEDS = {  # what not everybody has installed
    "notebook.py": ("matplotlib", "PIL"),
    "joint_angle.py": ("matplotlib",),
    "supervision_boxes.py": ("supervision",),
    "export_coco.py": ("pycocotools",),
}


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    man = clip.man(3)
    cv2.imwrite(str(folder / "man.png"), man[0])
    clip.write_film(folder / "man.mp4", man)
    return folder


def test_every_example_is_run_here_and_listed() -> None:
    programs = {path.name for path in EXAMPLES.iterdir()} - {"README.md", "__pycache__"}
    assert programs == set(CASES)
    listed = (EXAMPLES / "README.md").read_text()
    assert [name for name in programs if f"[{name}]({name})" not in listed] == []


@pytest.mark.parametrize("name", CASES)
def test_an_example_runs(name: str, footage: Path, tmp_path: Path) -> None:
    given, written, said = CASES[name]
    for package in NEEDS.get(name, ()):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs pip install {package}")
    interpreter = shutil.which("perl") if name.endswith(".pl") else sys.executable
    if interpreter is None:
        pytest.skip("needs perl: apt-get install perl")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [interpreter, EXAMPLES / name, footage / given],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == ({written} if written else set())
    assert written is None or (tmp_path / written).stat().st_size
