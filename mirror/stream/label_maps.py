"""Label maps as a stream of grey pictures."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np

from mirror.core.parsing import Parsing
from pipeline.media.pixel_layout import Layout
from pipeline.media.y4m_header import FRAME, Y4mHeader
from pipeline.pipes import PipeWriter
from pipeline.result import Result
from pipeline.sinks.plain import resized_remark


class LabelMaps:
    """Writes label maps as a grey y4m stream whose pixel values are part ids; see ``Consumer``.

    Args:
        target: where the bytes go.
        rate: frames a second, for the header; None leaves it unsaid.
    """

    stage = "write"

    def __init__(self, target: PipeWriter, rate: Fraction | None) -> None:
        self._target, self._rate = target, rate
        self._size: tuple[int, int] | None = None
        self._resized = 0

    @property
    def remarks(self) -> tuple[str, ...]:
        """How many had another size than the first."""
        return (resized_remark(self._resized),) if self._resized else ()

    def consume(self, result: Result[Parsing]) -> None:
        """Write one label map."""
        labels = np.ascontiguousarray(result.parsing.labels)
        if self._size is None:
            self._size = labels.shape[:2]
            header = Y4mHeader(Layout(*self._size, "gray"), self._rate, full_range=True)
            self._target.write(header.line())
        if labels.shape != self._size:
            self._resized += 1
            labels = cv2.resize(labels, self._size[::-1], interpolation=cv2.INTER_NEAREST)
        self._target.write(FRAME + b"\n", labels)

    def close(self, failure: BaseException | None = None) -> None:
        """Let go of the target: every map is out."""
        self._target.close()
