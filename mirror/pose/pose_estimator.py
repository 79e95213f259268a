"""Looks at people as well as a quality asks for."""

from __future__ import annotations

import numpy as np

from mirror.core.settings import Quality
from mirror.pose.crop_correction import estimate, tilted_back
from mirror.pose.landmark_network import CarefulNetwork, LandmarkNetwork, Looks, PoseEstimate
from mirror.pose.plausibility import is_collapsed
from mirror.tracking.crop import Crop
from mirror.tracking.crop_planner import PersonCrop
from pipeline.frame import BGR

_UNKNOWN = 0.0  # calm of whoever is new: nothing has been seen of how they move


class PoseEstimator:
    """Looks at people in frames, in any order; without memory. One thread.

    A picture by itself, the first of a scene, and whoever is new or was searched for thoroughly are
    looked at carefully: searching takes longer in any case, and nothing else is known of them.

    Args:
        threads: that the networks compute with.
        quality: fast looks at everybody once. Balanced looks carefully at whoever is new or was
            seen with left and right in one place, with the full network at two who move with the
            whole body, and again at whoever may have left their square. Best looks carefully at
            everybody in every frame.
    """

    def __init__(self, threads: int, quality: Quality) -> None:
        self._quality = quality
        lite = None if quality == "best" else LandmarkNetwork(threads)
        full = lite if quality == "fast" else LandmarkNetwork(threads, "full")
        assert full is not None
        self._lite, self._full = lite or full, full
        self._careful: Looks = CarefulNetwork(full)

    def warm_up(self) -> None:
        """Run every network once: the first run takes longer than those that follow."""
        for network in {self._lite, self._full}:
            network.estimate(np.zeros((8, 8, 3), np.uint8), Crop(4.0, 4.0, 8.0, 0.0))

    def __call__(self, image: BGR, person: PersonCrop) -> PoseEstimate:
        """Return what is seen of one person in (H, W, 3) uint8 BGR."""
        if self._quality == "fast":
            return self._lite.estimate(image, person.crop)
        is_new = person.calm == _UNKNOWN
        if is_new or person.is_verified or self._quality == "best":
            return estimate(self._careful, image, person)
        usual = self._full if person.is_mover else self._lite
        seen = estimate(usual, image, person, larger=self._full)
        if not is_collapsed(seen, person):
            return seen
        # a square that leans otherwise is most often answered well, for a third of a careful look
        tilted = tilted_back(person.crop)
        again = usual.estimate(image, tilted)
        if is_collapsed(again, person):
            again = self._careful.estimate(image, tilted)
        return seen if is_collapsed(again, person) else again
