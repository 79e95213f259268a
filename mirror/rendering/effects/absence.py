"""People who are not to be seen: the background, as far as it is known, in their place."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np

from mirror.core.parsing import Parsing, Person
from mirror.rendering.effects.matte import Matte, matte_of, only
from pipeline.frame import BGR, Frame

_GROWN = 0.012  # of the picture's longer side, by which more than a mask is taken away
_STEP = 4  # pixels of the picture in one of what is filled in, which has no detail anyway


class Background:
    """What has been seen behind people in a scene; one of a lane. The camera stands still."""

    def __init__(self) -> None:
        self._seen: BGR | None = None
        self._known: Matte | None = None  # 255 where the background was seen once

    def behind(self, image: BGR, somebody: Matte) -> BGR:
        """Return a picture's background, as it was last seen; blurred from around where never.

        Args:
            image: (H, W, 3) uint8 BGR.
            somebody: 255 where it is not the background.
        """
        if self._seen is None or self._known is None or self._seen.shape != image.shape:
            self._seen = np.zeros_like(image)
            self._known = np.zeros_like(somebody)
        free = cv2.bitwise_not(somebody)
        cv2.copyTo(image, free, self._seen)
        self._known |= free
        found = filled_in(self._seen, self._known)
        cv2.copyTo(self._seen, self._known, found)
        return found

    def forget(self) -> None:
        """Forget what was seen."""
        self._seen = self._known = None


def filled_in(image: BGR, known: Matte) -> BGR:
    """Return a picture of which only a part is known, the rest smoothly from around; new.

    A pyramid of means of what is known, whose coarser levels fill the holes of the finer ones:
    push-pull, Gortler et al., "The Lumigraph", SIGGRAPH 1996. What is not known counts nothing.

    Args:
        image: (H, W, 3) uint8 BGR.
        known: 255 where it is.
    """
    height, width = known.shape
    size = max(1, width // _STEP), max(1, height // _STEP)
    weight = cv2.resize(known, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    bare = cv2.copyTo(image, known)  # black elsewhere
    colour = cv2.resize(bare, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    levels = [(colour, weight)]
    while min(weight.shape) > 1:
        half = -(-weight.shape[1] // 2), -(-weight.shape[0] // 2)
        colour, weight = (cv2.resize(one, half, interpolation=cv2.INTER_AREA) for one in levels[-1])
        levels.append((colour, weight))
    found = np.zeros_like(levels[-1][0])
    for colour, weight in reversed(levels):
        coarser = cv2.resize(found, weight.shape[::-1], interpolation=cv2.INTER_LINEAR)
        share = np.minimum(weight * 4, 1)[:, :, None]  # a quarter of a cell says what it is like
        mean = colour / np.maximum(weight, 1e-3)[:, :, None]
        found = coarser + share * (mean - coarser)
    smooth = np.clip(found, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


class Absent:
    """Takes single people out of the picture; see ``Renderer``.

    Args:
        ids: whom.
        inverted: everybody else instead.
    """

    def __init__(self, ids: Collection[int], inverted: bool = False) -> None:
        self._ids, self._inverted = frozenset(ids), inverted
        self._background = Background()

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame without them."""
        image = frame.bgr
        gone = {one.id for one in parsing.people if (one.id in self._ids) != self._inverted}
        everybody = _grown(matte_of(parsing))
        background = self._background.behind(image, everybody)
        if not gone:
            return frame
        stays = matte_of(only(parsing, [one for one in parsing.people if one.id not in gone]))
        hidden = cv2.subtract(_grown(matte_of(only(parsing, _of(parsing, gone)))), stays)
        x, y, across, down = cv2.boundingRect(hidden)
        if not across:
            return frame
        box = slice(y, y + down), slice(x, x + across)
        share = cv2.merge([hidden[box]] * 3)
        result = image.copy()
        result[box] = cv2.add(
            cv2.multiply(background[box], share, scale=1 / 255),
            cv2.multiply(image[box], cv2.bitwise_not(share), scale=1 / 255),
        )
        return frame.with_bgr(result)

    def end_scene(self) -> None:
        """Forget the background."""
        self._background.forget()


def _of(parsing: Parsing, ids: Collection[int]) -> list[Person]:
    return [one for one in parsing.people if one.id in ids]


def _grown(matte: Matte) -> Matte:
    side = 2 * max(1, round(_GROWN * max(matte.shape))) + 1
    hard = cv2.compare(matte, 40, cv2.CMP_GT)
    return np.asarray(cv2.dilate(hard, np.ones((side, side), np.uint8)), np.uint8)
