"""Effects on people themselves: recoloured parts, hidden faces, a spotlight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import cv2
import numpy as np

from mirror.core.instance_map import instance_of
from mirror.core.parsing import Parsing
from mirror.rendering.effects.compositing import Cutter, composed
from mirror.rendering.effects.enrolment import Enrolment
from mirror.rendering.effects.matte import Matte
from pipeline.frame import BGR, Frame

How = Literal["solid", "pixels", "blur"]
_SOLID = (32, 32, 32)
_PIXELS = 8  # across the longer side of what is hidden
_FACE_ROOM = 0.25  # of a face's size, by which more than the mask of it is hidden


class Recoloured:
    """Gives parts another colour, and keeps light, shade and texture; see ``Renderer``.

    In CIE Lab: the part's own mean colour is moved to the wanted one, the differences stay.

    Args:
        colours: part id -> ``#rrggbb``.
    """

    def __init__(self, colours: Mapping[int, str]) -> None:
        self._colours = {id: _lab_of(colour) for id, colour in colours.items()}

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame with its parts recoloured."""
        image: BGR | None = None
        for id, wanted in self._colours.items():
            hard = cv2.compare(parsing.labels, id, cv2.CMP_EQ)
            x, y, across, down = cv2.boundingRect(hard)
            if not across:
                continue
            image = frame.bgr.copy() if image is None else image
            box = slice(y, y + down), slice(x, x + across)
            _recolour(image[box], cv2.blur(hard, (3, 3))[box], hard[box], wanted)
        return frame if image is None else frame.with_bgr(image)

    def end_scene(self) -> None:
        """Do nothing: each frame is for itself."""


class Hidden:
    """Hides heads or whole people; see ``Renderer``.

    ``solid`` cannot be undone; blurred and pixelated pictures have been, by comparing with many.

    Args:
        head: the part id of heads; None hides whole people.
        how: with what.
        enrolment: tells whom not to hide; None hides everybody.
    """

    def __init__(
        self, head: int | None, how: How = "solid", enrolment: Enrolment | None = None
    ) -> None:
        self._head, self._how, self._enrolment = head, how, enrolment

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame without faces, or without anybody to be known."""
        hidden = self._matte(parsing, frame.time)
        x, y, across, down = cv2.boundingRect(hidden)
        if not across:
            return frame
        image = frame.bgr.copy()
        box = slice(y, y + down), slice(x, x + across)
        covered = _COVERED[self._how](image[box])
        cv2.copyTo(covered, hidden[box], image[box])
        return frame.with_bgr(image)

    def end_scene(self) -> None:
        """Forget who has enrolled."""
        if self._enrolment is not None:
            self._enrolment.end_scene()

    def _matte(self, parsing: Parsing, now: float) -> Matte:
        """All pixels that are to be hidden: more than are seen, since a mask may be too small."""
        wanted = parsing.labels > 0 if self._head is None else parsing.labels == self._head
        if self._enrolment is not None:
            enrolled = self._enrolment.of(parsing, now)
            if enrolled is not None:
                wanted &= parsing.instances != instance_of(enrolled)
        matte = wanted.astype(np.uint8) * 255
        pieces, _ = cv2.findContours(matte, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        result = np.zeros_like(matte)
        for piece in pieces:
            x, y, across, down = cv2.boundingRect(piece)
            room = max(2, round(_FACE_ROOM * min(across, down)))
            rows = slice(max(0, y - room), y + down + room)
            columns = slice(max(0, x - room), x + across + room)
            others = np.full(result[rows, columns].shape, 255, np.uint8)
            # a hole in it is no way to look through
            cv2.drawContours(others, [piece], 0, 0, -1, offset=(-columns.start, -rows.start))
            far = cv2.distanceTransform(others, cv2.DIST_L2, cv2.DIST_MASK_5)
            result[rows, columns][far <= room] = 255
        return result


class Spotlight:
    """Darkens what is behind people, and takes its colour; see ``Renderer``.

    Args:
        darkness: 0-1.
    """

    def __init__(self, darkness: float = 0.6) -> None:
        self._light = 1 - darkness
        self._cutter = Cutter()

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame's people before a dark background."""
        image = frame.bgr
        grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        dark = np.asarray(cv2.convertScaleAbs(grey, alpha=self._light), np.uint8)
        return frame.with_bgr(composed(image, self._cutter.cut(image, parsing), dark, reuse=True))

    def end_scene(self) -> None:
        """Forget where edges were."""
        self._cutter.end_scene()


def _recolour(image: BGR, alpha: Matte, hard: Matte, wanted: tuple[float, ...]) -> None:
    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB)
    own = cv2.mean(lab, hard)[:3]
    shift = [there - here for there, here in zip(wanted, own, strict=True)]
    moved = cv2.cvtColor(cv2.add(lab, (*shift, 0)), cv2.COLOR_LAB2BGR)
    share = cv2.merge([alpha, alpha, alpha])
    blended = cv2.add(
        cv2.multiply(moved, share, scale=1 / 255),
        cv2.multiply(image, cv2.bitwise_not(share), scale=1 / 255),
    )
    cv2.copyTo(blended, alpha, image)


def _lab_of(colour: str) -> tuple[float, ...]:
    bgr = np.array([[tuple(bytes.fromhex(colour.removeprefix("#")))[::-1]]], np.uint8)
    return tuple(float(value) for value in cv2.cvtColor(bgr, cv2.COLOR_BGR2LAB)[0, 0])


def _solid(image: BGR) -> BGR:
    return np.full_like(image, _SOLID)


def _pixels(image: BGR) -> BGR:
    height, width = image.shape[:2]
    step = max(height, width) / _PIXELS
    size = max(1, round(width / step)), max(1, round(height / step))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _blurred(image: BGR) -> BGR:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(image.shape[:2]) / 6), np.uint8)


_COVERED: Mapping[How, Callable[[BGR], BGR]] = {
    "solid": _solid,
    "pixels": _pixels,
    "blur": _blurred,
}
