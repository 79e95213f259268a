"""What may be given as an image, and what is said of anything else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from mannequins import colourful
from media import write_video

from mirror.api.errors import ImageRefused
from mirror.api.images import as_bgr, frame_of
from pipeline.errors import SourceError

IMAGE = colourful(12, 16)


def test_an_array_is_copied_so_that_its_memory_may_be_used_again() -> None:
    mine = IMAGE.copy()
    frame = frame_of(mine)
    mine[:] = 0
    assert (frame.bgr == IMAGE).all()
    assert mine.flags.writeable


def test_an_array_in_rgb_is_turned_round() -> None:
    assert (frame_of(IMAGE[:, :, ::-1], rgb=True).bgr == IMAGE).all()


def test_an_array_need_not_lie_in_one_piece() -> None:
    assert (as_bgr(np.repeat(IMAGE, 2, axis=1)[:, ::2]) == IMAGE).all()


def test_a_path_is_read_whether_text_or_not(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    cv2.imwrite(str(path), IMAGE)
    assert (frame_of(path).bgr == IMAGE).all()
    assert (frame_of(str(path)).bgr == IMAGE).all()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_a_pillow_image_of_any_mode_has_its_colours(mode: str) -> None:
    pillow = pytest.importorskip("PIL.Image", reason="needs Pillow")
    image = pillow.fromarray(IMAGE[:, :, ::-1]).convert(mode)
    expected = np.asarray(image.convert("RGB"))[:, :, ::-1]
    assert (frame_of(image).bgr == expected).all()
    if mode in ("RGB", "RGBA"):
        assert (expected == IMAGE).all()


WANTED = r"an image is an array \(H, W, 3\) of uint8, a path or a PIL image, got "


REFUSED: list[tuple[Any, str]] = [
    (IMAGE[:, :, 0], r"\(12, 16\) of uint8: grey becomes colour with np.stack"),
    (IMAGE / 255, r"\(12, 16, 3\) of float64: values from 0 to 1 become uint8"),
    (IMAGE.astype(np.uint16), r"\(12, 16, 3\) of uint16$"),
    (np.moveaxis(IMAGE, 2, 0), r"\(3, 12, 16\) of uint8: channels come last"),
    (np.dstack([IMAGE, IMAGE[:, :, 0]]), r"\(12, 16, 4\) of uint8: leave the fourth"),
    (IMAGE[None], r"\(1, 12, 16, 3\) of uint8: several images go to Parser.batch"),
    (IMAGE[:0], r"\(0, 16, 3\) of uint8: there are no pixels"),
    (None, "NoneType"),
    ([1, 2], "list"),
]


@pytest.mark.parametrize(("image", "said"), REFUSED)
def test_what_is_no_image_is_refused_with_what_came_and_what_to_do(
    image: Any,  # noqa: ANN401
    said: str,
) -> None:
    with pytest.raises(ImageRefused, match=WANTED + said) as refused:
        frame_of(image)
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize("image", [REFUSED[0][0], REFUSED[1][0], REFUSED[3][0], REFUSED[4][0]])
def test_the_advice_makes_an_image_of_it(image: Any) -> None:  # noqa: ANN401
    with pytest.raises(ImageRefused) as refused:
        frame_of(image)
    code = re.search(r"\(image.*\)|np\..*\)|image\[.*\]", str(refused.value).split(": ", 1)[1])
    assert code is not None
    assert as_bgr(eval(code[0], {"np": np, "image": image})).shape == (12, 16, 3)


def test_a_video_is_no_picture_and_the_message_names_what_reads_it(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", 3)
    with pytest.raises(ImageRefused, match=r"is a video, not .*; mirror\.open_video reads it"):
        frame_of(tmp_path / "clip.mp4")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nothing\.png does not exist"):
        frame_of(tmp_path / "nothing.png")
