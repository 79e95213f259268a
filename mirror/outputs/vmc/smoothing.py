"""Rotations without the trembling of landmarks, and without lagging behind fast movements."""

from __future__ import annotations

import math

from mirror.outputs.vmc.rotations import Array, angle, between

# Cut-off in Hz at rest, and how much it grows for each radian a second: of the one-euro filter
# (Casiez et al., CHI 2012), fitted so that a fast squat lags less than two degrees
_AT_REST, _BY_SPEED = 2.0, 4.0
_SPEED_S = 0.1  # time constant of the speed


class SmoothRotation:
    """One bone's rotation over time, by the one-euro filter on the angle between rotations."""

    def __init__(self) -> None:
        self._last: tuple[float, Array, Array] | None = None  # when, as it came, smoothed
        self._speed = 0.0

    def at(self, now: float, rotation: Array) -> Array:
        """Return the smoothed rotation at a time in seconds, which never goes back."""
        if self._last is None or now <= self._last[0] or now - self._last[0] > 1.0:
            self._last, self._speed = (now, rotation, rotation), 0.0
            return rotation
        before, raw, smooth = self._last
        step = now - before
        self._speed += _share(step, _SPEED_S) * (angle(raw, rotation) / step - self._speed)
        cutoff = _AT_REST + _BY_SPEED * self._speed
        found = between(smooth, rotation, _share(step, 1 / (2 * math.pi * cutoff)))
        self._last = now, rotation, found
        return found


def _share(step: float, constant: float) -> float:
    return 1 - math.exp(-step / constant)
