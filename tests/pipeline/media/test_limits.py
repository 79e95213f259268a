"""What is too large is refused before memory is taken for it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from broadcast import download
from media import level, number_in, write_video
from streaming import y4m

from mirror.cli.main import main
from mirror.core.settings import load
from mirror.evaluation.truth import Sample, Truth
from mirror.jobs.composition import limits_of
from mirror.live.sources.source_choice import choice_of, open_choice
from mirror.stream.inputs import Wanted, open_input, open_pipe
from pipeline.errors import SourceError
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits, TooManyPixels
from pipeline.media.opening import open_file
from pipeline.media.pixel_layout import Layout
from pipeline.pipes import PipeReader
from pipeline.sources.picture_size import size_in_header
from pipeline.sources.pictures import PictureFolder
from pipeline.sources.stream.motion_jpeg import JpegStream
from pipeline.sources.stream.raw import RawStream
from pipeline.sources.stream.y4m import Y4mStream
from pipeline.sources.video import VideoFile

SMALL = InputLimits(pixels=64 * 48 - 1)
ENOUGH = InputLimits(pixels=64 * 48)
PICTURES = ("png", "jpg", "bmp", "tif", "webp", "pgm")


def picture(path: Path, number: int = 0, size: tuple[int, int] = (48, 64)) -> Path:
    grey = np.full((*size, 1 if path.suffix == ".pgm" else 3), level(number), np.uint8)
    assert cv2.imwrite(str(path), grey)
    return path


def declared(path: Path, side: int, content: bytes = b"") -> Path:
    """A PNG file that says that it is so large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    header = side.to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", content)
        + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize("suffix", PICTURES)
def test_a_picture_over_the_limit_is_refused_in_a_folder_and_by_itself(
    tmp_path: Path, suffix: str
) -> None:
    path = picture(tmp_path / f"0.{suffix}", size=(384, 512))
    enough = InputLimits(pixels=384 * 512)
    assert len(list(PictureFolder(tmp_path, limits=enough))) == 1
    assert len(list(VideoFile(path, limits=enough))) == 1
    with pytest.raises(SourceError, match=r"over the limit of 0\.003071 megapixels"):
        PictureFolder(tmp_path, limits=SMALL)
    with pytest.raises(SourceError, match=r"over the limit of 0\.003071 megapixels"):
        VideoFile(path, limits=SMALL)


def test_a_picture_over_the_limit_among_others_is_skipped_and_named(tmp_path: Path) -> None:
    picture(tmp_path / "0.png")
    picture(tmp_path / "1.png", size=(49, 64))
    source = PictureFolder(tmp_path, limits=ENOUGH)
    assert [frame.pts for frame in source] == [0]
    assert source.remarks == ("1 pictures could not be read and were skipped: 1.png",)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("clip.mp4", "libx264"),
        ("clip.mkv", "ffv1"),
        ("clip.avi", "mpeg4"),
        ("clip.mjpeg", "mjpeg"),
        ("clip.webm", "libvpx-vp9"),
    ],
)
def test_a_video_over_the_limit_is_refused(tmp_path: Path, name: str, codec: str) -> None:
    full = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    clip = write_video(tmp_path / name, 3, codec=codec, pixel_format=full)
    assert len(list(VideoFile(clip, limits=ENOUGH))) == 3
    with pytest.raises(SourceError, match=r"over the limit of 0\.003071 megapixels"):
        VideoFile(clip, limits=SMALL)


def test_a_video_whose_size_stands_only_in_its_packets_is_refused_too(tmp_path: Path) -> None:
    clip = write_video(tmp_path / "clip.ts", 3, size=(512, 384))
    with pytest.raises(SourceError, match=r"over the limit|not a video that can be read"):
        VideoFile(clip, limits=SMALL)


@pytest.mark.parametrize(
    "opened",
    [
        lambda path, url: open_input(str(path), Wanted(limits=SMALL)),
        lambda path, url: open_input(url, Wanted(limits=SMALL)),
        lambda path, url: open_choice(choice_of(str(path)), SMALL),
        lambda path, url: open_choice(choice_of(url), SMALL),
    ],
    ids=["stream file", "stream address", "window file", "window address"],
)
def test_every_way_in_keeps_to_the_limit(
    tmp_path: Path, opened: Callable[[Path, str], object]
) -> None:
    clip = write_video(tmp_path / "clip.mp4", 3)
    with download(clip) as url, pytest.raises(TooManyPixels, match="pictures of 64x48 are over"):
        opened(clip, url)


@pytest.mark.parametrize("kind", ["y4m", "raw", "mjpeg", "mp4"])
def test_a_pipe_keeps_to_the_limit(tmp_path: Path, kind: str) -> None:
    content = {
        "y4m": lambda: y4m(1),
        "raw": lambda: bytes(64 * 48 * 3),
        "mjpeg": lambda: picture(tmp_path / "0.jpg").read_bytes() * 2,
        "mp4": lambda: write_video(tmp_path / "clip.mp4", 3).read_bytes(),
    }[kind]()
    (tmp_path / "piped").write_bytes(content)
    with (tmp_path / "piped").open("rb") as piped:
        wanted = Wanted(kind, size=(48, 64) if kind == "raw" else None, limits=SMALL)
        with pytest.raises(TooManyPixels, match="pictures of 64x48 are over the limit"):
            open_pipe(PipeReader(piped.fileno()), wanted)


def test_frames_larger_than_any_screen_are_refused_by_their_header() -> None:
    header = b"YUV4MPEG2 W16384 H16384 F30:1 C420\nFRAME\n"
    with pytest.raises(TooManyPixels, match="16384x16384 are over the limit of 100 megapixels"):
        Y4mStream(io.BytesIO(header))
    with pytest.raises(TooManyPixels, match="16384x16384 are over the limit of 100 megapixels"):
        RawStream(io.BytesIO(), Layout(16384, 16384, "gray"))


def test_a_picture_over_the_limit_in_a_stream_is_skipped_and_counted(tmp_path: Path) -> None:
    sizes = [(48, 64), (49, 64), (48, 64)]
    data = b"".join(
        picture(tmp_path / f"{number}.jpg", number, size).read_bytes()
        for number, size in enumerate(sizes)
    )
    (tmp_path / "stream").write_bytes(data)
    with (tmp_path / "stream").open("rb") as piped:
        source = JpegStream(PipeReader(piped.fileno()), Fraction(30), limits=ENOUGH)
        assert [number_in(frame.picture) for frame in source] == [0, 2]
    assert source.remarks == ("1 damaged pictures were skipped",)


def test_pictures_that_ask_for_gigabytes_take_no_memory(tmp_path: Path) -> None:
    zeros = zlib.compressobj(1)
    rows = b"".join(zeros.compress(bytes(1 << 20)) for _ in range(250)) + zeros.flush()
    for number in range(8):
        declared(tmp_path / f"{number}.png", 16_000, rows)
    code = (
        "import sys; from pathlib import Path\n"
        "from mirror.core.machine import peak_memory_mb\n"
        "from pipeline.errors import SourceError\n"
        "from pipeline.sources.pictures import PictureFolder\n"
        "before = peak_memory_mb()\n"
        "try: PictureFolder(Path(sys.argv[1]))\n"
        "except SourceError as error: print(error)\n"
        "print(peak_memory_mb() - before)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    ).stdout.splitlines()
    assert "pictures of 16000x16000 are over the limit of 100 megapixels" in said[0]
    assert int(said[1]) < 30


def test_the_limit_is_a_setting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "small.toml").write_text(
        "[input]\nmax_megapixels = 0.003\nmax_jpeg_megabytes = 2\n"
    )
    limits = limits_of(load(tmp_path / "small.toml").input)
    assert limits == InputLimits(pixels=3000, jpeg_bytes=2 << 20)
    assert limits_of(load().input) == USUAL_LIMITS
    clip = write_video(tmp_path / "clip.mp4", 2)
    flags = ["--parser", "none", "--quiet", "--config", str(tmp_path / "small.toml")]
    assert main(["video", str(clip), *flags]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "raise max_megapixels in the [input] section" in said


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg: apt-get install ffmpeg")
def test_an_album_cover_may_be_large(tmp_path: Path) -> None:
    clip, cover = write_video(tmp_path / "a.mp4", 2), picture(tmp_path / "a.png", size=(200, 200))
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", clip, "-i", cover, "-map", "0", "-map", "1", "-c", "copy",
         "-disposition:v:1", "attached_pic", tmp_path / "b.mp4"], check=True,
    )  # fmt: skip
    with open_file(tmp_path / "b.mp4", ENOUGH) as container:
        assert len(container.streams.video) == 2


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "pgm", "webp"])
@pytest.mark.parametrize("size", [(48, 64), (1, 1), (300, 7)])
def test_a_picture_says_its_size_in_its_first_bytes(
    tmp_path: Path, suffix: str, size: tuple[int, int]
) -> None:
    content = picture(tmp_path / f"0.{suffix}", size=size).read_bytes()
    assert size_in_header(content) == size
    for length in range(len(content)):
        assert size_in_header(content[:length]) in (None, size)


def test_a_jpegs_size_is_found_behind_thumbnails_and_fillings(tmp_path: Path) -> None:
    content = picture(tmp_path / "0.jpg").read_bytes()
    thumbnail = picture(tmp_path / "1.jpg", size=(5, 5)).read_bytes()
    note = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2) + thumbnail
    assert size_in_header(content[:2] + note + b"\xff\xff\xff" + content[3:]) == (48, 64)
    assert size_in_header(b"GIF89a" + bytes(20)) is None
    assert size_in_header(b"\xff\xd8\xff\xe1\x00\x00" * 3) is None


def test_a_picture_of_a_data_set_keeps_to_the_limit_too(tmp_path: Path) -> None:
    sample = Sample(
        "a", declared(tmp_path / "a.png", 16_000), lambda: Truth(np.zeros((1, 1), np.uint8))
    )
    with pytest.raises(TooManyPixels, match="16000x16000 are over the limit of 100 megapixels"):
        sample.image()
