"""The mask that is drawn on a frame is that frame's own."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from streaming import through

from mirror.cli.main import main
from pipeline.frame import BGR

SQUARES = """
def bright():
    return lambda image: (image[:, :, 1] > 150).astype("uint8")

bright.parts = ["background", "bright"]
"""
FLAGS = ("--parser", "squares:bright", "--opacity", "1", "--no-outlines")
COUNT = 6


@pytest.fixture
def squares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "squares.py").write_text(SQUARES)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def picture(number: int) -> BGR:
    """A grey square that is farther to the right in each picture."""
    image = np.full((48, 64, 3), 40, np.uint8)
    image[16:32, 8 * number : 8 * number + 12] = 200
    return image


def is_coloured(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray(np.ptp(image.astype(int), axis=2) > 40)


def check(number: int, image: NDArray[np.uint8]) -> None:
    """The square is coloured but for its outermost pixels, which are soft; nothing else is."""
    square = picture(number)[:, :, 1] > 150
    inside = cv2.erode(square.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    around = cv2.dilate(square.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    coloured = is_coloured(image)
    assert coloured[inside].all()
    assert not coloured[~around].any()


@pytest.mark.parametrize("workers", ["1", "3"])
def test_in_a_video(squares: Path, workers: str) -> None:
    source, film = squares / "pictures", squares / "film.mkv"
    source.mkdir()
    for number in range(COUNT):
        cv2.imwrite(str(source / f"{number}.png"), picture(number))
    flags = ("--codec", "ffv1", "--workers", workers, "--quiet", *FLAGS)
    assert main(["video", str(source), "-o", str(film), *flags]) == 0
    with av.open(str(film)) as container:
        images = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    assert len(images) == COUNT
    for number, image in enumerate(images):
        check(number, np.asarray(image, np.uint8))


def test_in_a_stream(squares: Path) -> None:
    data = b"".join(picture(number).tobytes() for number in range(COUNT))
    raw = ("--size", "64x48", "--out-format", "raw", "--workers", "2", "--quiet")
    code, out, said = through(data, *raw, *FLAGS, cwd=squares)
    assert code == 0, said
    images = np.frombuffer(out, np.uint8).reshape(-1, 48, 64, 3)
    assert len(images) == COUNT
    for number, image in enumerate(images):
        check(number, image)
