"""What a stream gives out for every frame: the picture, its label map, or a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Any, Protocol

import av
import cv2
import numpy as np

from mirror.core.parsing import Parsing
from mirror.outputs.film import beside
from pipeline.media.pixel_layout import Layout
from pipeline.media.y4m_header import FRAME, Y4mHeader
from pipeline.pipes import PipeWriter
from pipeline.result import Result
from pipeline.sinks import Sink
from pipeline.sinks.plain import resized_remark


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """One frame on its way out.

    Attributes:
        result: the frame and what was found in it.
        drawn: the picture with its parts drawn; the source's own where nobody wants it drawn.
        dropped: frames that were never parsed, by reason, since the run began.
        gap_s: seconds without a source before this frame; 0 where there was no gap.
    """

    result: Result[Parsing]
    drawn: av.VideoFrame
    dropped: Mapping[str, int]
    gap_s: float = 0.0


class StreamOutput(Protocol):
    """Takes deliveries in order, on the consumer's thread, in a ``with`` block.

    Attributes:
        draws: whether it wants pictures drawn.
        remarks: what a user should know of it, one sentence each.
    """

    draws: bool

    @property
    def remarks(self) -> tuple[str, ...]:  # noqa: D102
        ...

    def __enter__(self) -> StreamOutput: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def write(self, delivery: Delivery) -> None:
        """Take one frame."""
        ...

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Take what there is to say of the run when it is over, however it ended."""
        ...


class Pictures:
    """Gives pictures to a sink; see ``StreamOutput``.

    Args:
        sink: what turns them into bytes.
        side_by_side: whether the original goes to the left of what was drawn.
    """

    draws = True

    def __init__(self, sink: Sink, side_by_side: bool = False) -> None:
        self._sink, self._side_by_side = sink, side_by_side

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the sink has to say."""
        return self._sink.remarks

    def __enter__(self) -> Pictures:
        self._sink.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._sink.__exit__(kind, error, traceback)

    def write(self, delivery: Delivery) -> None:
        """Write one picture at its frame's time."""
        frame, drawn = delivery.result.frame, delivery.drawn
        if self._side_by_side:
            drawn = beside(frame.copy(drawn.format.name), drawn)
        self._sink.write(drawn, frame)

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Nothing: pictures say nothing of a run."""


class LabelMaps:
    """Writes label maps as a grey y4m stream whose pixel values are part ids; see ``StreamOutput``.

    Args:
        target: where the bytes go.
        rate: frames a second, for the header; None leaves it unsaid.
    """

    draws = False

    def __init__(self, target: PipeWriter, rate: Fraction | None) -> None:
        self._target, self._rate = target, rate
        self._size: tuple[int, int] | None = None
        self._resized = 0

    @property
    def remarks(self) -> tuple[str, ...]:
        """How many had another size than the first."""
        return (resized_remark(self._resized),) if self._resized else ()

    def __enter__(self) -> LabelMaps:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._target.close()

    def write(self, delivery: Delivery) -> None:
        """Write one label map."""
        labels = np.ascontiguousarray(delivery.result.parsing.labels)
        if self._size is None:
            self._size = labels.shape[:2]
            header = Y4mHeader(Layout(*self._size, "gray"), self._rate, full_range=True)
            self._target.write(header.line())
        if labels.shape != self._size:
            self._resized += 1
            labels = cv2.resize(labels, self._size[::-1], interpolation=cv2.INTER_NEAREST)
        self._target.write(FRAME + b"\n", labels)

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Nothing: label maps say nothing of a run."""
