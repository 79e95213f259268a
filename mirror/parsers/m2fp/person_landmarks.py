"""Landmarks for people whom M2FP has found, by the built-in parser's network."""

from __future__ import annotations

from mirror.core.instance_map import Box
from mirror.core.label_set import LabelMap, LabelSet
from mirror.parsers.m2fp.labelled_sides import LabelledSides
from mirror.pose.box_pose import BoxPoseEstimator
from mirror.pose.landmark_network import PoseEstimate
from mirror.tracking.crop import Crop
from pipeline.frame import BGR

MEMORY_MB = 60  # of a worker's copy of the network, as of the built-in parser's


class PersonLandmarks:
    """Finds people's landmarks, or none if nobody asks for them. One thread; no memory.

    Args:
        estimator: None finds none.
        sides: says which side is left.
    """

    def __init__(self, estimator: BoxPoseEstimator | None, sides: LabelledSides) -> None:
        self._estimator, self._sides = estimator, sides

    @classmethod
    def of(cls, wanted: bool, threads: int, parts: LabelSet) -> PersonLandmarks:
        """Load a model copy, if one is needed. Called in the worker's own thread."""
        return cls(BoxPoseEstimator(threads) if wanted else None, LabelledSides(parts))

    def in_box(self, image: BGR, box: Box, labels: LabelMap) -> PoseEstimate | None:
        """Return what is seen of whoever fills a box; ``labels`` are of the whole picture."""
        if self._estimator is None:
            return None
        found = self._estimator.in_box(image, box)
        return None if found is None else self._sides(found, labels)

    def in_crop(
        self, image: BGR, crop: Crop, labels: LabelMap, origin: tuple[int, int]
    ) -> PoseEstimate | None:
        """Return what is seen of whoever is in a square; ``labels`` begin at ``origin``."""
        if self._estimator is None:
            return None
        found = self._estimator.in_crop(image, crop)
        return None if found is None else self._sides(found, labels, origin)
