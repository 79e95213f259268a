"""Dark pictures made lighter, as calmly as eyes get used to the dark."""

from __future__ import annotations

import math

import cv2
import numpy as np

from mirror.core.parsing import Parsing
from pipeline.frame import Frame

_WANTED = 105.0  # grey level that the middle of a picture should have
_CALM_S = 1.0  # time constant
_SAMPLE = 160  # columns of what is looked at


class LightLifted:
    """Lifts the dark parts of dark pictures, and leaves light ones alone; see ``Renderer``.

    One curve for all pixels and channels, a power that brings the median to where it should be:
    white stays white, and no edge or colour moves.

    Args:
        strength: 0-1, of the way there.
    """

    def __init__(self, strength: float = 0.8) -> None:
        self._strength = strength
        self._power: float | None = None
        self._last_s = 0.0

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame, lifted; the frame itself where it is light enough."""
        power = self._calmed(self._power_for(frame), frame.time)
        if power > 0.97:
            return frame
        curve = 255 * (np.arange(256) / 255) ** power
        return frame.with_bgr(np.asarray(cv2.LUT(frame.bgr, curve.astype(np.uint8)), np.uint8))

    def end_scene(self) -> None:
        """Forget how light it was."""
        self._power = None

    def _power_for(self, frame: Frame) -> float:
        luma = frame.luma
        rows = max(1, _SAMPLE * luma.shape[0] // luma.shape[1])
        small = cv2.resize(luma, (_SAMPLE, rows), interpolation=cv2.INTER_AREA)
        middle = min(250.0, max(6.0, float(np.median(small))))
        wanted = middle + self._strength * max(0.0, _WANTED - middle)
        return math.log(wanted / 255) / math.log(middle / 255)

    def _calmed(self, power: float, now: float) -> float:
        if self._power is None or now < self._last_s:
            self._power = power
        else:
            self._power += (1 - math.exp((self._last_s - now) / _CALM_S)) * (power - self._power)
        self._last_s = now
        return self._power
