"""Temporary folders of services: in use while a process lives, and swept when it was killed."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles import until
from serving import Squares, served

from mirror.serve.jobs import held_folder as module
from mirror.serve.jobs.held_folder import held_folder, sweep_folders

_ROOT = Path(__file__).parents[3]
_HOLDER = """
from mirror.serve.jobs.held_folder import held_folder
with held_folder("mirror-job-") as folder:
    (folder / "made").mkdir()
    (folder / "made" / "input.mp4").write_bytes(b"a film of people")
    print(folder, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder, for the test alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@contextlib.contextmanager
def holder(temporary: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that works in a folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(_ROOT)},
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def left_behind(temporary: Path) -> Path:
    """A folder whose process was killed."""
    with holder(temporary) as (process, folder):
        process.kill()
    assert (folder / "made" / "input.mp4").exists()
    return folder


def test_a_folder_goes_with_what_is_in_it(temporary: Path) -> None:
    with pytest.raises(ZeroDivisionError), held_folder("mirror-job-") as folder:
        (folder / "input.mp4").touch()
        assert folder.stat().st_mode & 0o777 == 0o700
        raise ZeroDivisionError
    assert list(temporary.iterdir()) == []


def test_a_folder_is_swept_once_its_process_is_killed_and_not_before(temporary: Path) -> None:
    with holder(temporary) as (process, folder):
        sweep_folders()
        assert (folder / "made" / "input.mp4").exists()
        process.kill()
        process.wait()
        sweep_folders()
        assert list(temporary.iterdir()) == []


def test_a_service_sweeps_when_it_begins(temporary: Path) -> None:
    folder = left_behind(temporary)
    with served(Squares()):
        until(lambda: not folder.exists())
        assert [path.name[:12] for path in temporary.iterdir()] == ["mirror-jobs-"]  # its store
    assert list(temporary.iterdir()) == []


def test_only_folders_of_services_are_swept(temporary: Path) -> None:
    for name in ("mirror-job-abcdefgh", "mirror-batch-abcdefgh-held", "mirror-job-a.b-held", "x"):
        (temporary / name).mkdir()
    (temporary / "mirror-job-abcdefgh-held").write_text("a file")
    before = sorted(temporary.iterdir())
    sweep_folders()
    assert sorted(temporary.iterdir()) == before


def test_no_link_is_followed(temporary: Path, tmp_path: Path) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (elsewhere / "mine.txt").touch()
    (temporary / "mirror-job-abcdefgh-held").symlink_to(elsewhere)
    (left_behind(temporary) / "link").symlink_to(elsewhere)
    sweep_folders()
    assert [path.name for path in temporary.iterdir()] == ["mirror-job-abcdefgh-held"]
    assert (elsewhere / "mine.txt").exists()


def test_what_belongs_to_somebody_else_stays(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = left_behind(temporary)
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    sweep_folders()
    assert folder.exists()


def test_a_folder_that_is_swept_before_it_is_locked_is_made_again(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, locked = module._lock, list[int]()

    def lock_late(descriptor: int, wait: bool) -> bool:
        if wait and not locked:
            locked.append(descriptor)
            sweep_folders()
        return lock(descriptor, wait)

    monkeypatch.setattr(module, "_lock", lock_late)
    with held_folder("mirror-job-") as folder:
        assert list(temporary.iterdir()) == [folder]
        assert locked
        assert folder.exists()


def test_where_nothing_can_be_locked_folders_are_made_and_none_is_swept(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, how: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", refuse)
    with held_folder("mirror-job-") as folder:
        sweep_folders()
        assert folder.exists()
    assert not folder.exists()
