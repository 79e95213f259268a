"""Several recordings in one command, and what is no recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from media import cut_after, faststart, numbers_in, write_video

from mirror.cli.main import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "one.mp4", 3)
    write_video(tmp_path / "two.mp4", 5)
    return tmp_path


def run(*words: str) -> int:
    return main(["video", *words, "--parser", "none", "--quiet"])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(*words) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_each_gets_a_name_of_its_own_beside_itself(folder: Path) -> None:
    assert run("one.mp4", "two.mp4") == 0
    assert names(folder) == ["one-mirror.mp4", "one.mp4", "two-mirror.mp4", "two.mp4"]
    assert len(numbers_in(folder / "one-mirror.mp4")) == 3
    assert len(numbers_in(folder / "two-mirror.mp4")) == 5


def test_what_several_are_written_to_is_a_folder_with_a_name_for_each(folder: Path) -> None:
    folders = ("-o", "out", "--masks", "masks", "--results", "results", "--stats", "stats")
    assert run("one.mp4", "two.mp4", *folders, "--sheet", "out") == 0
    assert names(folder / "out") == ["one-mirror.mp4", "one.png", "two-mirror.mp4", "two.png"]
    assert names(folder / "masks") == ["one", "two"]
    assert len(names(folder / "masks/two")) == 6
    assert names(folder / "results") == ["one.jsonl", "two.jsonl"]
    assert names(folder / "stats") == ["one.json", "two.json"]
    assert json.loads((folder / "stats/two.json").read_text())["frames"] == 5


def test_a_folder_that_is_there_takes_a_single_one_in(folder: Path) -> None:
    (folder / "out").mkdir()
    assert run("one.mp4", "-o", "out") == 0
    assert names(folder / "out") == ["one-mirror.mp4"]


def test_one_that_fails_does_not_stop_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.mp4").write_bytes(b"no video")
    assert run("broken.mp4", "one.mp4", "gone.mp4", "two.mp4", "-o", "out") == 1
    assert names(folder / "out") == ["one-mirror.mp4", "two-mirror.mp4"]
    first, second, last = capsys.readouterr().err.splitlines()
    assert first.startswith("mirror: broken.mp4 ")
    assert second == "mirror: gone.mp4 does not exist"
    assert last == "mirror: 2 of 4 failed: broken.mp4, gone.mp4"


def test_a_parser_that_fails_on_one_does_not_stop_the_others(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "too_long.py").write_text(
        "def short():\n"
        "    def parse(image):\n"
        "        if 85 < image[0, 0, 0] < 95: raise RuntimeError('it is too long')\n"
        "        return image[:, :, 0] * 0\n"
        "    return parse\n"
    )
    code = main(["video", "two.mp4", "one.mp4", "--parser", "too_long:short", "--quiet"])
    assert code == 1
    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith("mirror: two.mp4: RuntimeError: it is too long (while parsing frame")
    assert last == "mirror: 1 of 2 failed: two.mp4"
    assert len(numbers_in(folder / "one-mirror.mp4")) == 3


def test_one_that_breaks_off_makes_the_exit_code_3_where_none_fails(folder: Path) -> None:
    cut = cut_after(faststart(write_video(folder / "long.mp4", 60)), 30)
    assert run(str(cut), "one.mp4", "-o", "out") == 3
    assert len(names(folder / "out")) == 2


def test_what_is_wrong_with_all_is_said_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["video", "one.mp4", "two.mp4", "--parser", "built-inn", "--quiet"]
    assert main(words) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert names(folder) == ["one.mp4", "two.mp4"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("one.mp4 two.mp4 -o out.mp4", "out.mp4 is one file, and there are several sources"),
        ("one.mp4 two.mp4 --stats one.mp4", "one.mp4 is one file, and there are several sources"),
        ("one.mp4 two.mp4 -o nowhere/out", "the folder nowhere does not exist; make it first"),
        ("one.mp4 ../x/one.mp4 -o out", "out/one-mirror.mp4 would be made of two sources"),
        ("one.mp4 one-mirror.mp4 --overwrite", "one-mirror.mp4 is a source that is read itself"),
    ],
)
def test_sources_in_one_anothers_way_are_refused_before_anything_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    write_video(folder / "one-mirror.mp4", 2)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert said in refused(capsys, *words.split())
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_several_parts_are_completed_in_one_command(folder: Path) -> None:
    for name in ("one", "two"):
        part = folder / f"{name}-mirror.part-k3x9qd.mp4"
        (folder / f"{name}.mp4").rename(part)
    parts = names(folder)
    assert main(["video", "--salvage", *parts, "-o", ".", "--quiet"]) == 0
    assert set(names(folder)) - set(parts) == {"one-mirror.mp4", "two-mirror.mp4"}


@pytest.mark.parametrize("address", ["https://example.org/a.mp4", "rtsp://u:secret@10.0.0.7/a"])
def test_an_address_is_told_from_a_folder_that_is_not_there(
    capsys: pytest.CaptureFixture[str], address: str
) -> None:
    line = refused(capsys, address)
    shown = address.replace("u:secret@", "")
    assert line == (
        f"mirror: {shown} is an address, and this reads files; download it first, or write what "
        f"comes from it: mirror stream --source {shown} --out out.mkv"
    )


def test_a_folders_name_that_is_too_long_is_refused_like_any_other(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["one.mp4"], ["one.mp4", "two.mp4"]):
        line = refused(capsys, *words, "--masks", "a" * 300)
        assert line.endswith("File name too long")
    assert names(folder) == ["one.mp4", "two.mp4"]


@pytest.mark.parametrize(
    "words",
    [
        ("video",),
        ("picture",),
        ("coach", "--exercise", "squat"),
        ("stream", "--out-format", "jsonl", "--source"),
        ("eval", "person"),
    ],
)
def test_an_inputs_name_that_is_too_long_is_refused_in_words(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    name = "a" * 300 + ".mp4"
    assert main([*words, name]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("mirror: " + "a" * 300)
    assert "--debug" not in line


def test_a_picture_is_sent_to_the_command_for_pictures(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "photo.jpg").touch()
    line = refused(capsys, "photo.jpg")
    assert line.endswith("photo.jpg is a picture, and this is for videos: mirror picture photo.jpg")
