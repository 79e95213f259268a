"""Looks at people as well as a quality asks for."""

from __future__ import annotations

import numpy as np

from mirror.core.settings import Quality
from mirror.pose.crop_correction import estimate, tilted_back
from mirror.pose.landmark_network import CarefulNetwork, LandmarkNetwork, PoseEstimate
from mirror.pose.plausibility import is_collapsed
from mirror.tracking.crop import Crop
from mirror.tracking.crop_planner import PersonCrop
from pipeline.frame import BGR

_UNKNOWN = 0.0  # calm of whoever is new: nothing has been seen of how they move


class PoseEstimator:
    """Looks at people in frames, in any order; without memory. One thread.

    A picture by itself, the first of a scene, and whoever is new are looked at carefully: they are
    searched for in any case, which takes longer, and nothing else is known of them.

    Args:
        threads: that the networks compute with.
        quality: fast looks at everybody once; balanced carefully at whoever is new or was seen with
            left and right in one place, and again at whoever may have left their square; best
            carefully at everybody in every frame.
    """

    def __init__(self, threads: int, quality: Quality) -> None:
        self._is_fast = quality == "fast"
        self._usual = CarefulNetwork(threads) if quality == "best" else LandmarkNetwork(threads)
        self._careful = CarefulNetwork(threads) if quality == "balanced" else self._usual

    def warm_up(self) -> None:
        """Run every network once: the first run takes longer than those that follow."""
        for network in {self._usual, self._careful}:
            network.estimate(np.zeros((8, 8, 3), np.uint8), Crop(4.0, 4.0, 8.0, 0.0))

    def __call__(self, image: BGR, person: PersonCrop) -> PoseEstimate:
        """Return what is seen of one person in (H, W, 3) uint8 BGR."""
        if self._is_fast:
            return self._usual.estimate(image, person.crop)
        if person.calm == _UNKNOWN or self._careful is self._usual:
            return estimate(self._careful, image, person)
        seen = estimate(self._usual, image, person)
        if not is_collapsed(seen, person):
            return seen
        # a square that leans otherwise is most often answered well, for a third of a careful look
        tilted = tilted_back(person.crop)
        again = self._usual.estimate(image, tilted)
        if is_collapsed(again, person):
            again = self._careful.estimate(image, tilted)
        return seen if is_collapsed(again, person) else again
