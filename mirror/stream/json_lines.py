"""Results as JSON Lines with times: one about the stream, one a frame, one that sums it up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.outputs.coach_keys import CoachKeysOf, no_coach
from mirror.outputs.json_lines import coco_rle, frame_line, header_line
from mirror.outputs.result_keys import HeaderLine, MomentKeys, TimingKeys
from mirror.stream.run_facts import RunFacts
from pipeline.pipes import PipeWriter
from pipeline.result import Result, Timing


class Lines:
    """Writes a line as soon as its frame is out; see ``Consumer``.

    Comes last among the outputs, so that it can say when the others have written.

    Args:
        target: where the bytes go.
        facts: of the run.
        parser: the parser's name.
        parts: the names of the part ids.
        palette: one ``#rrggbb`` a part id.
        with_rle: whether to add every part's mask in COCO's run-length encoding.
        clock: the flow's monotonic seconds.
        wall_clock: seconds since 1970.
        coached: what a coach says of a parsing, by people's ids.

    Raises:
        OutputRefused: masks are asked for, and pycocotools is not installed.
    """

    stage = "write"
    remarks: tuple[str, ...] = ()

    def __init__(
        self,
        target: PipeWriter,
        facts: RunFacts,
        parser: str,
        parts: LabelSet,
        palette: Sequence[str],
        with_rle: bool = False,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        coached: CoachKeysOf = no_coach,
    ) -> None:
        self._target, self._facts = target, facts
        self._parser, self._parts = parser, parts
        self._palette, self._with_rle = palette, with_rle
        self._clock, self._wall_clock, self._coached = clock, wall_clock, coached
        self._size: tuple[int, int] | None = None
        self._closed = False
        if with_rle:
            coco_rle(np.zeros((1, 1), np.uint8), parts)

    def consume(self, result: Result[Parsing]) -> None:
        """Write one frame's line; before the first, the one about the stream."""
        frame = result.frame
        size = frame.height, frame.width
        if self._size is None:
            self._size = size
            self._put(self._header(result))
        if gap_s := self._facts.gap_s():
            self._put({"gap": {"before_frame": result.ticket, "seconds": round(gap_s, 3)}})
        parsing, said = result.parsing, self._coached(result.parsing)
        line = frame_line(result.ticket, frame, parsing, self._parts, self._with_rle, said)
        if size != self._size:
            line["size"] = [frame.width, frame.height]
        media_time = frame.media_time
        line["media_time"] = None if media_time is None else round(float(media_time), 6)
        line["sequence"] = frame.sequence
        line["timing"] = self._timing(result.timing)
        self._put(line)

    def close(self, failure: BaseException | None = None) -> None:
        """Write the line that sums the stream up, however it ended.

        Raises:
            SinkError: the reader has left, or the disk is full.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if self._size is None:
                self._put(self._describing(None, None))
            self._put({"summary": self._facts.summary()})
        finally:
            self._target.close()

    def _header(self, result: Result[Parsing]) -> HeaderLine:
        frame = result.frame
        base = None if frame.time_base is None else str(frame.time_base)
        return self._describing([frame.width, frame.height], base)

    def _describing(self, size: list[int] | None, time_base: str | None) -> HeaderLine:
        line = header_line(self._parser, self._parts, 0, 0, None)
        names = self._parts.names
        line["size"], line["time_base"] = size, time_base
        line["palette"] = dict(zip(names[1:], self._palette[1:], strict=False))
        return line

    def _timing(self, timing: Timing) -> TimingKeys:
        written_at = self._clock()
        to_wall = self._wall_clock() - written_at
        return {
            "monotonic": _moments(timing, written_at, 0.0),
            "wall": _moments(timing, written_at, to_wall),
            "dropped": self._facts.dropped(),
        }

    def _put(self, line: Mapping[str, Any]) -> None:
        self._target.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")


def _moments(timing: Timing, written_at: float, later_s: float) -> MomentKeys:
    """When a frame passed by, on a clock that is so many seconds ahead of the flow's."""
    return {
        "captured": round(timing.captured_at + later_s, 6),
        "taken": round(timing.taken_at + later_s, 6),
        "parsed": round(timing.parsed_at + later_s, 6),
        "written": round(written_at + later_s, 6),
    }
