"""Another picture in a frame's place: the same time, the same colours."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from pipeline.frame import BT709, Frame, planes_of


def frame_of(level: int, color_range: ColorRange, size: tuple[int, int] = (32, 64)) -> Frame:
    """A frame of one grey of limited or full range, with a mark of each kind that it can have."""
    picture = av.VideoFrame(size[1], size[0], "yuv420p")
    for plane, value in zip(planes_of(picture), (level, 128, 128), strict=True):
        plane[:] = value
    picture.colorspace, picture.color_range = BT709, color_range
    frame = Frame(picture, 5.0, 7, Fraction(1, 30), 2, media_time=Fraction(3))
    frame.sequence, frame.is_held = 9, True
    return frame


def moments(frame: Frame) -> tuple[object, ...]:
    when = frame.captured_at, frame.pts, frame.time_base, frame.duration, frame.media_time
    return *when, frame.sequence, frame.is_held


def test_another_picture_stands_at_the_same_moment() -> None:
    frame = frame_of(100, ColorRange.MPEG)
    other = av.VideoFrame(8, 8, "gray")
    shown = frame.with_picture(other)
    assert moments(shown) == moments(frame) == (5.0, 7, Fraction(1, 30), 2, Fraction(3), 9, True)
    assert (shown.picture is other, shown.height) == (True, 8)


@pytest.mark.parametrize("color_range", [ColorRange.MPEG, ColorRange.JPEG])
@pytest.mark.parametrize("level", [40, 120, 200])
def test_an_image_goes_back_to_the_numbers_that_it_came_from(
    level: int, color_range: ColorRange
) -> None:
    frame = frame_of(level, color_range)
    shown = frame.with_bgr(frame.bgr.copy())
    assert moments(shown) == moments(frame)
    assert not shown.bgr.flags.writeable
    # as an encoder asks for it
    luma = planes_of(shown.picture.reformat(format="yuv420p"))[0]
    assert abs(int(np.median(luma)) - level) <= 1


def test_an_image_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="a frame is"):
        frame_of(1, ColorRange.MPEG).with_bgr(np.zeros((4, 4), np.uint8))
