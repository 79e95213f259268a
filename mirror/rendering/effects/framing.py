"""A calm crop that keeps people in the picture."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Parsing
from pipeline.frame import Frame

_ROOM = 0.25  # of people's height, on each side
_SLACK = 0.12  # of the crop's size: a smaller change is not worth a movement
_CALM_S = 0.6  # time constant of the camera's movement
_WAIT_S = 2.0  # without anybody, before the whole picture is shown again

Crop = NDArray[np.float64]  # centre x, centre y, height, in pixels


class Framing:
    """Shows the part of the picture with people in it, in the picture's own size; see ``Renderer``.

    It moves when people have moved far enough, smoothly, and then stays.

    Args:
        most: how much the picture may be enlarged.
    """

    def __init__(self, most: float = 2.5) -> None:
        self._most = most
        self._shown: Crop | None = None
        self._aim: Crop | None = None
        self._last_s = self._seen_s = -math.inf

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the part of the frame; the frame itself while all of it is shown."""
        whole = np.array([frame.width / 2, frame.height / 2, frame.height], float)
        wanted = self._wanted(parsing, frame, whole)
        if wanted is not None:
            self._seen_s = frame.time
        elif frame.time - self._seen_s > _WAIT_S:
            wanted = whole
        self._move(wanted, whole, frame.time)
        assert self._shown is not None
        x, y, height = self._shown
        if height > 0.995 * frame.height:
            return frame
        width = height * frame.width / frame.height
        scale = frame.height / height
        left, top = x - width / 2, y - height / 2
        matrix = np.array([[scale, 0, -scale * left], [0, scale, -scale * top]])
        size = frame.width, frame.height
        moved = cv2.warpAffine(
            frame.bgr, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return frame.with_bgr(np.asarray(moved, np.uint8))

    def end_scene(self) -> None:
        """Begin anew, where people are then."""
        self._shown = self._aim = None
        self._last_s = self._seen_s = -math.inf

    def _wanted(self, parsing: Parsing, frame: Frame, whole: Crop) -> Crop | None:
        if not parsing.people:
            return None
        boxes = np.array([person.box for person in parsing.people])
        x0, y0 = boxes[:, :2].min(axis=0)
        x1, y1 = boxes[:, 2:].max(axis=0)
        room = 2 * _ROOM * (y1 - y0)
        aspect = frame.width / frame.height
        height = max(y1 - y0 + room, (x1 - x0 + room) / aspect, frame.height / self._most)
        return _inside(np.array([(x0 + x1) / 2, (y0 + y1) / 2, height]), whole)

    def _move(self, wanted: Crop | None, whole: Crop, now: float) -> None:
        if self._shown is None or self._aim is None or now < self._last_s:
            self._shown = self._aim = whole if wanted is None else wanted
        elif wanted is not None and np.abs(wanted - self._aim).max() > _SLACK * self._aim[2]:
            self._aim = wanted
        share = 1 - math.exp(-max(0.0, now - self._last_s) / _CALM_S)
        self._last_s = now
        self._shown = _inside(self._shown + share * (self._aim - self._shown), whole)


def _inside(crop: Crop, whole: Crop) -> Crop:
    """A crop that does not leave the picture."""
    half = whole[:2]
    height = min(crop[2], whole[2])
    reach = half * height / whole[2]
    return np.array([*np.clip(crop[:2], reach, 2 * half - reach), height])
