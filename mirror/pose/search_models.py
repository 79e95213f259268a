"""The models that people are searched with, loaded once however many pictures there are."""

from __future__ import annotations

import functools
import threading

from mirror.pose.person_verifier import LandmarkVerifier
from mirror.tracking.crop_planner import CropPlanner
from mirror.tracking.person_detector import PersonDetector


class SearchModels(threading.local):
    """Makes steps that follow people; those made by one thread share its models.

    A step for a single picture is made for that picture only, and loading takes longer than
    searching does. Shared models may look for several steps at once: they have no memory.
    """

    def planner(self, live: bool, is_thorough: bool = False) -> CropPlanner:
        """Return a new step, which remembers nothing; see ``CropPlanner.of``."""
        # a live source's detector runs on a thread of its own, which is not to wait for others
        detector = PersonDetector() if live else self._detector
        return CropPlanner.of(detector, self._verify, live, is_thorough)

    @functools.cached_property
    def _detector(self) -> PersonDetector:
        return PersonDetector()

    @functools.cached_property
    def _verify(self) -> LandmarkVerifier:
        return LandmarkVerifier()
