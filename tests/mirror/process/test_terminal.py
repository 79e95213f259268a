"""What a command says beside its data, where it cannot be said."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from media import numbers_in, write_video
from rich.table import Table
from streaming import y4m

from mirror.cli.command_parser import COMMANDS
from mirror.cli.main import main
from mirror.process import terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell has to close streams")
FILM = "video clip.mp4 --parser none"


def shell(line: str, folder: Path, stdin: bytes = b"", **more: str) -> tuple[int, str]:
    """Run `mirror` and what a shell is to do with its streams; return code and standard error."""
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m mirror {line}"],
        cwd=folder,
        input=stdin,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])} | more,
    )
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("streams", ["<&- >&- 2>&-", "> /dev/full 2>&1", "| true"])
def test_a_film_is_made_although_its_table_cannot_be_shown(tmp_path: Path, streams: str) -> None:
    write_video(tmp_path / "clip.mp4", 6)
    assert shell(f"{FILM} {streams}", tmp_path) == (0, "")
    assert numbers_in(tmp_path / "clip-mirror.mp4") == [0, 1, 2, 3, 4, 5]


def test_a_terminal_of_ascii_shows_what_it_can(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", 6)
    assert shell(FILM, tmp_path, PYTHONIOENCODING="ascii") == (0, "")
    assert len(numbers_in(tmp_path / "clip-mirror.mp4")) == 6


@pytest.mark.parametrize(
    ("format", "streams", "said"),
    [
        ("y4m", ">&-", "standard output is closed"),
        ("jsonl", "> /dev/full", "standard output cannot be written on"),
    ],
)
def test_data_that_cannot_be_written_is_a_failure(
    tmp_path: Path, format: str, streams: str, said: str
) -> None:
    line = f"stream --parser none --out-format {format} {streams}"
    code, told = shell(line, tmp_path, y4m(3))
    assert code == 1
    assert told.startswith(f"mirror: {said}")


def test_what_a_command_is_asked_for_is_no_chatter(tmp_path: Path) -> None:
    code, told = shell("models list > /dev/full", tmp_path)
    assert code == 1
    assert told.startswith("mirror: standard output cannot be written on")


def test_a_table_has_no_letter_that_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))
    table = Table(title="a · b")
    table.add_row("12 frames")
    terminal.show(table, "done ✓")
    assert b"a ? b" in written.getvalue()
    assert b"done ?" in written.getvalue()


def test_a_stream_that_is_closed_takes_nothing_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = io.StringIO()
    closed.close()
    for stream in (None, closed):
        monkeypatch.setattr("sys.stdout", stream)
        monkeypatch.setattr("sys.stderr", stream)
        terminal.show("a table")
        terminal.warn("a warning")


def test_commands_are_described_as_they_describe_themselves() -> None:
    for name, summary in COMMANDS.items():
        described = sys.modules.get(f"mirror.cli.commands.{name}") or __import__(
            f"mirror.cli.commands.{name}", fromlist=["run"]
        )
        assert (described.__doc__ or "").partition("\n\n")[0] == summary


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_whole(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    assert "--debug" in capsys.readouterr().out


def test_help_loads_no_command(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom mirror.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([n for n in ('numpy', 'cv2', 'av', 'rich', 'onnxruntime') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
