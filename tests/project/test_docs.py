"""What the documentation shows is run as it stands there."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import shutil
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import clip
import pytest
from m2fp_golden import checkpoint
from media import jpeg, picture_folder, write_video
from pages import ROOT, blocks, commands, run, run_commands, run_programs

from mirror.cli.main import main
from mirror.parsers.m2fp.checkpoint import download

DOCS = ROOT / "docs"


def test_the_tutorial_can_be_followed(tmp_path: Path) -> None:
    write_video(tmp_path / "squats.mp4", 4)
    tutorial = DOCS / "tutorial.md"
    assert [line.split()[1] for line in commands(tutorial)] == ["demo", "video", "video", "video"]
    run_commands(tutorial, tmp_path, leaving_out="mirror demo")  # CI runs it
    assert (tmp_path / "squats-mirror.mp4").stat().st_size
    assert len(list((tmp_path / "masks").glob("*.png"))) == 4
    run_programs(tutorial, tmp_path)
    run_programs(DOCS / "reference/results.md", tmp_path)  # holds poses.jsonl against the schema


def test_the_commands_on_recordings_run_one_after_the_other(tmp_path: Path) -> None:
    pytest.importorskip("pycocotools", reason="needs pip install smart-mirror[coco]")
    write_video(tmp_path / "squats.mp4", 3)
    picture_folder(tmp_path / "pictures", 3)
    page = DOCS / "how-to/recordings.md"
    assert len(commands(page)) == 7
    run_commands(page, tmp_path)
    made = ("squats-mirror.mp4", "beside.mp4", "hands.mp4", "best.mp4", "film.mkv", "run.json")
    assert all((tmp_path / name).stat().st_size for name in made)


def test_the_commands_and_the_query_on_batches_run(tmp_path: Path) -> None:
    for package in ("pyarrow", "duckdb"):
        pytest.importorskip(package, reason="needs pip install smart-mirror[batch] duckdb")
    (tmp_path / "clips").mkdir()
    write_video(tmp_path / "clips/squats.mp4", 3)
    page = DOCS / "how-to/batch.md"
    assert len(commands(page)) == 3
    run_commands(page, tmp_path)
    assert "quality" in run_programs(page, tmp_path)


def test_the_commands_on_pictures_run_one_after_the_other(tmp_path: Path) -> None:
    picture_folder(tmp_path / "holiday", 2)
    for name in ("photo.jpg", "scene.png"):
        (tmp_path / name).write_bytes(jpeg(3))
    run_commands(DOCS / "how-to/pictures.md", tmp_path)
    made = ("photo-mirror.jpg", "drawn.png", "drawn/scene-mirror.webp", "people.jsonl")
    assert all((tmp_path / name).stat().st_size for name in made)
    assert len(list((tmp_path / "holiday-mirror").iterdir())) == 2


def test_what_reads_masks_and_instance_maps_finds_them(tmp_path: Path) -> None:
    pytest.importorskip("PIL", reason="needs Pillow")
    clip.write_film(tmp_path / "squats.mp4", clip.man(13, height=240))
    page = DOCS / "how-to/maps.md"
    run_commands(page, tmp_path)
    found = re.fullmatch(r"1 shows (\d+) pixels of torso\n", run_programs(page, tmp_path))
    assert found is not None
    assert int(found[1]) > 500


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg: apt-get install ffmpeg")
def test_the_commands_on_streams_run_one_after_the_other(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", 4)
    page = DOCS / "how-to/streams.md"
    assert len(commands(page)) == 3
    run_commands(page, tmp_path)
    made = ("parsed.mp4", "results.jsonl", "film.mkv", "parts.y4m", "people.jsonl")
    assert all((tmp_path / name).stat().st_size for name in made)
    assert len(run_programs(page, tmp_path).splitlines()) == 4


def test_the_parser_of_ones_own_parses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mine", raising=False)  # another test's may be loaded
    write_video(tmp_path / "clip.mp4", 4)
    page = DOCS / "how-to/own-parser.md"
    (program,) = blocks(page, "python")
    (tmp_path / "mine.py").write_text(program)
    assert len(program.strip().splitlines()) <= 14
    run_commands(page, tmp_path)
    assert (tmp_path / "clip-mirror.mp4").stat().st_size


def test_the_commands_on_effects_run_and_so_does_the_effect_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_video(tmp_path / "squats.mp4", 3)
    page = DOCS / "how-to/effects.md"
    assert len(commands(page)) == 2
    run_commands(page, tmp_path)
    assert all((tmp_path / name).stat().st_size for name in ("blurred.mp4", "private.mp4"))
    (program,) = blocks(page, "python")
    assert len([line for line in program.splitlines() if line.strip()]) <= 15
    (tmp_path / "mine_effect.py").write_text(program)
    monkeypatch.syspath_prepend(tmp_path)
    assert 'sketch = "mine:sketch"' in page.read_text()
    entry = EntryPoint("sketch", "mine_effect:sketch", "mirror.effects")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [entry])
    with contextlib.chdir(tmp_path):
        assert main(["video", "squats.mp4", "-o", "sketch.mp4", "--effect", "sketch"]) == 0
    assert (tmp_path / "sketch.mp4").stat().st_size


def test_the_programs_for_the_library_run(tmp_path: Path) -> None:
    said = run_programs(DOCS / "how-to/library.md", tmp_path)
    assert "got (240, 320) of float64: grey becomes colour with" in said
    assert "2 people" in said


def test_the_programs_on_jobs_run(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", 4)
    said = run_programs(DOCS / "how-to/jobs.md", tmp_path)
    assert re.fullmatch(r"4 frames at [0-9.]+ fps\nat most 0 people\n", said)
    assert (tmp_path / "parsed.mp4").stat().st_size


@pytest.mark.parametrize("page", ["library", "engine"])
def test_the_programs_of_the_reference_run(page: str, tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", 4)
    assert run_programs(DOCS / f"reference/{page}.md", tmp_path)


def test_the_program_for_modelscopes_results_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("torch", "PIL", "threadpoolctl"):
        pytest.importorskip(package, reason="needs pip install smart-mirror[m2fp]")
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "cache"))
    download.copy_from("m2fp", checkpoint("multiple"), tmp_path / "cache")
    write_video(tmp_path / "clip.mp4", 4)
    lines = run_programs(DOCS / "how-to/m2fp.md", tmp_path).splitlines()
    assert all(re.fullmatch(r"\S+ 0\.\d+ \(48, 64\)", line) for line in lines)


def test_every_command_has_a_place_in_the_reference() -> None:
    page = (DOCS / "reference" / "command-line.md").read_text()
    shown = run([sys.executable, "-m", "mirror", "--help"], ROOT)
    commands = re.findall(r"^ {4}(\w+) {2,}", shown, re.MULTILINE)
    assert len(commands) > 5
    assert [name for name in commands if f"<!-- help: {name} -->" not in page] == []


def test_every_page_is_in_the_contents() -> None:
    contents = (ROOT / "mkdocs.yml").read_text()
    pages = [path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")]
    assert [page for page in pages if f": {page}\n" not in contents] == []


def test_the_drawing_of_the_house_has_its_floors() -> None:
    drawing = (DOCS / "architecture.md").read_text().split("```text\nmirror/\n")[1]
    drawn = [line[1:].split("   ")[0].strip() for line in drawing.split("───")[0].splitlines()]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    floors = [floor for floor in drawn if floor]
    assert floors == layers, "the drawing in docs/architecture.md and pyproject.toml differ"


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    if importlib.util.find_spec("mkdocs") is None:
        pytest.skip("needs mkdocs: pip install smart-mirror[docs]")
    run([sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)], ROOT)
    assert "mirror video" in (tmp_path / "reference" / "command-line" / "index.html").read_text()
