"""Steadies what is seen over time. Told the time: what is smoothed does not depend on the rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# one_euro_filter in MediaPipe's modules/pose_landmark/pose_landmark_filtering.pbtxt; the speed is
# in body sizes a second
_LEAST_CUTOFF_HZ = 0.05
_BETA = 80.0
_SPEED_CUTOFF_HZ = 1.0
_TREMBLE = 0.012  # body sizes that the network's answers for a body that stands still differ by


class OneEuro:
    """Smooths points that stand still and lets through those that move.

    "1 € Filter: A Simple Speed-based Low-pass Filter", Casiez, Roussel, Vogel, CHI 2012.
    """

    def __init__(self) -> None:
        self._value: NDArray[np.float64] | None = None
        self._speed: NDArray[np.float64] | None = None

    def __call__(
        self,
        points: NDArray[np.float32],
        scale: float,
        elapsed_s: float,
        calm: float = 0.0,
    ) -> NDArray[np.float32]:
        """Return the points smoothed.

        Args:
            points: (N, D).
            scale: the body's size, in the points' unit.
            elapsed_s: since the last call.
            calm: 0-1, how still the body is known to be: points of one that is tremble less.
        """
        if self._value is None or self._speed is None or elapsed_s <= 0:
            self._value, self._speed = points.astype(np.float64), np.zeros(points.shape)
            return points
        gone = points - self._value
        if calm > 0:
            # a limb may move though no motion was seen: what is more than noise is let through
            apart = np.linalg.norm(gone, axis=-1, keepdims=True) / (_TREMBLE * scale * calm)
            gone *= -np.expm1(-np.square(apart))
        speed = gone / (elapsed_s * scale)
        self._speed += _weight(_SPEED_CUTOFF_HZ, elapsed_s) * (speed - self._speed)
        cutoff = _LEAST_CUTOFF_HZ + _BETA * np.abs(self._speed)
        self._value = self._value + _weight(cutoff, elapsed_s) * gone
        return self._value.astype(np.float32)


def _weight(cutoff_hz: NDArray[np.float64] | float, elapsed_s: float) -> NDArray[np.float64]:
    """How much a new value counts in a first-order low pass."""
    return np.asarray(1 / (1 + 1 / (2 * np.pi * np.asarray(cutoff_hz) * elapsed_s)))
