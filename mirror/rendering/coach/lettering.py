"""Letters of any height and language, as masks that are kept: what is shown seldom changes."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.rendering.overlay.annotations import HAS_EVERY_LETTER

_STROKES = cv2.FONT_HERSHEY_SIMPLEX  # before OpenCV 5, which has ASCII alone
_CAPITALS = 21.0  # pixels high are its capital letters and digits at scale 1
_STROKE = 0.13  # of a letter's height
_OF_SIZE = 0.78  # so high are capital letters and digits of the font in OpenCV 5, of its size
_WEIGHT = 600  # thin strokes do not stand out
_writing = threading.Lock()  # OpenCV does not say that fonts can be used by two threads


@dataclass(frozen=True, slots=True, eq=False)
class Lettering:
    """A text, written.

    Attributes:
        mask: (H, W) uint8, read-only, 255 where ink is.
        base: the row on which letters stand.
    """

    mask: NDArray[np.uint8]
    base: int


@functools.lru_cache(maxsize=256)
def lettering(text: str, height: int) -> Lettering:
    """Return a text whose capitals are so many pixels high."""
    with _writing:
        written = (_true_type if HAS_EVERY_LETTER else _strokes)(text, max(1, height))
    written.mask.flags.writeable = False
    return written


def text_width(text: str, height: int) -> int:
    """Return how many pixels wide a text is whose capitals are so high."""
    wide: int = lettering(text, height).mask.shape[1]
    return wide


def writable(text: str) -> str:
    """Return a text with what cannot be written here replaced."""
    return text if HAS_EVERY_LETTER else text.encode("ascii", "replace").decode()


def _true_type(text: str, height: int) -> Lettering:
    font, size = cv2.FontFace("sans"), max(1, round(height / _OF_SIZE))
    left, top, wide, tall = cv2.getTextSize((0, 0), text, (0, 0), font, size, _WEIGHT)
    mask = np.zeros((max(1, tall + size // 8), max(1, wide - left)), np.uint8)
    cv2.putText(mask, text, (-left, -top), 255, font, size, _WEIGHT)
    return Lettering(mask, -top)


def _strokes(text: str, height: int) -> Lettering:
    scale, thickness = height / _CAPITALS, max(1, round(height * _STROKE))
    (wide, tall), below = cv2.getTextSize(text, _STROKES, scale, thickness)
    mask = np.zeros((tall + below + 2 * thickness, max(1, wide)), np.uint8)
    base = tall + thickness
    cv2.putText(mask, text, (0, base), _STROKES, scale, 255, thickness, cv2.LINE_AA)
    return Lettering(mask, base)
