"""Parts that stay on the body where it goes: each frame's are held against those before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.pose.carried_mask import FineMotion
from mirror.tracking.motion import Motion, Origins

_HOLDS_S = 0.08  # how long the past counts
# Body units that the past may make a part farther or nearer by. Where a part is farther than twice
# that from where it was, it is where the landmarks say at once.
_MOST = 0.05
_ROUNDED_S = 1e-6
_PARTS = 14  # planes of what is remembered; one follows of how far the nearest was, and one of ages
_LEAST, _AGE = 14, 15
ROOM = 4 * _MOST  # what two cells may differ by for it, both ends and the nearest part's included

# Body units from the nearest part beyond which a pixel is the person's, but none of the 14 parts;
# and how long one that was nearer keeps its part: landmarks that slip for a frame bare a whole arm
REACH = 0.38
_KEEPS_S = 0.25

Plane = NDArray[np.float32]  # (rows, columns), in body units
Planes = NDArray[np.float32]  # (14, rows, columns), in body units: 0 is the nearest part


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A coarse grid over a part of the picture.

    Attributes:
        xs: (columns,) float32, in pixels of the picture.
        ys: (rows,) float32.
        step: pixels from one to the next.
    """

    xs: NDArray[np.float32]
    ys: NDArray[np.float32]
    step: int


Hold = Callable[[Planes, Plane, Grid], tuple[Planes, Plane]]


class CarriedParts:
    """Blends how near one person's parts are with how near they were, moved along by the flow.

    Landmarks tremble on cloth that folds, and with them the borders between parts, and two legs
    that cross are taken for one another for a frame. The picture itself knows better what went
    where. What it says counts for little time, and against little distance: a limb that is clearly
    elsewhere is not held back. What is far from every part now, and was near one a moment ago,
    keeps that part for a while.
    """

    def __init__(self) -> None:
        self._last: tuple[Planes, Grid] | None = None
        self._time = 0.0
        self._origins = Origins()

    def __call__(
        self,
        farther: Planes,
        least: Plane,
        grid: Grid,
        motion: Motion | None,
        motion_s: float,
        now: float,
        fine: FineMotion | None = None,
    ) -> tuple[Planes, Plane]:
        """Return how much farther every part is, and how far the nearest, in the light of the past.

        Args:
            farther: of this frame by itself, how much farther every part is than the nearest.
            least: how far the nearest is.
            grid: where.
            motion: since the frame before; None: nothing of the past is of use.
            motion_s: seconds since the frame before.
            now: the frame's time, seconds.
            fine: the same motion, of the person's square, where that is known.
        """
        elapsed_s, self._time = now - self._time, now
        # whoever was not seen in the frame before was somewhere that this motion does not tell
        is_next = 0 < elapsed_s < motion_s + _ROUNDED_S
        ages = np.zeros_like(least)  # seconds since a place was near its part by itself
        if self._last is not None and motion is not None and is_next:
            origins = (
                self._origins(motion, grid.xs, grid.ys)
                if fine is None
                else fine.origins_of(grid.xs, grid.ys)
            )
            if origins is not None:
                was, is_known = _moved(*self._last, *origins)
                own = farther
                farther = _held(own, was[:_PARTS], is_known, elapsed_s)
                age = was[_AGE] + np.float32(elapsed_s)
                kept = is_known & (least > REACH) & (was[_LEAST] <= REACH) & (age <= _KEEPS_S)
                if kept.any():
                    farther = np.where(kept, was[:_PARTS], farther)
                    least = np.where(kept, was[_LEAST], least)
                    ages = np.where(kept, age, np.float32(0))
        self._last = np.concatenate([farther, least[None], ages[None]]), grid
        return farther, least


def _held(farther: Planes, was: Planes, is_known: NDArray[np.bool_], elapsed_s: float) -> Planes:
    held = was - farther
    held *= is_known * np.float32(np.exp(-elapsed_s / _HOLDS_S))
    np.clip(held, -_MOST, _MOST, out=held)
    held += farther
    held -= held.min(axis=0)
    return held


def _moved(
    planes: Planes, grid: Grid, xs: NDArray[np.float32], ys: NDArray[np.float32]
) -> tuple[Planes, NDArray[np.bool_]]:
    """Planes on a grid at other places, and where they are known."""
    count, rows, columns = planes.shape
    across, down = (xs - grid.xs[0]) / grid.step, (ys - grid.ys[0]) / grid.step
    x, y = np.clip(across, 0, columns - 1), np.clip(down, 0, rows - 1)
    is_known = np.maximum(np.abs(x - across), np.abs(y - down)) < 0.5
    # all planes in one go, one below the other
    tops = np.arange(count, dtype=np.float32)[:, None, None] * np.float32(rows)
    moved = cv2.remap(
        planes.reshape(count * rows, columns),
        np.broadcast_to(x, (count, *x.shape)).reshape(-1, x.shape[1]),
        (y + tops).reshape(-1, x.shape[1]),
        cv2.INTER_LINEAR,
    )
    return moved.reshape(count, *x.shape), is_known
