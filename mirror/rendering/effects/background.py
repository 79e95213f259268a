"""Effects that change what is behind people: blurred, or something else."""

from __future__ import annotations

from typing import Protocol

import av
import cv2
import numpy as np

from mirror.core.parsing import Parsing
from mirror.rendering.effects.compositing import Cutter, composed, unmixed, without_people
from pipeline.frame import BGR, Frame, tag_like


class BlurredBackground:
    """Blurs what is behind people; see ``Renderer``. Their own colours do not run into it.

    Args:
        strength: of the picture's longer side, over which the blur reaches.
    """

    def __init__(self, strength: float = 0.03) -> None:
        self._strength = strength
        self._cutter = Cutter()

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame before its own background, blurred."""
        image = frame.bgr
        cutout = self._cutter.cut(image, parsing)
        radius = max(2, round(self._strength * max(image.shape)))
        blurred = without_people(image, cutout.matte, radius)
        return frame.with_bgr(composed(image, cutout, blurred, reuse=True))

    def end_scene(self) -> None:
        """Forget where edges were."""
        self._cutter.end_scene()


class RemovedBackground:
    """Makes what is behind people transparent; see ``Renderer``.

    Pictures are ``bgra`` then. A pixel of nobody's is black as well: nothing of the background is
    left in the file.
    """

    def __init__(self) -> None:
        self._cutter = Cutter()

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame's people, and nothing else."""
        cutout = self._cutter.cut(frame.bgr, parsing)
        whole = cv2.compare(cutout.matte, 255, cv2.CMP_EQ)
        alone = np.asarray(cv2.copyTo(frame.bgr, whole), np.uint8)  # black elsewhere
        if cutout.edge is not None:
            alpha, theirs = unmixed(cutout.matte, cutout.edge)
            alone.reshape(-1, 3)[cutout.edge.at] = theirs * (alpha > 0)
        layered = cv2.cvtColor(alone, cv2.COLOR_BGR2BGRA)
        cv2.insertChannel(cutout.matte, layered, 3)
        picture = av.VideoFrame.from_ndarray(layered, format="bgra")
        tag_like(frame.with_bgr(alone).picture, picture)
        return frame.with_picture(picture)

    def end_scene(self) -> None:
        """Forget where edges were."""
        self._cutter.end_scene()


class Background(Protocol):
    """What is put behind people."""

    def at(self, frame: Frame) -> BGR:
        """Return it at a frame's time, in the frame's size; not to be written into."""
        ...

    def end_scene(self) -> None:
        """Let go of what is held, and begin anew with the next frame."""
        ...


class ReplacedBackground:
    """Puts something else behind people; see ``Renderer``.

    Args:
        background: what is seen there.
    """

    def __init__(self, background: Background) -> None:
        self._background = background
        self._cutter = Cutter()

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame's people before the background."""
        cutout = self._cutter.cut(frame.bgr, parsing)
        return frame.with_bgr(composed(frame.bgr, cutout, self._background.at(frame)))

    def end_scene(self) -> None:
        """Forget where edges were, and have the background begin anew."""
        self._cutter.end_scene()
        self._background.end_scene()


class SolidBackground:
    """One colour, ``#rrggbb``."""

    def __init__(self, colour: str) -> None:
        self._bgr = tuple(bytes.fromhex(colour.removeprefix("#")))[::-1]
        self._last: BGR | None = None

    def at(self, frame: Frame) -> BGR:
        """See ``Background``."""
        if self._last is None or self._last.shape[:2] != (frame.height, frame.width):
            self._last = np.full((frame.height, frame.width, 3), self._bgr, np.uint8)
        return self._last

    def end_scene(self) -> None:
        """Do nothing: it never changes."""


class ImageBackground:
    """A picture, (H, W, 3) uint8 BGR: enlarged until it fills the frame, and cut at its edges."""

    def __init__(self, picture: BGR) -> None:
        self._picture = picture
        self._last: BGR | None = None

    def at(self, frame: Frame) -> BGR:
        """See ``Background``."""
        if self._last is None or self._last.shape[:2] != (frame.height, frame.width):
            self._last = filling(self._picture, frame.height, frame.width)
        return self._last

    def end_scene(self) -> None:
        """Do nothing: it never changes."""


def filling(picture: BGR, height: int, width: int) -> BGR:
    """Return the middle of a picture in a size, without changing its proportions."""
    rows, columns = picture.shape[:2]
    scale = max(height / rows, width / columns)
    size = max(width, round(columns * scale)), max(height, round(rows * scale))
    shrinks = scale < 1
    large = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    y, x = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return np.ascontiguousarray(large[y : y + height, x : x + width], np.uint8)
