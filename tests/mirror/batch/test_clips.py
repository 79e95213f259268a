"""Which recordings a batch is of, and what each is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mirror.batch.clips import Clip, find_clips
from mirror.batch.errors import BatchError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("in/b.mp4", "in/monday/a.MKV", "in/notes.txt", "in/.hidden/c.mp4", "lone.mov"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    return tmp_path


def found(*named: str, out: str = "out") -> list[tuple[str, str]]:
    clips, unreadable = find_clips(named, out)
    assert not unreadable
    return [(clip.source, clip.name) for clip in clips]


def test_a_folder_is_searched_all_the_way_down_and_names_are_below_it() -> None:
    assert found("in") == [("in/b.mp4", "b.mp4"), ("in/monday/a.MKV", "monday/a.MKV")]


def test_a_pattern_names_what_is_below_its_plain_part() -> None:
    assert found("in/*/*.MKV") == [("in/monday/a.MKV", "monday/a.MKV")]
    assert found("in/**/*.mp4") == [("in/b.mp4", "b.mp4")]


def test_a_file_is_called_as_it_is_and_comes_once(folder: Path) -> None:
    assert found("lone.mov", "./lone.mov", str(folder / "lone.mov")) == [("lone.mov", "lone.mov")]


def test_a_list_names_what_lies_beside_it_and_anything_elsewhere(folder: Path) -> None:
    (folder / "in/list.txt").write_text(f"# of today\nmonday/a.MKV\n\n{folder}/lone.mov\n")
    assert found("@in/list.txt") == [
        ("in/monday/a.MKV", "monday/a.MKV"),
        (f"{folder}/lone.mov", "lone.mov"),
    ]


def test_what_is_written_is_no_source_of_the_next_run(folder: Path) -> None:
    for name in ("in/out/b-mirror.mp4", "in/b-mirror.mp4", "in/b.part-k3x9qd.mp4"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    assert [name for _, name in found("in", out="in/out")] == ["b.mp4", "monday/a.MKV"]


def test_two_of_one_name_are_refused_before_anything_begins(folder: Path) -> None:
    Path("more").mkdir()
    Path("more/b.mp4").touch()
    with pytest.raises(BatchError, match=r"more/b\.mp4 .* would both be called b\.mp4; name the"):
        find_clips(["in", "more"], "out")


def test_nothing_at_all_is_an_error_and_a_pattern_without_a_match_a_failure() -> None:
    with pytest.raises(BatchError, match=r"there is no video in in/\.hidden/x"):
        Path("in/.hidden/x").mkdir()
        find_clips(["in/.hidden/x"], "out")
    clips, (missed,) = find_clips(["in/b.mp4", "*.avi"], "out")
    assert len(clips) == 1
    assert str(missed.error) == "nothing matches *.avi"


def test_a_list_that_is_not_there_is_told_and_the_others_are_found() -> None:
    clips, (missed,) = find_clips(["@no.txt", "in/b.mp4"], "out")
    assert [clip.name for clip in clips] == ["b.mp4"]
    assert str(missed.error) == "no.txt cannot be read: No such file or directory"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads anything")
def test_a_folder_that_may_not_be_read_is_told_and_the_others_are_found() -> None:
    Path("in/monday").chmod(0)
    clips, (missed,) = find_clips(["in"], "out")
    Path("in/monday").chmod(0o755)
    assert [clip.name for clip in clips] == ["b.mp4"]
    assert str(missed.error) == "in/monday cannot be read: Permission denied"


def test_a_folder_that_the_system_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refusing(path: str) -> object:
        if Path(path).name == "monday":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    clips, (missed,) = find_clips(["in"], "out")
    assert [clip.name for clip in clips] == ["b.mp4"]
    assert (missed.what, missed.error.code) == ("in/monday", "batch.not_read")


def test_addresses_are_searched_like_folders() -> None:
    fsspec = pytest.importorskip("fsspec", reason="needs pip install smart-mirror[batch]")
    memory = fsspec.filesystem("memory")
    for name in ("/gym/a.mp4", "/gym/deep/b.mp4", "/gym/c.txt"):
        memory.pipe_file(name, b"x")
    try:
        assert found("memory://gym") == [
            ("memory:///gym/a.mp4", "a.mp4"),
            ("memory:///gym/deep/b.mp4", "deep/b.mp4"),
        ]
        assert found("memory://gym/*.mp4") == [("memory:///gym/a.mp4", "a.mp4")]
        assert found("memory://gym/a.mp4") == [("memory://gym/a.mp4", "a.mp4")]
    finally:
        memory.rm("/gym", recursive=True)


def test_an_address_that_nothing_reads_is_told() -> None:
    pytest.importorskip("fsspec", reason="needs pip install smart-mirror[batch]")
    _, (missed,) = find_clips(["nonsense://user:secret@gym/a.mp4"], "out")
    assert missed.error.code == "batch.no_store"
    assert "secret" not in str(missed.error)


def test_keys_are_fit_for_file_names_and_differ_where_names_do() -> None:
    names = ["a/b.mp4", "a-b.mp4", "ä/ö ü.mp4", "x" * 300 + ".mp4"]
    keys = [Clip("", name).key for name in names]
    assert len(set(keys)) == 4
    assert all(len(key) < 64 and key.replace("-", "").isalnum() and key.isascii() for key in keys)
