"""No stream harms a file: not its source, not what is there already, not another run's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from streaming import through, y4m
from untouched import OWN_OUTPUT, untouched

from mirror.cli.main import main

PLAIN = ("--parser", "none")
FAILS_AFTER_THREE = """
def fails():
    seen = []

    def parse(image):
        if len(seen) == 3:
            raise RuntimeError("out of ideas")
        seen.append(image)
        return image[:, :, 0] * 0

    return parse
"""


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--out", "in.y4m"), "in.y4m is the source itself; name another file with --out"),
        (("--out", "hard.y4m"), "hard.y4m is the source itself; name another file with --out"),
        (("--results", "in.y4m"), "in.y4m is the source itself; name another file with --results"),
        (("--out", "a.y4m", "--out", "./a.y4m"), "is named twice, with --out and with --out"),
        (("--out", "a.y4m", "--results", "./a.y4m"), "named twice, with --out and with --results"),
    ],
)
def test_a_stream_does_not_write_to_what_it_reads(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "in.y4m"
    source.write_bytes(y4m(50))
    (tmp_path / "hard.y4m").hardlink_to(source)
    with untouched(source):
        assert main(["stream", "--source", "in.y4m", *flags, "--overwrite", *PLAIN]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_stream_does_not_write_to_the_file_that_is_piped_into_it(tmp_path: Path) -> None:
    source = tmp_path / "in.y4m"
    source.write_bytes(y4m(5))
    command = [sys.executable, "-m", "mirror", "stream", *PLAIN, "--overwrite", "--out", "in.y4m"]
    with untouched(source), source.open("rb") as stdin:
        ended = subprocess.run(command, stdin=stdin, cwd=tmp_path, capture_output=True, check=False)
    assert ended.returncode == 1
    assert b"in.y4m is what standard input reads itself" in ended.stderr


def test_a_stream_writes_to_what_a_link_to_its_output_leads_to(tmp_path: Path) -> None:
    (tmp_path / "here").symlink_to(OWN_OUTPUT)
    code, out, _ = through(y4m(3), "--out", "here", "--overwrite", *PLAIN, cwd=tmp_path)
    assert (code, out) == (0, y4m(3))
    assert (tmp_path / "here").is_symlink()


def test_a_file_that_is_replaced_stays_until_the_stream_has_ended(tmp_path: Path) -> None:
    out = tmp_path / "out.y4m"
    out.write_bytes(b"before")
    (tmp_path / "third.py").write_text(FAILS_AFTER_THREE)
    flags = ("--out", "out.y4m", "--overwrite", "--workers", "1", "--parser", "third:fails")
    code, _, said = through(y4m(9), *flags, cwd=tmp_path)
    assert (code, out.read_bytes()) == (1, b"before")
    (part,) = tmp_path.glob("out.part-*.y4m")
    assert part.read_bytes() == y4m(3)
    assert part.name in said
    assert through(y4m(2), "--out", str(out), "--overwrite", *PLAIN)[0] == 0
    assert out.read_bytes() == y4m(2)
    assert part.exists()


def test_a_source_that_is_not_there_is_not_taken_for_what_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["stream", "--source", "in.mp4", "--out", "in.y4m", *PLAIN]) == 1
    assert capsys.readouterr().err == "mirror: in.mp4 does not exist\n"
