"""No run harms a file: not its source, not what is there already, not another run's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from doubles import until
from media import numbers_in, picture_folder, write_video
from untouched import OWN_OUTPUT, names, untouched

from mirror.cli.main import main
from mirror.process import termination

NUMBERS = [n % 10 for n in range(12)]
NONE = ("--parser", "none")

WAITING = """
import pathlib, time

def waiting():
    def parse(image):
        if image[0, 0, 0] > 150:
            pathlib.Path("waits").touch()
            while not pathlib.Path("go").exists():
                time.sleep(0.01)
        return image[:, :, 0] * 0
    return parse
"""


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_video(tmp_path / "clip.mp4", 12)


def video(*arguments: object, parser: str = "none") -> int:
    given = [str(argument) for argument in arguments]
    return main(["video", *given, "--parser", parser, "--quiet"])


# the source and what a part is called


def test_a_source_called_as_parts_once_were_is_read_to_its_end_and_stays(clip: Path) -> None:
    source = clip.rename("out.part.mp4")
    content = source.read_bytes()
    assert video(source, "-o", "out.mp4") == 0
    assert source.read_bytes() == content
    assert numbers_in(Path("out.mp4")) == NUMBERS
    assert names(Path()) == ["out.mp4", "out.part.mp4"]


def test_a_container_that_the_name_does_not_say_is_completed_too(clip: Path) -> None:
    assert video(clip, "-o", "out", "--container", "mp4") == 0
    assert numbers_in(Path("out")) == NUMBERS
    assert names(Path()) == ["clip.mp4", "out"]


def test_what_an_earlier_run_left_stays_and_is_told_of(
    clip: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    left = [
        Path(name)
        for name in (
            "out.part.mp4",
            "out.finishing.mp4",
            "r.part.jsonl",
            "out.part-abc234.mp4",
            "r.part-abc234.jsonl",
        )
    ]
    for path in left:
        path.write_text("salvaged")
    assert main(["video", "clip.mp4", "-o", "out.mp4", "--results", "r.jsonl", *NONE]) == 0
    assert [path.read_text() for path in left] == ["salvaged"] * len(left)
    assert numbers_in(Path("out.mp4")) == NUMBERS
    told = "an earlier run left out.part-abc234.mp4; to complete it: mirror video --salvage out.par"
    assert told in capsys.readouterr().out


def test_a_long_name_is_written_like_any_other(clip: Path) -> None:
    longest = "ü" * 125 + "a.mp4"
    assert len(longest.encode()) == 255
    assert video(clip, "-o", longest, "--results", "r" * 249 + ".jsonl") == 0
    assert numbers_in(Path(longest)) == NUMBERS
    assert len(names(Path())) == 3


def test_a_name_that_is_too_long_is_refused_before_the_run(
    clip: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # or Python leaves a cache of the parser
    Path("never.py").write_text("def called(): raise AssertionError('the run began')")
    with untouched(clip):
        assert video(clip, "-o", "a" * 252 + ".mp4", parser="never:called") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("File name too long")


# what is read, and what is written


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("-o", "clip.mp4"), "clip.mp4 is the source itself; name another file with -o"),
        (("-o", "hard.mp4"), "hard.mp4 is the source itself; name another file with -o"),
        (("-o", "soft.mp4"), "soft.mp4 is the source itself; name another file with -o"),
        (("--results", "./clip.mp4"), "is the source itself; name another file with --results"),
        (("--stats", "hard.mp4"), "is the source itself; name another file with --stats"),
        (("--stats", "set.toml"), "is the configuration itself; name another file with --stats"),
        (("-o", "new.mp4", "--stats", "new.mp4"), "new.mp4 is named twice, with -o and with --st"),
        (("-o", "new.mp4", "--stats", "./new.mp4"), "is named twice, with -o and with --stats"),
        (("-o", "ahead.mp4", "--stats", "new.mp4"), "is named twice, with -o and with --stats"),
        (("-o", "one.mkv", "--results", "two.jsonl"), "is named twice, with -o and with --results"),
        (("--results", "new", "--masks", "new"), "is named twice, with --masks and with --results"),
        (("--masks", "m", "--results", "m/parts.json"), "would write a file of that name"),
        (("--masks", "m", "--stats", "m/000011.png"), "would write a file of that name"),
        (("--masks", "clip.mp4"), "is the source itself; name another folder with --masks"),
        (("-o", "loop.mp4"), "loop.mp4 cannot be written: Too many levels of symbolic links"),
        (("--masks", "loop.mp4"), "loop.mp4 cannot be written: Too many levels of symbolic links"),
    ],
)
def test_outputs_that_meet_an_input_or_one_another_are_refused_in_a_line(
    clip: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...], said: str
) -> None:
    Path("set.toml").write_text("")
    Path("hard.mp4").hardlink_to(clip)
    Path("soft.mp4").symlink_to(clip)
    Path("ahead.mp4").symlink_to("new.mp4")  # which is not there yet
    Path("loop.mp4").symlink_to("loop.mp4")
    Path("one.mkv").write_text("before")
    Path("two.jsonl").hardlink_to("one.mkv")
    Path("m").mkdir()
    with untouched(clip, Path("set.toml"), Path("one.mkv")):
        assert video(clip, *flags, "--config", "set.toml", "--overwrite") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert names(Path("m")) == []


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--masks", "pictures"), "is the source itself; name another folder with --masks"),
        (("--masks", "alias"), "is the source itself; name another folder with --masks"),
        (
            ("--results", "hard"),
            "hard is one of the source's pictures; name another file with",
        ),
    ],
)
def test_pictures_that_are_read_are_not_written_to(
    clip: Path, capsys: pytest.CaptureFixture[str], flags: tuple[str, ...], said: str
) -> None:
    folder = picture_folder(clip.parent / "pictures")
    first = sorted(folder.iterdir())[0]
    Path("alias").symlink_to(folder)
    Path("hard").hardlink_to(first)
    with untouched(first):
        assert video(folder, *flags, "--overwrite") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


# what is there already


def test_a_link_is_followed_and_stays_a_link(clip: Path) -> None:
    Path("else").mkdir()
    Path("else/real.mp4").write_bytes(b"before")
    Path("out.mp4").symlink_to("else/real.mp4")
    assert video(clip, "-o", "out.mp4", "--overwrite") == 0
    assert Path("out.mp4").is_symlink()
    assert numbers_in(Path("else/real.mp4")) == NUMBERS
    assert names(Path("else")) == ["real.mp4"]


def test_who_may_read_a_file_that_is_replaced_stays_so(clip: Path) -> None:
    Path("out.mp4").touch(mode=0o640)
    assert video(clip, "-o", "out.mp4", "--overwrite") == 0
    assert Path("out.mp4").stat().st_mode & 0o777 == 0o640


def test_what_is_no_plain_file_is_written_to_and_stays(
    clip: Path, in_thread: Callable[[Callable[[], None]], threading.Thread]
) -> None:
    received: dict[str, bytes] = {}
    for name in ("film.mkv", "lines"):
        os.mkfifo(name)

    def read(name: str) -> Callable[[], None]:
        return lambda: received.update({name: Path(name).read_bytes()})

    readers = [in_thread(read(name)) for name in ("film.mkv", "lines")]
    Path("results").symlink_to("lines")
    assert video(clip, "-o", "film.mkv", "--results", "results", "--overwrite") == 0
    for reader in readers:
        reader.join(10.0)
    Path("copy.mkv").write_bytes(received["film.mkv"])
    assert numbers_in(Path("copy.mkv")) == NUMBERS
    assert received["lines"].count(b"\n") == 1 + len(NUMBERS)
    assert Path("film.mkv").is_fifo()
    assert Path("results").is_symlink()
    assert Path("lines").is_fifo()


def test_standard_output_is_written_to_where_it_has_come_to(clip: Path) -> None:
    Path("here").symlink_to(OWN_OUTPUT)
    log = Path("log")
    log.write_text("before\n")
    command = [sys.executable, "-m", "mirror", "video", "clip.mp4", *NONE]
    flags = ("-o", "out.mp4", "--results", "here", "--overwrite", "--quiet")
    with log.open("a") as stdout:
        assert subprocess.run([*command, *flags], stdout=stdout, check=False).returncode == 0
    lines = log.read_text().splitlines()
    assert lines[0] == "before"
    assert len(lines) == 2 + len(NUMBERS)


# masks


def test_a_shorter_run_leaves_none_of_a_longer_runs_masks_and_all_else(clip: Path) -> None:
    assert video(clip, "--masks", "masks") == 0
    others = ("readme.txt", "1.png", "000001.png.bak", "x000001.png")
    for name in others:
        Path("masks", name).write_text("mine")
    first = Path("masks/000000.png").read_bytes()
    assert video(clip, "--masks", "masks", "--overwrite", "--limit", 3) == 0
    masks = [f"{number:06d}.png" for number in range(3)]
    assert names(Path("masks")) == sorted([*masks, "parts.json", *others])
    assert Path("masks/000000.png").read_bytes() == first
    assert names(Path()) == ["clip-mirror.mp4", "clip.mp4", "masks"]


def test_numbered_pictures_of_somebody_else_are_not_replaced(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("scans").mkdir()
    Path("scans/000007.png").write_text("mine")
    with untouched(Path("scans/000007.png"), clip):
        assert video(clip, "--masks", "scans", "--overwrite") == 1
    assert "holds numbered files, but no parts.json" in capsys.readouterr().err


def test_a_signal_between_two_names_waits_until_all_outputs_have_theirs(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_link, named = os.link, []

    def link(part: Path, target: Path) -> None:
        real_link(part, target)
        named.append(target.name)
        if len(named) == 1:
            os.kill(os.getpid(), signal.SIGINT)
            until(lambda: termination._present is not None and termination._present.first)

    monkeypatch.setattr("pipeline.targets.durable.os.link", link)
    given = ("-o", "out.mkv", "--results", "r.jsonl", "--stats", "s.json", "--masks", "m")
    assert video(clip, *given) == 130
    assert names(Path()) == ["clip.mp4", "m", "out.mkv", "r.jsonl", "s.json"]
    assert named == ["out.mkv", "r.jsonl", "s.json"]


def test_masks_of_a_run_that_fails_are_kept_apart(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert video(clip, "--masks", "masks") == 0
    Path("odd.py").write_text(
        "def odd():\n"
        "    def parse(image):\n"
        "        if image[0, 0, 0] > 150: raise RuntimeError('odd')\n"
        "        return image[:, :, 0] * 0\n"
        "    return parse\n"
    )
    before = {path: path.read_bytes() for path in Path("masks").iterdir()}
    given = ("--masks", "masks", "--overwrite", "--workers", 1)
    assert video(clip, *given, parser="odd:odd") == 1
    assert {path: path.read_bytes() for path in before} == before
    (part,) = Path("masks").glob("masks.part-*")
    assert "parts.json" in names(part)
    assert len(names(part)) > 4
    assert f"what was written until then is in {part}" in capsys.readouterr().err


# two runs at once, and what is left of one


@pytest.fixture
def held(clip: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that writes out.mp4, masks and r.jsonl, and waits in the middle of it."""
    Path("held.py").write_text(WAITING)
    command = [sys.executable, "-m", "mirror", "video", "clip.mp4", "-o", "out.mp4", "--quiet"]
    flags = ("--masks", "masks", "--results", "r.jsonl", "--parser", "held:waiting")
    with subprocess.Popen([*command, *flags], stderr=subprocess.PIPE, text=True) as running:
        while not Path("waits").exists():
            assert running.poll() is None
        yield running
        running.kill()


def test_a_second_run_with_one_of_its_targets_is_refused_and_the_first_completes(
    held: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = names(Path())
    for flag, target in (("-o", "out.mp4"), ("--masks", "masks"), ("--results", "r.jsonl")):
        assert video("clip.mp4", flag, target, "--overwrite") == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert f"another run is writing {target} (as {Path(target).stem}.part-" in line
    assert names(Path()) == before
    Path("go").touch()
    assert held.wait(30.0) == 0
    assert numbers_in(Path("out.mp4")) == NUMBERS
    assert len(names(Path("masks"))) == 13
    assert not list(Path().glob("*part*"))


def test_after_a_kill_the_source_is_whole_and_another_run_may_write(
    held: subprocess.Popen[str], clip: Path
) -> None:
    held.send_signal(signal.SIGKILL)
    held.wait(10.0)
    assert numbers_in(clip) == NUMBERS
    assert not Path("out.mp4").exists()
    left = set(Path().glob("*.part-*"))
    assert {path.name.partition(".")[0] for path in left} == {"out", "masks", "r"}
    assert video(clip, "-o", "out.mp4", "--masks", "masks", "--results", "r.jsonl") == 0
    assert set(Path().glob("*.part-*")) == left
    assert numbers_in(Path("out.mp4")) == NUMBERS


def test_a_file_that_appears_during_a_run_stays(held: subprocess.Popen[str]) -> None:
    Path("out.mp4").write_text("somebody else's")
    Path("r.jsonl").write_text("somebody else's")
    Path("go").touch()
    _, said = held.communicate(timeout=30)
    assert held.returncode == 1
    assert "appeared while it was being written, and was left as it is" in said
    assert Path("out.mp4").read_text() == Path("r.jsonl").read_text() == "somebody else's"
    (film,), (results,) = Path().glob("out.part-*"), Path().glob("r.part-*")
    assert film.name in said
    assert numbers_in(film) == NUMBERS
    assert len(results.read_text().splitlines()) == 1 + len(NUMBERS)


def test_a_part_is_completed_by_salvage_and_stays(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_video(Path("long.mp4"), 90)
    fragments = {"movflags": "frag_keyframe+delay_moov", "frag_duration": "500000"}
    part = Path("out.part-abc234.mp4")
    with av.open(str(source)) as long, av.open(str(part), "w", options=fragments) as output:
        stream = output.add_stream_from_template(long.streams.video[0])
        for packet in long.demux(video=0):
            if packet.size:
                packet.stream = stream
                output.mux(packet)
    whole = part.read_bytes()
    part.write_bytes(whole[: len(whole) * 2 // 3])
    with untouched(source):
        assert main(["video", "--salvage", str(part)]) == 0
        played = numbers_in(Path("out.mp4"))
        Path("out.mp4").rename(clip)
    assert 30 < len(played) < 90
    assert played == [n % 10 for n in range(len(played))]
    assert f"out.mp4 is complete, with {len(played)} frames" in capsys.readouterr().out
    assert b"moof" not in clip.read_bytes()
    assert main(["video", "--salvage", str(part), "-o", "out.mkv", "--quiet"]) == 0
    assert numbers_in(Path("out.mkv")) == played
    assert part.stat().st_size == len(whole) * 2 // 3


def test_salvage_refuses_what_is_still_written_and_what_does_not_play(
    held: subprocess.Popen[str], clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (part,) = Path().glob("out.part-*")
    assert main(["video", "--salvage", str(part), "-o", "kept.mp4"]) == 1
    assert "is still being written; wait for its run to end" in capsys.readouterr().err
    assert main(["video", "--salvage", "clip.mp4"]) == 1
    assert "is not called as parts of runs are" in capsys.readouterr().err
    assert main(["video", "--salvage", "gone.part-abc234.mp4"]) == 1
    assert "gone.part-abc234.mp4 does not exist" in capsys.readouterr().err
    Path("x.part-abc234.mp4").write_bytes(clip.read_bytes()[:200])
    assert main(["video", "--salvage", "x.part-abc234.mp4"]) == 1
    assert not Path("x.mp4").exists()
    assert not Path("kept.mp4").exists()
