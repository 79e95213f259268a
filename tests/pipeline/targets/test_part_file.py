"""A file, or a folder, on its way to its name."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import SinkError
from pipeline.targets.claims import OutputFile, claimed, open_file, write_whole
from pipeline.targets.distinct_paths import OutputPath
from pipeline.targets.durable import rename, sync_all
from pipeline.targets.part_file import PartFile
from pipeline.targets.part_folder import PartFolder, Series
from pipeline.targets.part_name import parts_of, whole_name
from pipeline.targets.path import TargetTaken
from pipeline.targets.special_file import is_special

SERIES = Series(re.compile(r"\d+\.txt"), "index")


def put(file: OutputFile, content: bytes) -> None:
    os.write(file.descriptor, content)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_has_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    with PartFile(tmp_path / "out.txt") as file:
        put(file, b"all of it")
        assert re.fullmatch(r"out\.part-[a-z2-9]{6}\.txt", file.part.name)
        assert names(tmp_path) == [file.part.name]
    assert names(tmp_path) == ["out.txt"]
    assert (tmp_path / "out.txt").read_bytes() == b"all of it"


def test_what_fails_leaves_a_part_and_says_where(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="odd") as failed, PartFile(tmp_path / "out") as file:
        put(file, b"half of it")
        raise ValueError("odd")
    assert failed.value.__notes__ == [f"what was written until then is {file.part}"]
    assert file.part.read_bytes() == b"half of it"


def test_what_fails_before_its_first_byte_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="odd") as failed, PartFile(tmp_path / "out"):
        raise ValueError("odd")
    assert not hasattr(failed.value, "__notes__")
    assert names(tmp_path) == []


def test_no_two_parts_have_one_name_and_none_is_opened_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foretold = iter("aaaaaa" + "aaaaaa" + "bbbbbb")
    monkeypatch.setattr("pipeline.targets.part_name.secrets.choice", lambda _: next(foretold))
    (tmp_path / "out.part-aaaaaa.txt").symlink_to("elsewhere")
    with PartFile(tmp_path / "out.txt") as file:
        assert file.part.name == "out.part-bbbbbb.txt"
    assert not (tmp_path / "elsewhere").exists()


def test_a_second_claim_is_refused_and_one_after_the_first_is_done_is_not(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with PartFile(path) as file:
        put(file, b"first")
        said = f"another run is writing {path} (as {file.part.name}); wait for it, or name another"
        with pytest.raises(TargetTaken, match=re.escape(said)):
            PartFile(path, overwrite=True)
        assert names(tmp_path) == [file.part.name]
        PartFile(tmp_path / "out.txt").discard()  # another file
    PartFile(path, overwrite=True).discard()
    assert path.read_bytes() == b"first"


def test_links_to_one_file_are_one_target(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("out")
    with PartFile(tmp_path / "out"), pytest.raises(TargetTaken, match="another run is writing"):
        PartFile(tmp_path / "link")


CLAIM = """
import sys
from pathlib import Path
from pipeline.targets.part_file import PartFile
sys.stdin.readline()
try:
    file = PartFile(Path(sys.argv[1]))
    print("mine", flush=True)
    sys.stdin.readline()
    file.finish()
except Exception as error:
    print(error, flush=True)
"""


def test_of_runs_that_begin_at_the_same_moment_one_is_let_through(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLAIM, str(tmp_path / "out")]
    runs = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for run in runs:
        assert run.stdin is not None
        run.stdin.write("now\n")
        run.stdin.flush()
    answers = [run.stdout.readline() for run in runs if run.stdout is not None]
    for run in runs:
        run.communicate("done\n")
    assert answers.count("mine\n") == 1
    assert sum(answer.startswith("another run is writing") for answer in answers) == 3
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_that_appeared_meanwhile_stays_even_without_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("pipeline.targets.durable.os.link", refuse)
    write_whole(PartFile(tmp_path / "free"), b"new")
    file = PartFile(tmp_path / "taken")
    put(file, b"new")
    (tmp_path / "taken").write_bytes(b"somebody else's")
    with pytest.raises(TargetTaken, match="appeared while it was being written") as refused:
        file.finish()
    assert str(file.part) in str(refused.value)
    assert file.part.read_bytes() == b"new"
    assert (tmp_path / "taken").read_bytes() == b"somebody else's"
    assert (tmp_path / "free").read_bytes() == b"new"


def test_a_device_that_took_the_files_place_is_not_replaced(tmp_path: Path) -> None:
    file = PartFile(tmp_path / "out", overwrite=True)
    put(file, b"new")
    os.mkfifo(tmp_path / "out")
    with pytest.raises(TargetTaken):
        file.finish()
    assert (tmp_path / "out").is_fifo()
    assert file.part.read_bytes() == b"new"


def test_a_file_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real_sync, real_link = os.fsync, os.link

    def sync(descriptor: int) -> None:
        is_folder = Path(f"/proc/self/fd/{descriptor}").is_dir()
        done.append("folder" if is_folder else "file")
        real_sync(descriptor)

    def link(*arguments: Path) -> None:
        done.append("name")
        real_link(*arguments)

    monkeypatch.setattr("pipeline.targets.durable.os.fsync", sync)
    monkeypatch.setattr("pipeline.targets.durable.os.link", link)
    with PartFile(tmp_path / "out") as file:
        put(file, b"all")
    assert done == ["file", "name", "folder"]


def test_a_disk_that_is_full_at_the_last_moment_is_said_and_the_part_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    file = PartFile(tmp_path / "out")
    put(file, b"all")
    monkeypatch.setattr("pipeline.targets.durable.os.fsync", full)
    with pytest.raises(SinkError, match="No space left on device") as refused:
        file.finish()
    assert str(refused.value).endswith(f"What was written is {file.part}")
    assert names(tmp_path) == [file.part.name]


def test_a_long_names_part_is_cut_short_and_still_its_own(tmp_path: Path) -> None:
    for name in ("é" * 127, "é" * 126 + "a"):  # alike in all that fits
        file = PartFile(tmp_path / name)
        assert len(os.fsencode(file.part.name + ".finishing")) <= 255
        put(file, b"all")
        assert parts_of(tmp_path / name) == [file.part]
        file.keep()
    assert len(names(tmp_path)) == 2


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("a.part-k3x9qd.mp4", "a.mp4"),
        ("a.b.part-k3x9qd.mp4", "a.b.mp4"),
        ("a.part.mp4", "a.mp4"),
        ("a.part-k3x9qd", "a"),
        ("a.mp4", None),
        ("a.part-.mp4", None),
        (".part-k3x9qd.mp4", None),
    ],
)
def test_a_part_says_what_it_was_to_become(part: str, whole: str | None) -> None:
    assert whole_name(Path("x", part)) == (None if whole is None else Path("x", whole))


def test_relative_names_are_told_as_they_were_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    file = PartFile(Path("sub/out"))
    assert file.part.parent == Path("sub")
    monkeypatch.chdir("/")  # where it is written does not depend on where the process is
    put(file, b"all")
    file.finish()
    assert (tmp_path / "sub/out").read_bytes() == b"all"


def test_what_is_special_is_told_from_plain_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "out").symlink_to("/dev/stdout")
    (tmp_path / "link-to-out").symlink_to("out")
    (tmp_path / "plain").touch()
    (tmp_path / "link").symlink_to("plain")
    for special in (
        tmp_path / "fifo",
        tmp_path / "link-to-out",
        Path("/dev/null"),
        Path("/dev/fd/1"),
    ):
        assert is_special(special), special
    for plain in (tmp_path / "plain", tmp_path / "link", tmp_path / "none", tmp_path):
        assert not is_special(plain), plain


def test_a_descriptor_of_our_own_goes_on_where_it_is(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb", buffering=0) as log:
        log.write(b"before, ")
        with open_file(Path(f"/dev/fd/{log.fileno()}"), overwrite=True) as file:
            os.write(file.descriptor, b"then, ")
        log.write(b"after")
    assert (tmp_path / "log").read_bytes() == b"before, then, after"


# folders


def test_a_folder_is_there_when_all_of_it_is(tmp_path: Path) -> None:
    with PartFolder(tmp_path / "out", SERIES) as folder:
        folder.write("index", b"1")
        folder.write("1.txt", b"one")
        assert names(tmp_path) == [folder.part.name]
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["1.txt", "index"]


def test_a_folder_that_is_there_is_filled_and_keeps_what_is_not_of_the_series(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o750)
    (out / "9.txt").mkdir()  # looks like one of ours, and is none
    for name in ("index", "1.txt", "2.txt", "mine"):
        (out / name).write_text("before")
    with PartFolder(out, SERIES, overwrite=True) as folder:
        folder.write("index", b"1")
        folder.write("1.txt", b"one")
        assert (out / "1.txt").read_text() == "before"
        assert folder.part.parent == out  # what is beside it may be another disk
    assert names(tmp_path) == ["out"]
    assert names(out) == ["1.txt", "9.txt", "index", "mine"]
    assert (out / "1.txt").read_text() == "one"
    assert out.stat().st_mode & 0o777 == 0o750


def test_a_folder_that_was_filled_meanwhile_stays_and_the_part_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder = PartFolder(out, SERIES)
    folder.write("1.txt", b"one")
    out.mkdir()
    (out / "1.txt").write_text("somebody else's")
    with pytest.raises(TargetTaken, match="was filled while it was being written"):
        folder.finish()
    assert (out / "1.txt").read_text() == "somebody else's"
    assert names(folder.part) == ["1.txt"]


def test_a_folder_has_one_writer_whether_it_is_there_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with PartFolder(out, SERIES) as folder:
        with pytest.raises(TargetTaken, match="another run is writing"):
            PartFolder(out, SERIES)
        out.mkdir()
        with pytest.raises(TargetTaken, match="another run is writing"):
            PartFolder(out, SERIES)
        folder.write("index", b"1")
    monkeypatch.chdir(out)
    with PartFolder(Path(), SERIES, overwrite=True) as folder:
        with pytest.raises(TargetTaken, match="another run is writing"):
            PartFolder(out, SERIES, overwrite=True)
        folder.write("index", b"2")
    assert names(out) == ["index"]


def test_what_a_killed_run_left_in_a_folder_does_not_fill_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    left = out / "out.part-abc234"
    left.mkdir()
    with PartFolder(out, SERIES) as folder:
        folder.write("1.txt", b"one")
    assert names(out) == ["1.txt", left.name]


def test_a_folder_whose_run_fails_before_its_first_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="odd"), PartFolder(tmp_path / "out", SERIES) as folder:
        folder.write("index", b"1")
        raise ValueError("odd")
    assert names(tmp_path) == []


def test_files_are_brought_to_the_disk_one_by_one_where_not_all_can_be_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    for name in ("a", "b"):
        (tmp_path / name).touch()
    monkeypatch.setattr("pipeline.targets.durable.ctypes.CDLL", lambda _: object())
    monkeypatch.setattr("pipeline.targets.durable.os.fsync", synced.append)
    sync_all(tmp_path)
    assert len(synced) == 2


def test_a_claim_that_cannot_be_turned_into_a_file_leaves_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no")

    (tmp_path / "part").write_bytes(b"all")
    monkeypatch.setattr("pipeline.targets.durable.os.link", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        rename(tmp_path / "part", tmp_path / "out", overwrite=False)
    assert names(tmp_path) == ["part"]


# several outputs of one run


def test_outputs_of_a_run_get_their_names_when_all_of_them_are_complete(tmp_path: Path) -> None:
    film, text = (OutputPath("-o", tmp_path / name) for name in ("film", "text"))
    folder = OutputPath("--masks", tmp_path / "folder", SERIES)
    with claimed([film, folder, text], [], overwrite=False) as claims:
        claims.folder(folder).write("1.txt", b"one")
        claims.folder(folder).finish()
        write_whole(claims.file(film), b"all")
        assert all(".part-" in name for name in names(tmp_path))
        write_whole(claims.file(text), b"all")
    assert names(tmp_path) == ["film", "folder", "text"]


def test_an_end_between_two_complete_outputs_leaves_both_as_parts_and_names_them(
    tmp_path: Path,
) -> None:
    film, text = (OutputPath("-o", tmp_path / name) for name in ("film", "text"))
    with (
        pytest.raises(KeyboardInterrupt) as ended,
        claimed([film, text], [], overwrite=False) as claims,
    ):
        write_whole(claims.file(film), b"all")
        put(claims.file(text), b"half")
        raise KeyboardInterrupt
    left = names(tmp_path)
    assert [name.partition(".part-")[0] for name in left] == ["film", "text"]
    assert all(any(name in note for note in ended.value.__notes__) for name in left)
    assert open_file(film.path).left == (tmp_path / left[0],)  # and nobody holds it any more


def test_an_end_while_outputs_are_brought_to_the_disk_names_every_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.targets.part_file.sync", interrupted)
    monkeypatch.setattr("pipeline.targets.part_folder.sync_all", interrupted)
    text, folder = OutputPath("-o", tmp_path / "t"), OutputPath("--masks", tmp_path / "f", SERIES)
    for finished in (text, folder):
        with (
            pytest.raises(KeyboardInterrupt) as ended,
            claimed([text, folder], [], overwrite=False) as claims,
        ):
            put(claims.file(text), b"all")
            claims.folder(folder).write("1.txt", b"one")
            (claims.file(text) if finished is text else claims.folder(folder)).finish()
        assert {note.rpartition("/")[2] for note in ended.value.__notes__} == set(names(tmp_path))
        for part in tmp_path.iterdir():
            part.rename(tmp_path.parent / part.name)


def test_nothing_interrupts_the_making_of_parts(tmp_path: Path) -> None:
    made: list[list[str]] = []

    @contextlib.contextmanager
    def uninterrupted() -> Iterator[None]:
        made.append(names(tmp_path))
        yield
        made.append(names(tmp_path))
        raise KeyboardInterrupt

    outputs = [OutputPath("-o", tmp_path / "t"), OutputPath("--masks", tmp_path / "f", SERIES)]
    with pytest.raises(KeyboardInterrupt), claimed(outputs, [], False, uninterrupted):
        pass
    assert [len(found) for found in made] == [0, 2]
    assert names(tmp_path) == []
