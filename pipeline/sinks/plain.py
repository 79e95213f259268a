"""Uncompressed pictures into a pipe: nothing is kept back, nothing is converted without need."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter

from pipeline.frame import Frame, matrix_of
from pipeline.media.pixel_layout import Layout
from pipeline.media.y4m_header import FRAME, Y4mHeader, holds
from pipeline.pipes import Bytes, PipeWriter


class RawWriter:
    """Writes pictures as plain bytes: every plane, row after row, with nothing in between.

    All pictures get the first one's size, since a reader cannot know of another.

    Args:
        target: where the bytes go; closed with the writer.
        pixel_format: of what is written; None takes the first picture's.
    """

    stage = "encode"

    def __init__(self, target: PipeWriter, pixel_format: str | None = None) -> None:
        self._target, self._pixel_format = target, pixel_format
        self._layout: Layout | None = None
        self._resized = 0

    def consume(self, frame: Frame) -> None:
        """Write one picture; wait while the reader does not read.

        Raises:
            SinkError: the reader has left, or the disk is full.
        """
        picture = frame.picture
        if self._layout is None:
            self._layout = self._begin(picture)
        layout = self._layout
        self._resized += (picture.width, picture.height) != (layout.width, layout.height)
        views = layout.views(fitted(picture, layout))
        self._target.write(*self._marker, *(np.ascontiguousarray(view) for view in views))

    def close(self, failure: BaseException | None = None) -> None:
        """Let go of the target: every picture is out."""
        self._target.close()

    @property
    def remarks(self) -> tuple[str, ...]:
        """How many pictures had another size."""
        return (resized_remark(self._resized),) if self._resized else ()

    _marker: tuple[Bytes, ...] = ()  # what stands before every picture

    def _begin(self, first: av.VideoFrame) -> Layout:
        wanted = self._pixel_format or plain_name(first.format.name)
        return Layout(first.height, first.width, wanted)


class Y4mWriter(RawWriter):
    """Writes pictures as a YUV4MPEG2 stream, in their own pixel format where it can hold that.

    Args:
        target: where the bytes go; closed with the writer.
        rate: frames a second, for the header; None leaves it unsaid.
        aspect: how wide a pixel is for its height.
        given: the source's own header and the bytes of it, which then go out as they came.
        pixel_format: of what is written; None takes the first picture's.
    """

    _marker = (FRAME + b"\n",)

    def __init__(
        self,
        target: PipeWriter,
        rate: Fraction | None,
        aspect: Fraction = Fraction(1),
        *,
        given: tuple[Y4mHeader, bytes] | None = None,
        pixel_format: str | None = None,
    ) -> None:
        super().__init__(target, pixel_format)
        self._rate, self._aspect = rate, aspect
        if given is not None:  # a reader need not wait for the first picture
            header, line = given
            target.write(line)
            self._layout = header.layout

    def _begin(self, first: av.VideoFrame) -> Layout:
        name = self._pixel_format or plain_name(first.format.name)
        layout = Layout(first.height, first.width, name if holds(name) else "yuv420p")
        full_range = True if is_full_range(first) else None
        self._target.write(Y4mHeader(layout, self._rate, self._aspect, full_range).line())
        return layout


def fitted(picture: av.VideoFrame, layout: Layout) -> av.VideoFrame:
    """Return a picture in a layout: itself where it is so already; the range stays."""
    has = (picture.height, picture.width, plain_name(picture.format.name))
    if has == (layout.height, layout.width, layout.pixel_format):
        return picture
    matrix = matrix_of(picture)
    into_yuv = layout.pixel_format.startswith("yuv")
    color_range = ColorRange.JPEG if is_full_range(picture) else ColorRange.MPEG
    return VideoReformatter().reformat(
        picture,
        layout.width,
        layout.height,
        layout.pixel_format,
        src_colorspace=matrix,
        dst_colorspace=matrix,
        src_color_range=color_range if picture.format.name.startswith("yuv") else None,
        dst_color_range=color_range if into_yuv else None,
    )


def is_full_range(picture: av.VideoFrame) -> bool:
    """Whether a YUV picture's 8-bit luma runs from 0 to 255, not from 16 to 235."""
    name = picture.format.name
    is_marked = picture.color_range == ColorRange.JPEG
    return name.startswith("yuvj") or (name.startswith("yuv") and is_marked)


def plain_name(pixel_format: str) -> str:
    """Return a pixel format's name without FFmpeg's old mark of full range."""
    return pixel_format.replace("yuvj", "yuv")


def resized_remark(count: int) -> str:
    """Say that so many pictures had another size than the first."""
    return f"{count} pictures had another size than the first and were resized to it"
