"""Pictures in, pictures out, as a user meets it."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from clip import man
from media import jpeg, write_video
from result_schemas import check_lines, lines_in

from mirror.cli.main import main
from mirror.core.parsing import Parsing
from mirror.core.settings import load
from mirror.jobs.cancellation import Cancellation, JobCancelled
from mirror.jobs.execution import JOBS, execute
from mirror.jobs.host import Host
from mirror.jobs.picture_job import PictureJob
from pipeline.result import Result

OWN = """
import numpy as np

def bright():
    def parse(image):
        if image.mean() > 250:
            raise RuntimeError("it is too bright")
        return (image[:, :, 0] > 100).astype(np.uint8)
    return parse

bright.parts = ["background", "bright"]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures of several kinds: a dark one, two bright ones, and one that is none."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dark.jpg").write_bytes(jpeg(1))
    write("bright.png", 180)
    write("light.bmp", 200)
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    return tmp_path


def write(name: str, level: int, size: tuple[int, int] = (48, 64)) -> None:
    assert cv2.imwrite(name, np.full((*size, 3), level, np.uint8))


def run(*words: str) -> int:
    return main(["picture", *words, "--parser", "none", "--quiet"])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_picture_comes_out_beside_itself_as_it_came(folder: Path) -> None:
    before = names(folder)
    assert run("bright.png", "dark.jpg", "light.bmp") == 0
    made = {"bright-mirror.png", "dark-mirror.jpg", "light-mirror.png"}
    assert set(names(folder)) - set(before) == made
    assert (folder / "bright-mirror.png").read_bytes()[:4] == b"\x89PNG"
    assert (folder / "dark-mirror.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    drawn = cv2.imread("bright-mirror.png")
    assert drawn is not None
    assert np.array_equal(drawn, np.full((48, 64, 3), 180, np.uint8))


def test_somebody_in_a_picture_is_coloured(folder: Path) -> None:
    (image,) = man(1)
    assert cv2.imwrite("man.png", image)
    code = main(["picture", "man.png", "-o", "drawn.png", "--results", "people.jsonl", "--quiet"])
    assert code == 0
    drawn = cv2.imread("drawn.png")
    assert drawn is not None
    assert (drawn != image).any(axis=2).mean() > 0.02
    header, line = lines = lines_in(Path("people.jsonl"))
    check_lines(lines)
    assert header["parser"] == "built-in"
    assert (line["file"], line["size"]) == ("man.png", [image.shape[1], image.shape[0]])
    assert len(line["people"]) == 1


def test_the_table_counts_pictures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["picture", "dark.jpg", "--parser", "none"]) == 0
    printed = capsys.readouterr().out
    assert "pictures" in printed
    assert "frame" not in printed


def test_what_is_neither_a_picture_nor_a_video_is_said_to_be_no_picture(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "text.mp4").write_text("hello")
    assert run("text.mp4") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("mirror: text.mp4 is not a picture that can be read")


def test_one_that_may_not_be_looked_at_is_not_said_to_be_missing(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Path.stat

    def stat(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name == "dark.jpg":  # as in a folder that may not be entered
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return looked(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", stat)
    assert run("dark.jpg", "-o", "out") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "mirror: dark.jpg may not be read; check its permissions"


def test_several_go_into_a_folder_that_is_made_for_them(folder: Path) -> None:
    assert run("bright.png", "light.bmp", "-o", "out", "--format", "webp") == 0
    assert names(folder / "out") == ["bright-mirror.webp", "light-mirror.webp"]
    assert (folder / "out/bright-mirror.webp").read_bytes()[8:12] == b"WEBP"


def test_a_folder_of_pictures_goes_into_one_beside_it(folder: Path) -> None:
    (folder / "holiday").mkdir()
    for number in (9, 10):
        write(f"holiday/{number}.png", 20 * number)
    assert run("holiday", "--results", "r.jsonl") == 0
    assert names(folder / "holiday-mirror") == ["10-mirror.png", "9-mirror.png"]
    lines = lines_in(Path("r.jsonl"))
    check_lines(lines)
    assert [line.get("file") for line in lines] == [None, "holiday/9.png", "holiday/10.png"]


def test_maps_are_named_after_their_pictures_and_say_what_they_mean(folder: Path) -> None:
    (folder / "brightness.py").write_text(OWN)
    words = ["picture", "bright.png", "dark.jpg", "--parser", "brightness:bright", "--quiet"]
    assert main([*words, "-o", "out", "--masks", "masks", "--instances", "instances"]) == 0
    assert names(folder / "masks") == ["bright.png", "dark.png", "parts.json"]
    assert names(folder / "instances") == ["bright.png", "dark.png", "instances.json"]
    assert json.loads(Path("masks/parts.json").read_text())["parts"]["1"] == "bright"
    # an id has one colour, and another id another
    bright, dark = (cv2.imread(f"masks/{name}.png") for name in ("bright", "dark"))
    assert bright is not None
    assert dark is not None
    assert (bright[0, 0] != dark[0, 0]).any()
    assert len(np.unique(bright.reshape(-1, 3), axis=0)) == 1
    # what is described already, and in the same words, is not in the way of more
    assert main([*words[:1], "light.bmp", *words[3:], "-o", "out", "--masks", "masks"]) == 0
    assert "light.png" in names(folder / "masks")


def test_quality_is_the_parsers_in_words_and_the_files_in_numbers(folder: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    assert cv2.imwrite("noise.png", image)
    for number in ("5", "95"):
        words = ["noise.png", "-o", f"{number}.jpg", "--quality", number, "--quality", "fast"]
        assert run(*words) == 0
    assert (folder / "5.jpg").stat().st_size * 2 < (folder / "95.jpg").stat().st_size


def test_one_that_fails_does_not_stop_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_video(folder / "clip.mp4", 2)
    words = ["dark.jpg", "broken.jpg", "clip.mp4", "gone.png", "light.bmp", "-o", "out"]
    assert run(*words) == 1
    assert names(folder / "out") == ["dark-mirror.jpg", "light-mirror.png"]
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith("mirror: broken.jpg is not a picture that can be read (")
    assert said[1:] == [
        "mirror: clip.mp4 is a video, and this is for pictures: mirror video clip.mp4",
        "mirror: gone.png does not exist",
        "mirror: 3 of 5 failed: broken.jpg, clip.mp4, gone.png",
    ]


def test_what_exists_is_kept_unless_asked_and_does_not_stop_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("dark-mirror.jpg").write_bytes(b"precious")
    assert run("dark.jpg", "bright.png") == 1
    assert Path("dark-mirror.jpg").read_bytes() == b"precious"
    assert Path("bright-mirror.png").exists()
    assert (
        "dark-mirror.jpg exists; name another file, or add --overwrite" in capsys.readouterr().err
    )
    assert run("dark.jpg", "bright.png", "--overwrite") == 0
    assert Path("dark-mirror.jpg").read_bytes()[:3] == b"\xff\xd8\xff"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("bright.png light.bmp -o out.png", "out.png is one file, and there are several pictures"),
        ("bright.png -o out.bmp", "out.bmp ends in none of .png, .jpg, .jpeg, .webp"),
        ("bright.png -o bright.png --overwrite", "bright.png is a picture that is read itself"),
        ("bright.png -o nowhere/out", "the folder nowhere does not exist; make it first"),
        ("bright.png --masks nowhere/m", "the folder nowhere does not exist; make it first"),
        ("bright.png ../x/bright.png -o out", "would be made of two pictures"),
        ("bright.png --masks m --instances m", "m/bright.png would be made of two pictures"),
        ("bright.png --results bright.png --overwrite", "bright.png is a picture that is read"),
        ("empty", "empty has no pictures in it"),
        ("bright.png --quality 101", "quality is a whole number, 1 to 100, got 101"),
        ("bright.png --parts heads", "no part is called 'heads'; did you mean head?"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    Path("empty").mkdir()
    content, before = Path("bright.png").read_bytes(), names(folder)
    assert run(*words.split()) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert names(folder) == before
    assert Path("bright.png").read_bytes() == content


def test_a_parsers_own_failure_ends_the_run_unless_skipped(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "brightness.py").write_text(OWN)
    write("white.png", 255)
    words = [
        "picture",
        "dark.jpg",
        "white.png",
        "--parser",
        "brightness:bright",
        "--quiet",
        "-o",
        "out",
    ]
    assert main(words) == 1
    assert "it is too bright" in capsys.readouterr().err
    assert main([*words, "--skip-failures", "--overwrite"]) == 0
    assert names(folder / "out") == ["dark-mirror.jpg", "white-mirror.png"]


def test_a_picture_that_is_too_large_for_its_format_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write("wide.png", 9, (2, 17_000))
    assert run("wide.png", "-o", "wide.webp") == 1
    assert "wide.webp cannot hold 17000x2 pixels; write it as PNG" in capsys.readouterr().err
    assert "wide.webp" not in names(folder)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_number_of_workers_does_not_show(folder: Path, workers: int) -> None:
    for number in range(6):
        write(f"p{number}.png", 20 * number + 10)
    settings = load(flags={"parser.name": "none", "parser.workers": workers})
    sources = tuple(Path(f"p{number}.png") for number in range(6))
    job = PictureJob(sources=sources, output=Path("out"), settings=settings)
    assert JOBS.validate_json(job.model_dump_json()) == job.changed(
        settings=settings.changed(given=frozenset())
    )
    report = execute(job)
    assert (report.run.frames, report.failed) == (6, ())
    for number in range(6):
        drawn = cv2.imread(f"out/p{number}-mirror.png")
        assert drawn is not None
        assert (drawn == 20 * number + 10).all()


def test_a_cancelled_run_leaves_whole_pictures_only(folder: Path) -> None:
    for number in range(8):
        write(f"p{number}.png", 9)
    cancellation = Cancellation()

    class Cancelling:
        stage = "cancelling"
        remarks: tuple[str, ...] = ()

        def consume(self, result: Result[Parsing]) -> None:
            cancellation.cancel()

        def close(self, failure: BaseException | None = None) -> None:
            pass

    sources: Sequence[Path] = [Path(f"p{number}.png") for number in range(8)]
    job = PictureJob(
        sources=tuple(sources), output=Path("out"), settings=load(flags={"parser.name": "none"})
    )
    with pytest.raises(JobCancelled):
        execute(job, Host(consumers=lambda _: [Cancelling()], cancellation=cancellation))
    made = names(folder / "out")
    assert 0 < len(made) < 8
    assert all(cv2.imread(f"out/{name}") is not None for name in made)
