"""The motion between the frames of a capture, also of those that were dropped."""

from __future__ import annotations

import itertools
import threading
from bisect import bisect_left
from collections import OrderedDict, deque
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.propagation.displacement import Displacement, Labels, Points
from mirror.tracking.motion import LEAST_SIDE, is_cut, small_grey
from pipeline.frame import Frame

SPAN = 128  # frames: four seconds at 30 a second, 37 kB each
# Small pixels a side for which one motion stands. With 4, as fine as DIS's fastest preset works by
# itself, a pair of frames takes a third of the time, but points stray six times as far
_CELL = 2
_PATHS = 8  # results whose frames are carried on to the newest at the same time


@dataclass(slots=True, eq=False)
class _Captured:
    """A frame as far as motion goes.

    Attributes:
        grey: the small picture.
        size: height and width of the frame.
        to_before, to_next: where its pixels are in its neighbours; None where that is another
            scene, missing where nobody has asked.
    """

    sequence: int
    grey: NDArray[np.uint8]
    size: tuple[int, int]
    steps: dict[int, Displacement | None] = field(default_factory=dict)


class MotionHistory:
    """Remembers small pictures of the last frames, and works out how they moved when asked.

        history = MotionHistory()
        flow = Flow(..., on_capture=history.see)
        ...
        labels = history.carry_labels(parsing.labels, result.frame.sequence, newest.sequence)

    Any thread may ask, and none of them holds up the one that captures. Motion is worked out once
    for each pair of neighbours, and what leads from one frame to another is kept for the next
    frame, to which it only takes one step more.

    Args:
        span: frames that are remembered.
    """

    def __init__(self, span: int = SPAN) -> None:
        self._lock = threading.Lock()
        self._frames: deque[_Captured] = deque(maxlen=span)  # guarded by _lock
        self._computing = threading.Lock()
        # guarded by _computing, as are all ``steps``
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._flow.setFinestScale(_CELL.bit_length() - 1)
        self._paths: OrderedDict[_Captured, tuple[_Captured, Displacement]] = OrderedDict()

    def see(self, frame: Frame) -> None:
        """Remember a frame; the source's thread, in order.

        A number that goes back, as where a run begins anew, makes it forget what was before.

        Raises:
            ValueError: the frame has no number.
        """
        if frame.sequence is None:
            raise ValueError("a frame has its number from the lane that captures it; it has none")
        grey, _ = small_grey(frame)
        captured = _Captured(frame.sequence, grey, (frame.height, frame.width))
        with self._lock:
            if self._frames and self._frames[-1].sequence >= frame.sequence:
                self._frames.clear()
            self._frames.append(captured)

    def displacement(self, start: int, end: int) -> Displacement | None:
        """Return where the pixels of one frame are in another, before it or after it.

        None where either is not remembered, or another scene or size lies between.

        Args:
            start: the one frame's sequence number.
            end: the other's.
        """
        between = self._between(start, end)
        if between is None:
            return None
        with self._computing:
            return self._path(between)

    def carry_points(self, points: Points, start: int, end: int) -> Points | None:
        """Return (N, 2) points of one frame where they are in another; None as above."""
        displacement = self.displacement(start, end)
        return None if displacement is None else displacement.carry_points(points)

    def carry_labels(self, labels: Labels, start: int, end: int) -> Labels | None:
        """Return a map of one frame as it is in another; None as above.

        Args:
            labels: (H, W) uint8, or with channels; 0 is nothing, and what was not in the picture.
            start: the number of the frame that it belongs to.
            end: that of the frame to carry it to.
        """
        displacement = self.displacement(end, start)
        return None if displacement is None else displacement.fetch_labels(labels)

    def _between(self, start: int, end: int) -> list[_Captured] | None:
        """The frames from one to another, both included, in that order."""
        with self._lock:
            frames = list(self._frames)
        numbers = [captured.sequence for captured in frames]
        places = [bisect_left(numbers, number) for number in (start, end)]
        for place, number in zip(places, (start, end), strict=True):
            if place == len(numbers) or numbers[place] != number:
                return None
        first, last = places
        return frames[first : last + 1] if first <= last else frames[last : first + 1][::-1]

    def _path(self, frames: list[_Captured]) -> Displacement | None:
        """The displacement along frames; goes on from one to the same end that is known."""
        end = frames[-1]
        known = self._paths.get(end)
        at = frames.index(known[0]) if known is not None and known[0] in frames else len(frames) - 1
        path = known[1] if known is not None and at < len(frames) - 1 else _standing(end)
        for one, other in itertools.pairwise(reversed(frames[: at + 1])):
            step = self._step(other, one)
            if step is None:
                return None
            path = path.after(step)
        self._paths[end] = frames[0], path
        self._paths.move_to_end(end)
        while len(self._paths) > _PATHS:
            self._paths.popitem(last=False)
        return path

    def _step(self, start: _Captured, end: _Captured) -> Displacement | None:
        """Where the pixels of a frame are in its neighbour."""
        if end.sequence not in start.steps:
            start.steps[end.sequence] = self._computed(start, end)
        return start.steps[end.sequence]

    def _computed(self, start: _Captured, end: _Captured) -> Displacement | None:
        is_too_small = min(start.grey.shape) < LEAST_SIDE
        if start.size != end.size or is_too_small or is_cut(start.grey, end.grey):
            return None
        flow = self._flow.calc(start.grey, end.grey, None)
        rows, columns = _grid_of(start)
        coarse = cv2.resize(flow, (columns, rows), interpolation=cv2.INTER_AREA)
        height, width = start.size
        coarse *= np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
        return Displacement(coarse, height, width)


def _grid_of(captured: _Captured) -> tuple[int, int]:
    height, width = captured.grey.shape
    return -(-height // _CELL), -(-width // _CELL)


def _standing(captured: _Captured) -> Displacement:
    return Displacement.none(*_grid_of(captured), *captured.size)
