"""Looks at the people of one picture in many squares, and says which look fits a box best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import Box
from mirror.pose.landmark_network import CarefulNetwork, LandmarkNetwork, Looks, PoseEstimate
from mirror.tracking.box_tracks import overlap
from mirror.tracking.crop import MARGIN, Crop
from mirror.tracking.crop_placement import square_round
from pipeline.frame import BGR

_THERE = 0.5  # presence from which somebody is believed to be there
_PERHAPS = 0.3  # presence from which it is worth looking from where the network would rather look
_FITS = 0.6  # overlap of a mask's box with a person's, below which the mask is not the person's
_FITS_WELL = 0.85  # and from which no other look will be much better
_ROOMS = (MARGIN, 1.0, 1.5)  # sides of squares over the longer side of a box
_CAREFUL_LOOKS = 3  # at most, for one box
_ONE = 0.5  # of two masks together, from which they are one person's
_INSIDE = 0.7  # of either mask, from which it is a piece of the other
_MASKS = 192  # pixels of the longer side of the picture in which masks are compared

Mask = NDArray[np.bool_]


class LandmarkNetworks:
    """The networks that look, loaded once."""

    def __init__(self) -> None:
        self.lite, self.full = LandmarkNetwork(), LandmarkNetwork(size="full")
        self.careful = CarefulNetwork(self.full)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What was seen in one square, and the mask of it in a small picture."""

    seen: PoseEstimate
    mask: Mask

    @property
    def is_somebody(self) -> bool:
        """Whether a person was seen."""
        return self.seen.presence >= _THERE and bool(self.mask.any())

    def meets(self, other: Look) -> bool:
        """Return whether both saw one person, or one of them a piece of whom the other saw."""
        shared = np.count_nonzero(self.mask & other.mask)
        areas = np.count_nonzero(self.mask), np.count_nonzero(other.mask)
        return bool(shared > _ONE * (sum(areas) - shared) or shared > _INSIDE * min(areas))


class PictureLooks:
    """Looks at one picture. One thread.

    Args:
        networks: that look.
        image: (H, W, 3) uint8 BGR.
    """

    def __init__(self, networks: LandmarkNetworks, image: BGR) -> None:
        self._networks, self._image = networks, image
        self._scale = min(1.0, _MASKS / max(image.shape[:2]))

    def at(self, crop: Crop) -> Look:
        """Return what is seen in a square, or where the network would rather have looked."""
        seen = self._networks.lite.estimate(self._image, crop)
        if seen.presence >= _PERHAPS:
            again = self._networks.lite.estimate(self._image, seen.circle)
            seen = max(seen, again, key=lambda estimate: estimate.presence)
        return self._look(seen)

    def in_box(self, box: Box, squares: Sequence[Crop]) -> Look | None:
        """Return the look at whoever fills a box whose mask fills it best; None: none does.

        Where people sit close together, the network takes the neighbour or both in one square, and
        the right one in another, equally sure of each. The box says which answer to believe.

        Args:
            box: round one person.
            squares: to look at, beside those that the box says.
        """
        looks = sorted(self._somebody(box, squares), key=lambda look: -self.fit(look, box))
        best, most = None, _FITS
        for look in looks[:_CAREFUL_LOOKS]:
            if self.fit(look, box) < _FITS or most >= _FITS_WELL:
                break
            careful = self._look(self._networks.careful.estimate(self._image, look.seen.crop))
            if careful.is_somebody and (fit := self.fit(careful, box)) >= most:
                best, most = careful, fit
        return best

    def fit(self, look: Look, box: Box) -> float:
        """Return the overlap of a box with that round the mask of a look, 0-1."""
        x, y, across, down = cv2.boundingRect(look.mask.astype(np.uint8))
        x0, y0, x1, y1 = (side / self._scale for side in (x, y, x + across, y + down))
        return overlap((x0, y0, x1, y1), box)

    def _somebody(self, box: Box, squares: Sequence[Crop]) -> Iterator[Look]:
        """Look until somebody fills the box well, first with the network that costs less."""
        upright = [square_round(box, room) for room in _ROOMS]
        for network in (self._networks.lite, self._networks.full):
            for square in (*squares, *upright):
                fits = 0.0
                for look in self._twice(network, square):
                    if look.is_somebody:
                        fits = max(fits, self.fit(look, box))
                        yield look
                if fits >= _FITS_WELL:
                    return

    def _twice(self, network: Looks, square: Crop) -> Iterator[Look]:
        """What is seen in a square, and where the network would rather have looked."""
        seen = network.estimate(self._image, square)
        yield self._look(seen)
        yield self._look(network.estimate(self._image, seen.circle))

    def _look(self, seen: PoseEstimate) -> Look:
        height, width = self._image.shape[:2]
        size = max(1, round(width * self._scale)), max(1, round(height * self._scale))
        matrix = seen.crop.to_image * self._scale
        logits = cv2.warpAffine(seen.mask, matrix, size, flags=cv2.INTER_LINEAR, borderValue=-1.0)
        return Look(seen, logits > 0)
