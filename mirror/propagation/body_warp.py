"""Where the places on one body are on the same body in another pose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.propagation.bones import Bones, Grid

_BLENDS = 0.03  # body units: lines that are as near as that to a place share it


class BodyWarp:
    """Takes places round one body to the same places, by bone, of another pose of it.

    A place has body coordinates: how far along which line between two joints it lies, in lengths
    of that line, and how far across, in body units; beyond the ends of a line, both are in body
    units. Where several lines are about as near, their answers are blended, as skins of animated
    figures are (linear blend skinning; Magnenat-Thalmann et al., Graphics Interface 1988).

    Args:
        now: the body where places are given.
        then: where they are wanted.
    """

    def __init__(self, now: Bones, then: Bones) -> None:
        self._now, self._then = now, then

    def places(
        self, xs: NDArray[np.float32], ys: NDArray[np.float32]
    ) -> tuple[Grid, Grid, NDArray[np.float32]]:
        """Return where the points of a grid are on the other body.

        Args:
            xs: (columns,) in pixels of the frame.
            ys: (rows,).

        Returns:
            x and y there, and how far each point is from the nearest part's surface in body units
            (below zero inside of it); each (rows, columns) float32.
        """
        now, then = self._now, self._then
        along, across = self._coordinates(xs, ys)
        inside = np.clip(along, 0, now.lengths[:, None, None])
        beyond = along - inside
        apart = np.sqrt(beyond * beyond + across * across)
        apart *= np.float32(1 / now.unit)
        apart -= now.radii[:, None, None]
        least = apart.min(axis=0)
        weights = np.exp((least - apart) * np.float32(1 / _BLENDS))
        weights /= weights.sum(axis=0)
        inside *= (then.lengths / now.lengths)[:, None, None]
        beyond *= np.float32(then.unit / now.unit)
        inside += beyond
        across *= (then.widths / now.widths)[:, None, None]
        inside *= weights
        across *= weights
        x, y = (
            np.tensordot(then.starts[:, axis], weights, 1)
            + np.tensordot(then.along[:, axis], inside, 1)
            + np.tensordot(then.across[:, axis], across, 1)
            for axis in (0, 1)
        )
        return x, y, least

    def _coordinates(
        self, xs: NDArray[np.float32], ys: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(14, rows, columns): pixels along each line from its start, and across."""
        now = self._now
        dx = (xs - now.starts[:, :1])[:, None, :]
        dy = (ys - now.starts[:, 1:])[:, :, None]
        ux, uy = now.along[:, 0, None, None], now.along[:, 1, None, None]
        return dx * ux + dy * uy, dy * ux - dx * uy
