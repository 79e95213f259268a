"""What is said, and with which exit code, when a source does not hold what it promises."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from broadcast import download
from media import cut_after, faststart, write_video

from mirror.cli.main import main
from pipeline.sources.video import VideoFile


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 of 50 frames, and half of the next."""
    return cut_after(faststart(tmp_path_factory.mktemp("whole") / "whole.mp4"), 20)


@pytest.mark.parametrize(("limit", "code"), [([], 3), (["--limit", "20"], 0)])
def test_a_video_that_is_cut_off_is_written_and_ends_with_3(
    cut: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], limit: list[str], code: int
) -> None:
    out, stats = tmp_path / "out.mp4", tmp_path / "run.json"
    flags = ["--parser", "none", "--quiet", *limit, "--stats", str(stats)]
    assert main(["video", str(cut), "-o", str(out), *flags]) == code
    said = "mirror: incomplete: what could be read was written, 20 frames; the input promised 50"
    assert (said in capsys.readouterr().err) == (code == 3)
    assert len(list(VideoFile(out))) == 20
    report = json.loads(stats.read_text())
    if code:
        assert (report["promised"], report["read"], report["damaged"]) == (50, 21, 1)


@pytest.fixture
def by_network(cut: Path) -> Iterator[str]:
    with download(cut) as address:
        yield address


def test_a_stream_of_a_file_that_is_cut_off_ends_with_3(
    cut: Path, by_network: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, source in enumerate([str(cut), by_network]):
        out = tmp_path / f"{number}.jsonl"
        flags = ["--source", source, "--parser", "none", "--out", f"jsonl={out}"]
        assert main(["stream", *flags]) == 3
        summary = json.loads(out.read_text().splitlines()[-1])["summary"]
        assert (summary["promised"], summary["read"]) == (50, 21)
        assert "the input promised 50 frames" in capsys.readouterr().err


def test_a_film_at_an_address_loses_nothing_to_a_slow_parser_unless_it_is_wanted_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("slow.py").write_text(
        "import time\n"
        "def slow():\n"
        "    def parse(image):\n"
        "        time.sleep(0.01)\n"
        "        return image[:, :, 0] * 0\n"
        "    return parse\n"
    )
    flags = ["--parser", "slow:slow", "--workers", "1"]
    with download(faststart(tmp_path / "film.mp4")) as address:
        assert main(["stream", "--source", address, *flags, "--out", "all.mkv"]) == 0
        assert "50 frames out (input ended), none dropped" in capsys.readouterr().err
        assert main(["stream", "--source", address, *flags, "--live", "--out", "some.mkv"]) == 0
        assert "overtaken dropped" in capsys.readouterr().err
    assert [frame.time for frame in VideoFile(Path("all.mkv"))] == pytest.approx(
        [frame.time for frame in VideoFile(tmp_path / "film.mp4")], abs=0.001
    )


def test_a_film_whose_server_cannot_send_parts_of_it_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = write_video(tmp_path / "late.mp4", 30, size=(640, 480), codec="mpeg4")
    contents = film.read_bytes()
    assert contents.index(b"mdat") < contents.index(b"moov")
    with download(film) as address:
        out = tmp_path / "out.jsonl"
        flags = ["--source", address, "--parser", "none", "--out", f"jsonl={out}"]
        assert main(["stream", *flags]) == 1
    said = capsys.readouterr().err
    assert "delivered no picture" in said
    assert "-movflags +faststart" in said
