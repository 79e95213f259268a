"""A recording cut into segments that are parsed apart and joined to the very same results.

What depends on earlier frames runs in order over all of the recording, twice: ``Scout`` decodes it
and prepares, which says where to look in every frame; ``JoinedKind`` settles what was seen, on the
way to the outputs. What is heavy lies in between and has no memory: ``parse_segment`` decodes one
segment by itself and looks where it was told to. So the results are those of one run, ids
included, and need no matching at the seams.

Decoding from the middle of a file need not give the pictures that decoding all of it gives. So a
segment carries the time and a checksum of every frame, and one that differs is refused.
"""

from __future__ import annotations

import itertools
import queue
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mirror.batch.errors import BatchError
from mirror.core.parsing import Parsing
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.parser_workers import ParserWorkers
from pipeline.concurrency.closeable import Closeable
from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.media.input_limits import InputLimits
from pipeline.pool.lane import Lane
from pipeline.sources import Recorded
from pipeline.sources.video import VideoFile
from pipeline.sources.wrapped_source import WrappedRecording

WARM_UP = 8  # frames before a segment that are decoded with it and thrown away
DIFFERS = "batch.segment_differs"


@dataclass(frozen=True, slots=True)
class FrameMark:
    """What tells whether a frame is the one that was planned for.

    Attributes:
        pts: its presentation time in ticks.
        digest: CRC-32 of its brightness.
    """

    pts: int | None
    digest: int

    @classmethod
    def of(cls, frame: Frame) -> FrameMark:
        """Return a frame's."""
        return cls(frame.pts, zlib.crc32(np.ascontiguousarray(frame.luma).data))


@dataclass(frozen=True, slots=True)
class Segment:
    """Frames that follow one another in a recording, and where to look in each.

    Attributes:
        recording: checksum of the file that it is of.
        number: its place in the recording, from 0.
        from_pts: time of the first frame to be decoded, the warm-up's.
        marks: of its frames; the first and the last are where it starts and ends.
        plans: what the parser's ``prepare`` said of each frame.
    """

    recording: str
    number: int
    from_pts: int | None
    marks: tuple[FrameMark, ...]
    plans: tuple[Any, ...]


class Scout:
    """Decodes a recording in order and prepares; yields segments. One thread.

    Args:
        source: the recording.
        kind: the parser.
        length: frames of a segment.
        recording: checksum of the file that the recording is.
    """

    def __init__(self, source: Recorded, kind: AnyKind, length: int, recording: str) -> None:
        self._prepare = kind.make_prepare(source.is_live)
        self._frames = iter(source)
        self._recording, self._length, self._number = recording, length, 0
        self._before: list[int | None] = []  # times of the latest frames

    def next(self) -> Segment | None:
        """Return the next segment; None after the last."""
        marks, plans, before = [], [], self._before[-WARM_UP:]
        for frame in itertools.islice(self._frames, self._length):
            marks.append(FrameMark.of(frame))
            plans.append(self._prepare(frame))
        if not marks:
            return None
        times = [mark.pts for mark in marks]
        self._before = [*before, *times][-WARM_UP:]
        self._number += 1
        first = before[0] if before else None
        return Segment(self._recording, self._number - 1, first, tuple(marks), tuple(plans))

    def close(self) -> None:
        """Let go of what preparing holds."""
        if isinstance(self._prepare, Closeable):
            self._prepare.close()


def parse_segment(
    path: Path, segment: Segment, workers: ParserWorkers, limits: InputLimits
) -> tuple[Any, ...]:
    """Return what workers make of every frame of a segment, before it is settled.

    Raises:
        BatchError: its frames are not those that were planned for.
        Whatever the parser raises, unless that is to be skipped.
    """
    with VideoFile(path, start_s=0.0, limits=limits) as whole:
        time_base = whole.footage.time_base
    start_s = 0.0 if segment.from_pts is None else float(segment.from_pts * time_base)
    try:
        source = VideoFile(path, start_s=start_s, limits=limits)
    except SourceError as error:
        raise differs(segment.marks[0]) from error
    with source:
        expected = iter(zip(segment.marks, segment.plans, strict=True))

        def prepare(frame: Frame) -> Any:  # noqa: ANN401  # a plan
            mark, plan = next(expected)
            if FrameMark.of(frame) != mark:
                raise differs(mark)
            return plan

        lane: Lane[Any, Any, Any] = workers.between(
            _Cut(source, segment), prepare, lambda _frame, _plan, raw: raw
        )
        with lane as results:
            found = tuple(result.parsing for result in results)
    if len(found) != len(segment.marks):
        raise differs(segment.marks[len(found)])
    return found


class _Cut(WrappedRecording):
    """The frames of a segment, without those before it."""

    def __init__(self, source: Recorded, segment: Segment) -> None:
        super().__init__(source)
        self._segment = segment

    def __iter__(self) -> Iterator[Frame]:
        """Yield as many frames as were planned for, from the first of them on."""
        first = self._segment.marks[0].pts
        from_first = itertools.dropwhile(lambda frame: frame.pts != first, self._source)
        return itertools.islice(from_first, len(self._segment.marks))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What there is of a frame before it is settled."""

    mark: FrameMark
    plan: Any
    raw: Any


class JoinedKind:
    """A kind of parser whose frames were prepared and parsed elsewhere; see ``ParserKind``.

    Args:
        kind: the kind that did it.
    """

    worker_memory_mb = 0

    def __init__(self, kind: AnyKind) -> None:
        self.name, self.parts, self._kind = kind.name, kind.parts, kind
        self._waiting: queue.SimpleQueue[Prepared | None] = queue.SimpleQueue()
        self._taken = threading.Semaphore(0)

    def feed(self, segment: Segment, raws: tuple[Any, ...]) -> None:
        """Take in the next segment; returns when all of its frames are on their way."""
        for mark, plan, raw in zip(segment.marks, segment.plans, raws, strict=True):
            self._waiting.put(Prepared(mark, plan, raw))
        for _ in segment.marks:
            self._taken.acquire()

    def end(self) -> None:
        """Say that nothing more comes; whoever waits for more fails."""
        self._waiting.put(None)

    def make_prepare(self, live: bool) -> Callable[[Frame], Prepared]:
        """Return what waits for a frame's answer."""

        def prepare(frame: Frame) -> Prepared:
            item = self._waiting.get()
            if item is None or item.mark.pts != frame.pts:
                raise differs(FrameMark(frame.pts, 0))
            self._taken.release()
            return item

        return prepare

    def make_parse(self, threads: int) -> Callable[[Frame, Prepared], Any]:
        """Return what hands on what was made elsewhere."""
        return lambda _frame, item: item.raw

    def make_settle(self) -> Callable[[Frame, Prepared, Any], Parsing]:
        """Return the kind's own step after its workers."""
        settle = self._kind.make_settle()

        def settled(frame: Frame, item: Prepared, raw: Any) -> Parsing:  # noqa: ANN401
            # a frame that was skipped is a parsing already
            return raw if isinstance(raw, Parsing) else settle(frame, item.plan, raw)

        return settled


def differs(mark: FrameMark) -> BatchError:
    """Return what is said of a frame that is another when its segment is decoded by itself."""
    return BatchError(
        "batch.segment_differs",
        "the frame at {place} is another when it is decoded from the middle of the file; parse "
        "the file in one piece",
        place=-1 if mark.pts is None else mark.pts,
    )
