"""A person's outline corrected by colours, where motion alone does not say how far it went."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.frame import BGR

Mask = NDArray[np.uint8]  # (H, W); 0 is outside, 255 inside
Plane = NDArray[np.uint8]

_LONGER_SIDE = 160  # small pixels: what a region is shrunk to
_ROOM = 0.15  # of a person's box, on each side: what of the ground is looked at
_LEAST = 30  # small pixels of a person, and of the ground, below which colours tell nothing
_FLOOR = 1e-5  # share of a colour that was never seen
_SURE = 3.0  # log ratios beyond which a colour is no surer
_COLOUR = 0.6  # what a log ratio counts
_PLACE = 1.5  # what it counts to lie as far inside as the outline is uncertain
_GREY, _EDGE = 40, 128  # grey levels of one, and of the outline
_AROUND = 5  # small pixels that are looked at together


def _bins() -> NDArray[np.uint8]:
    """Sixteen of lightness, and sixteen of each other axis of Lab, of which the middle counts."""
    values = np.arange(256)
    others = np.clip((values - 64) >> 3, 0, 15)
    return np.stack([values >> 4, others, others], axis=-1).astype(np.uint8)[None]


_BINS = _bins()  # (1, 256, 3)


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of the picture, and how it is shrunk: by a whole number, a tenth of any other's cost.

    Attributes:
        x0, y0: where it begins, in pixels of the picture.
        rows, columns: of small pixels.
        side: of a small pixel, in pixels of the picture.
    """

    x0: int
    y0: int
    rows: int
    columns: int
    side: int

    @classmethod
    def round(cls, mask: Mask) -> Patch | None:
        """Return that round a mask with some ground; None where the mask is empty."""
        x, y, width, height = cv2.boundingRect(mask)
        if not width:
            return None
        room = int(_ROOM * max(width, height)) + 4
        x0, y0 = max(0, x - room), max(0, y - room)
        height = min(mask.shape[0], y + height + room) - y0
        width = min(mask.shape[1], x + width + room) - x0
        side = max(1, -(-max(height, width) // _LONGER_SIDE))
        return cls(x0, y0, height // side, width // side, side)

    @property
    def window(self) -> tuple[slice, slice]:
        """Its rows and columns of the picture."""
        return (
            slice(self.y0, self.y0 + self.rows * self.side),
            slice(self.x0, self.x0 + self.columns * self.side),
        )

    def shrunk(self, plane: Plane) -> Plane:
        """Return it of a plane, small: of every block the pixel in the middle."""
        middle = self.side // 2
        return np.ascontiguousarray(plane[self.window][middle :: self.side, middle :: self.side])

    def enlarged(self, small: Plane, how: int) -> Plane:
        """Return a small plane as large as it is in the picture."""
        size = self.columns * self.side, self.rows * self.side
        large: Plane = cv2.resize(small, size, interpolation=how)
        return large


@dataclass(frozen=True, slots=True, eq=False)
class Colours:
    """Which colours are a person's, and which the ground's round them.

    Attributes:
        ratios: (4096,) float32: log of how much likelier each colour is on the person.
    """

    ratios: NDArray[np.float32]

    @classmethod
    def of(cls, image: BGR, mask: Mask) -> Colours | None:
        """Learn from a picture and a person's mask; None where there is too little of either.

        Args:
            image: (H, W, 3) uint8 BGR.
            mask: (H, W), of the person.
        """
        patch = Patch.round(mask)
        if patch is None or not patch.rows or not patch.columns:
            return None
        pixels = _indices(image, patch)
        inside = patch.shrunk(mask) > 0
        person, ground = pixels[inside], pixels[~inside]
        if min(len(person), len(ground)) < _LEAST:
            return None
        ratios = np.log(_shares(person) / _shares(ground))
        return cls(np.clip(ratios, -_SURE, _SURE).astype(np.float32))

    def refine(self, image: BGR, mask: Mask, uncertain_px: float, patch: Patch) -> Mask:
        """Return the mask, moved by what the colours say, on a patch of the picture.

        A pixel's place counts by how far it lies from the mask's outline, in what that is
        uncertain by, and its colour by how much likelier it is on the person: two terms of a
        random field (Boykov and Jolly, ICCV 2001), decided pixel by pixel.

        Args:
            image: (H, W, 3) uint8 BGR.
            mask: (H, W), where motion has carried the person.
            uncertain_px: how far the outline may have strayed.
            patch: round the mask.
        """
        inside = patch.shrunk(mask)
        depth = cv2.distanceTransform(inside, cv2.DIST_L2, 3)
        depth -= cv2.distanceTransform(cv2.bitwise_not(inside), cv2.DIST_L2, 3)
        depth *= np.float32(patch.side / max(uncertain_px, 0.5))
        score = cv2.blur(self.ratios[_indices(image, patch)], (_AROUND, _AROUND))
        score *= np.float32(_COLOUR)
        score += np.clip(depth, -_SURE, _SURE) * np.float32(_PLACE)
        # enlarged as an 8-bit picture, at a third of the cost of floats
        grey = (np.clip(score, -_SURE, _SURE) * np.float32(_GREY) + np.float32(_EDGE)).astype(
            np.uint8
        )
        refined: Mask = cv2.compare(patch.enlarged(grey, cv2.INTER_LINEAR), _EDGE, cv2.CMP_GT)
        return refined


def _indices(image: BGR, patch: Patch) -> NDArray[np.int32]:
    """(rows, columns): the bin of each small pixel's colour."""
    size = patch.columns, patch.rows
    small = cv2.resize(image[patch.window], size, interpolation=cv2.INTER_AREA)
    lightness, one, other = cv2.split(cv2.LUT(cv2.cvtColor(small, cv2.COLOR_BGR2LAB), _BINS))
    indices = cv2.addWeighted(lightness, 256, one, 16, 0, dtype=cv2.CV_32S)
    return np.asarray(cv2.add(indices, other, dtype=cv2.CV_32S), np.int32)


def _shares(pixels: NDArray[np.int32]) -> NDArray[np.float32]:
    """(4096,): the share of each colour, and of those beside it."""
    counts = np.bincount(pixels, minlength=4096).astype(np.float32).reshape(16, 16, 16)
    counts = cv2.blur(counts, (3, 3), borderType=cv2.BORDER_CONSTANT)  # of the last axis's planes
    counts[1:-1] = counts[1:-1] * 0.5 + (counts[:-2] + counts[2:]) * 0.25
    shares: NDArray[np.float32] = (counts / max(1, len(pixels)) + np.float32(_FLOOR)).ravel()
    return shares
