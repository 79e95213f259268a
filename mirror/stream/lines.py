"""Results as JSON Lines with times: one about the stream, one a frame, one that sums it up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.outputs.lines import coco_rle, frame_line, header_line
from mirror.stream.outputs import Delivery
from pipeline.pipes import PipeWriter
from pipeline.result import Result


class Lines:
    """Writes a line as soon as its frame is out; see ``StreamOutput``.

    Comes last among the outputs, so that it can say when the others have written.

    Args:
        target: where the bytes go.
        parser: the parser's name.
        parts: the names of the part ids.
        palette: one ``#rrggbb`` a part id.
        with_rle: whether to add every part's mask in COCO's run-length encoding.
        clock: the flow's monotonic seconds.
        wall_clock: seconds since 1970.

    Raises:
        OutputRefused: masks are asked for, and pycocotools is not installed.
    """

    draws = False
    remarks: tuple[str, ...] = ()

    def __init__(
        self,
        target: PipeWriter,
        parser: str,
        parts: LabelSet,
        palette: Sequence[str],
        with_rle: bool = False,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._target, self._parser, self._parts = target, parser, parts
        self._palette, self._with_rle = palette, with_rle
        self._clock, self._wall_clock = clock, wall_clock
        self._size: tuple[int, int] | None = None
        if with_rle:
            coco_rle(np.zeros((1, 1), np.uint8), parts)

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._target.close()

    def write(self, delivery: Delivery) -> None:
        """Write one frame's line; before the first, the one about the stream."""
        result = delivery.result
        frame = result.frame
        size = frame.height, frame.width
        if self._size is None:
            self._size = size
            self._put(self._header(result))
        if delivery.gap_s:
            self._put({"gap": {"before_frame": result.ticket, "seconds": round(delivery.gap_s, 3)}})
        line = frame_line(result.ticket, frame, result.parsing, self._parts, self._with_rle)
        if size != self._size:
            line["size"] = [frame.width, frame.height]
        media_time = frame.media_time
        line["media_time"] = None if media_time is None else round(float(media_time), 6)
        line["sequence"] = frame.sequence
        self._put(line | {"timing": self._timing(delivery)})

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Write the line that sums the stream up."""
        if self._size is None:
            self._put(self._describing(None, None))
        self._put({"summary": summary})

    def _header(self, result: Result[Parsing]) -> dict[str, Any]:
        frame = result.frame
        base = None if frame.time_base is None else str(frame.time_base)
        return self._describing([frame.width, frame.height], base)

    def _describing(self, size: list[int] | None, time_base: str | None) -> dict[str, Any]:
        line = header_line(self._parser, self._parts, 0, 0, None)
        names = self._parts.names
        colours = dict(zip(names[1:], self._palette[1:], strict=False))
        return line | {"size": size, "time_base": time_base, "palette": colours}

    def _timing(self, delivery: Delivery) -> dict[str, Any]:
        timing, written_at = delivery.result.timing, self._clock()
        moments = {
            "captured": timing.captured_at,
            "taken": timing.taken_at,
            "parsed": timing.parsed_at,
            "written": written_at,
        }
        to_wall = self._wall_clock() - written_at
        return {
            "monotonic": {name: round(at, 6) for name, at in moments.items()},
            "wall": {name: round(at + to_wall, 6) for name, at in moments.items()},
            "dropped": sum(delivery.dropped.values()),
        }

    def _put(self, line: Mapping[str, Any]) -> None:
        self._target.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
