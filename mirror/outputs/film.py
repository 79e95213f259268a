"""The video with coloured parts, beside the original if that is wanted."""

from __future__ import annotations

from types import TracebackType

import av
import numpy as np

from mirror.core.parsing import Parsing
from pipeline.frame import padded_to_even, planes_of
from pipeline.result import Result
from pipeline.sinks.video import VideoWriter


class Film:
    """Writes drawn pictures to a video; see ``Output``.

    Args:
        writer: the video to be.
        side_by_side: whether the original goes to the left of what was drawn.
    """

    stage = "encode"

    def __init__(self, writer: VideoWriter, side_by_side: bool = False) -> None:
        self._writer, self._side_by_side = writer, side_by_side

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the container could not hold, for instance."""
        return self._writer.remarks

    def __enter__(self) -> Film:
        self._writer.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._writer.__exit__(kind, error, traceback)

    def write(self, result: Result[Parsing], drawn: av.VideoFrame) -> None:
        """Encode one picture at its frame's own time."""
        if self._side_by_side:
            drawn = beside(result.frame.copy(drawn.format.name), drawn)
        self._writer.write(drawn, result.frame)


def beside(left: av.VideoFrame, right: av.VideoFrame) -> av.VideoFrame:
    """Return two pictures of one size and pixel format next to one another."""
    left, right = padded_to_even(left), padded_to_even(right)
    pair = av.VideoFrame(left.width + right.width, left.height, left.format.name)
    for whole, one, other in zip(planes_of(pair), planes_of(left), planes_of(right), strict=True):
        np.concatenate([one, other], axis=1, out=whole)
    pair.colorspace, pair.color_range = right.colorspace, right.color_range
    return pair
