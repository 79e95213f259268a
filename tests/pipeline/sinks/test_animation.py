"""Animations: which pictures are in them, how large, and when."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media import level, write_video

from mirror.cli.main import main
from pipeline.consumer import consuming
from pipeline.errors import SinkError
from pipeline.frame import Frame
from pipeline.sinks.animation import AnimationWriter
from pipeline.sinks.container import container_for
from pipeline.sinks.video import Encoding
from pipeline.sources import Footage
from pipeline.targets.part_file import PartFile

Image = pytest.importorskip("PIL.Image")
MILLISECONDS = Fraction(1, 1000)


def footage(height: int = 48, width: int = 64, aspect: Fraction = Fraction(1)) -> Footage:
    return Footage(height, width, MILLISECONDS, Fraction(30), None, sample_aspect_ratio=aspect)


def frame_at(ms: int, number: int, height: int = 48, width: int = 64) -> Frame:
    image = np.full((height, width, 3), level(number), np.uint8)
    return Frame.from_bgr(image, 0.0, ms, MILLISECONDS)


def shown_in(path: Path) -> list[tuple[int, int]]:
    """The number of every picture, and for how many milliseconds it is shown."""
    found = []
    with Image.open(path) as animation:
        for place in range(animation.n_frames):
            animation.seek(place)
            grey = float(np.asarray(animation.convert("L")).mean())
            found.append((round((grey - 30) / 20), animation.info["duration"]))
    return found


def write(path: Path, times: list[int], kind: Footage | None = None) -> AnimationWriter:
    kind = kind or footage()
    with consuming(AnimationWriter(path, kind)) as out:
        for number, ms in enumerate(times):
            out.consume(frame_at(ms, number, kind.height, kind.width))
    return out


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_every_picture_is_shown_for_its_own_time(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    out = write(path, [500, 600, 850, 900])
    assert shown_in(path)[:3] == [(0, 100), (1, 250), (2, 50)]
    assert [number for number, _ in shown_in(path)] == [0, 1, 2, 3]
    assert out.remarks == ()
    with Image.open(path) as animation:
        assert (animation.size, animation.info["loop"]) == ((64, 48), 0)  # for ever


def test_a_gif_leaves_out_what_comes_too_soon_and_keeps_its_pace(tmp_path: Path) -> None:
    times = [round(number * 1000 / 60) for number in range(60)]
    out = write(tmp_path / "out.gif", times)
    shown = shown_in(tmp_path / "out.gif")
    assert len(shown) == 15
    assert {duration for _, duration in shown} == {60, 70}
    assert sum(duration for _, duration in shown[:-1]) == pytest.approx(14_000 / 15, abs=10)
    assert out.remarks == ("gif holds 15 of 60 frames, of 64 x 48 pixels",)


@pytest.mark.parametrize("fps", [15, 24, 30])
def test_a_gif_of_a_film_goes_evenly(tmp_path: Path, fps: int) -> None:
    write(tmp_path / "out.gif", [round(number * 1000 / fps) for number in range(60)])
    durations = [duration for _, duration in shown_in(tmp_path / "out.gif")][:-1]
    assert 1000 * len(durations) / sum(durations) == pytest.approx(15, abs=1)
    assert (min(durations) >= 40, max(durations) <= 90) == (True, True)


def test_a_webp_keeps_every_picture(tmp_path: Path) -> None:
    out = write(tmp_path / "out.webp", [round(number * 1000 / 60) for number in range(60)])
    assert [number for number, _ in shown_in(tmp_path / "out.webp")] == [n % 10 for n in range(60)]
    assert out.remarks == ()


def test_a_large_picture_is_made_smaller_in_a_gif_and_keeps_its_shape(tmp_path: Path) -> None:
    out = write(tmp_path / "out.gif", [0, 100], footage(720, 1280))
    with Image.open(tmp_path / "out.gif") as animation:
        assert animation.size == (480, 270)
    assert out.remarks == ("gif holds 2 of 2 frames, of 480 x 270 pixels",)


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_pixels_that_are_not_square_become_so(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    write(path, [0, 100], footage(49, 45, Fraction(3, 2)))
    with Image.open(path) as animation:
        assert animation.size == (68, 49)


def test_colours_are_what_they_were(tmp_path: Path) -> None:
    stripes = np.zeros((48, 64, 3), np.uint8)
    stripes[:, :32], stripes[:, 32:] = (40, 90, 200), (200, 60, 30)
    for ending in ("gif", "webp"):
        path = tmp_path / f"out.{ending}"
        with consuming(AnimationWriter(path, footage(), Encoding(quality=1))) as out:
            for ms in (0, 100):
                out.consume(Frame.from_bgr(stripes.copy(), 0.0, ms, MILLISECONDS))
        with Image.open(path) as animation:
            rgb = np.asarray(animation.convert("RGB")).astype(int)
        assert np.abs(rgb[24, 10] - (200, 90, 40)).max() <= 8
        assert np.abs(rgb[24, 50] - (30, 60, 200)).max() <= 8


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_after_a_failure_the_part_is_named_and_shows_what_came(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    with pytest.raises(ValueError, match="broken") as failed:
        with consuming(AnimationWriter(path, footage())) as out:
            for number in range(3):
                out.consume(frame_at(100 * number, number))
            raise ValueError("broken")
    out.close()
    (part,) = tmp_path.iterdir()
    assert failed.value.__notes__ == [f"what was written until then is {part}"]
    assert [number for number, _ in shown_in(part)] == [0, 1, 2]


@pytest.mark.parametrize("failure", [None, ValueError("broken")])
def test_without_a_picture_there_is_no_file(tmp_path: Path, failure: Exception | None) -> None:
    AnimationWriter(tmp_path / "out.gif", footage()).close(failure)
    assert not list(tmp_path.iterdir())


def test_another_formats_codec_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"gif cannot hold h264; write to a file ending in \.mkv"):
        AnimationWriter(PartFile(tmp_path / "out.gif"), footage(), Encoding("h264"))
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    file = PartFile(tmp_path / "out.gif")
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    file.url = str(full)
    with pytest.raises(SinkError, match=r"out\.gif cannot be written: No space left"):
        with consuming(AnimationWriter(file, footage())) as out:
            for number in range(3):
                out.consume(frame_at(100 * number, number))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_a_video_becomes_an_animation_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    source = write_video(tmp_path / "in.mp4", 12, rate=10, sound=True)
    path = tmp_path / f"out.{ending}"
    assert main(["video", str(source), "-o", str(path), "--parser", "none"]) == 0
    assert [number for number, _ in shown_in(path)] == [n % 10 for n in range(12)]
    said = " ".join(capsys.readouterr().out.split())
    assert f"sound and subtitles were left out, which {ending} cannot hold" in said


def test_a_container_that_is_named_counts_more_than_the_name(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", 3)
    path = tmp_path / "out.gif"
    flags = ["--parser", "none", "--quiet", "--container", "mp4"]
    assert main(["video", str(source), "-o", str(path), *flags]) == 0
    assert path.read_bytes()[4:8] == b"ftyp"


def test_the_command_line_names_what_makes_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_video(tmp_path / "in.mp4", 3)
    assert main(["video", str(source), "-o", str(tmp_path / "out.png"), "--parser", "none"]) == 1
    assert "mirror picture makes of pictures; that of a video" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]


def test_the_name_of_a_picture_is_told_from_that_of_a_video() -> None:
    with pytest.raises(SinkError, match=r"is the name of a picture; .* \.mp4, .*\.gif, \.webp"):
        container_for(Path("out.PNG"))
    with pytest.raises(SinkError, match=r"did you mean \.gif"):
        container_for(Path("out.gift"))
