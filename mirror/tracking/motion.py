"""How the picture moves from one frame to the next: dense optical flow, kept small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.frame import Frame

LONGER_SIDE = 256  # pixels at most that the flow is computed on: 0.5 ms with DIS's fastest preset
_STEP = 4  # small pixels: flows are smooth, so that every fourth in both directions tells as much
LEAST_SIDE = 32  # small pixels: OpenCV's DIS crashes on longer pictures that are narrower
_AROUND = 8  # small pixels round what is looked for: it came from somewhere
_CUT = 40.0  # grey levels: two pictures that differ by more on average are no longer one scene
_STILL = 0.6  # small pixels a frame: less is noise, or a curtain

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels of the frame


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Where the pixels of the frame before went.

    Attributes:
        field: (h, w, 2) float32: x and y in small pixels that each of them moved.
        scale: pixels of the frame for one small pixel.
        pictures: the small grey pictures that were compared, the frame before's first.
    """

    field: NDArray[np.float32]
    scale: float
    pictures: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None

    def carry(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, 2) points of the frame before, in its pixels, moved along with the picture."""
        height, width = self.field.shape[:2]
        small = points / self.scale
        columns = np.clip(np.rint(small[:, 0]).astype(int), 0, width - 1)
        rows = np.clip(np.rint(small[:, 1]).astype(int), 0, height - 1)
        moved: NDArray[np.float32] = points + self.field[rows, columns] * self.scale
        return moved

    def share_in_view(self, points: NDArray[np.float32]) -> float:
        """Return the share of (N, 2) points, in pixels of the frame, that lie in it, 0-1."""
        height, width = self.field.shape[:2]
        small = points / self.scale
        return float(((small >= 0) & (small < (width, height))).all(axis=1).mean())

    def camera(self) -> NDArray[np.float32]:
        """Return (2,): x and y in small pixels that the whole picture moved, as when it pans."""
        moves = np.ascontiguousarray(self.field[::_STEP, ::_STEP].reshape(-1, 2).T)
        middle = moves.shape[1] // 2  # np.median takes ten times as long
        moved: NDArray[np.float32] = np.partition(moves, middle, axis=1)[:, middle]
        return moved

    def speed_in(self, box: Box, share: float, camera: NDArray[np.float32] | None = None) -> float:
        """Return how many pixels of the frame the fastest share of a box moved at least.

        Args:
            box: where.
            share: 0-1.
            camera: what the whole picture did, if that is to be taken off first.
        """
        x0, y0, x1, y1 = (max(0, int(edge / self.scale)) for edge in box)
        inside = self.field[y0 : y1 + 1 : _STEP, x0 : x1 + 1 : _STEP]
        if inside.size == 0:
            return 0.0
        if camera is not None:
            inside = inside - camera
        speeds = np.abs(inside).max(axis=2).ravel()
        last = len(speeds) - 1 - int(share * len(speeds))
        return float(np.partition(speeds, last)[last]) * self.scale

    def moving_outside(self, boxes: Sequence[Box]) -> Moving:
        """Return where something moves by itself outside of some boxes.

        What the whole picture does, as under a camera that pans, is taken off first.
        """
        field = self.field[::_STEP, ::_STEP]
        moving: NDArray[np.bool_] = np.abs(field - self.camera()).max(axis=2) > _STILL
        cell = self.scale * _STEP
        for x0, y0, x1, y1 in boxes:
            left, top = max(0, int(x0 / cell)), max(0, int(y0 / cell))
            moving[top : int(y1 / cell) + 1, left : int(x1 / cell) + 1] = False
        return Moving(moving, cell)


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """Where something moves.

    Attributes:
        cells: (h, w) bool: which cells of a coarse grid over the frame.
        side: pixels of the frame for a cell's side.
    """

    cells: NDArray[np.bool_]
    side: float

    @property
    def share(self) -> float:
        """How much of the frame moves, 0-1."""
        return float(self.cells.mean())

    def within(self, x0: int, y0: int, x1: int, y1: int) -> int:
        """Return how many cells move in a part of the frame."""
        left, top, right, bottom = (int(edge / self.side) for edge in (x0, y0, x1, y1))
        return int(np.count_nonzero(self.cells[top:bottom, left:right]))


class MotionMeter:
    """Compares each frame with the one before. Frames must come in order; one thread."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._before: NDArray[np.uint8] | None = None
        self._size: tuple[int, int] | None = None

    def see(self, frame: Frame) -> Motion | None:
        """Return the motion since the last frame; None at the first, at a cut or a new size."""
        small, scale = small_grey(frame)
        before, self._before = self._before, small
        size_before, self._size = self._size, (frame.height, frame.width)
        if before is None or size_before != self._size or min(small.shape) < LEAST_SIDE:
            return None
        if is_cut(before, small):
            return None
        return Motion(self._flow.calc(before, small, None), float(scale), (before, small))


class Origins:
    """Where the points of a part of a frame were in the frame before.

    ``Motion``'s own field tells where points went, which at the edge of somebody who moves is not
    where they came from. One thread.
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def __call__(
        self, motion: Motion, xs: NDArray[np.float32], ys: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
        """Return x and y, each (rows, columns); None where there are no pictures to compare.

        Args:
            motion: since the frame before.
            xs: (columns,) ascending, in pixels of the frame, as all here.
            ys: (rows,) ascending.
        """
        if motion.pictures is None:
            return None
        before, now = motion.pictures
        columns, rows = (
            _window(xs / motion.scale, now.shape[1]),
            _window(ys / motion.scale, now.shape[0]),
        )
        went = self._flow.calc(
            np.ascontiguousarray(now[rows, columns]),
            np.ascontiguousarray(before[rows, columns]),
            None,
        )
        x, y = np.meshgrid(xs, ys)
        small = np.float32(1 / motion.scale)
        came = cv2.remap(
            went,
            x * small - np.float32(columns.start),
            y * small - np.float32(rows.start),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        came *= np.float32(motion.scale)
        return x + came[..., 0], y + came[..., 1]


def _window(places: NDArray[np.float32], length: int) -> slice:
    """What to compare of a side of the small pictures, for some places on it."""
    middle = (float(places[0]) + float(places[-1])) / 2
    half = max((float(places[-1]) - float(places[0])) / 2 + _AROUND, LEAST_SIDE / 2)
    start = max(0, min(int(middle - half), length - LEAST_SIDE))
    return slice(start, min(length, max(int(middle + half) + 1, start + LEAST_SIDE)))


def small_grey(frame: Frame) -> tuple[NDArray[np.uint8], int]:
    """Return a small grey picture of a frame, and how many of its pixels one of these stands for.

    Its longer side has 256 pixels at most.
    """
    scale = -(-max(frame.height, frame.width) // LONGER_SIDE)
    return _shrunk(frame.luma, scale), scale


def is_cut(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> bool:
    """Whether two small grey pictures of one size are of different scenes."""
    return float(cv2.norm(before, now, cv2.NORM_L1)) / now.size > _CUT


def _shrunk(grey: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """Average blocks of a whole number of pixels: a tenth of the cost of any other factor."""
    height, width = max(1, grey.shape[0] // scale), max(1, grey.shape[1] // scale)
    whole = grey[: height * scale, : width * scale]
    small: NDArray[np.uint8] = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    return small
