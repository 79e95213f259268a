"""The built-in parser: several people, 14 parts, 33 landmarks each, no download.

In order, ``prepare`` finds people now and then and carries them by the optical flow in between;
out of order, workers look at each person's square; in order again, ``settle`` steadies what they
saw and composes the label map.
"""

from __future__ import annotations

from collections.abc import Callable

from mirror.core.label_set import label_set
from mirror.core.settings import Quality
from mirror.parsers.builtin.settle import Settle
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.pose_estimator import PoseEstimator
from mirror.pose.search_models import SearchModels
from mirror.tracking.crop_planner import CropPlan, CropPlanner
from pipeline.frame import Frame

__all__ = ["BuiltIn"]


class BuiltIn:
    """The kind of parser that ships with the product.

    Args:
        is_thorough: whether people are looked for in many views all the time, and not in pictures
            that are held only; a live source is not, which cannot wait.
        quality: see ``PoseEstimator``.
    """

    name = "built-in"
    worker_memory_mb = 60

    def __init__(self, is_thorough: bool = False, quality: Quality = "balanced") -> None:
        self.parts = label_set("built-in")
        self._is_thorough, self._quality = is_thorough, quality
        self._search = SearchModels()

    def make_prepare(self, live: bool) -> CropPlanner:
        """Return the ordered step before the workers."""
        return self._search.planner(live, self._is_thorough)

    def make_parse(self, threads: int) -> Callable[[Frame, CropPlan], tuple[PoseEstimate, ...]]:
        """Load and warm up one model copy. Called in the worker's own thread."""
        estimator = PoseEstimator(threads, self._quality)
        estimator.warm_up()

        def parse(frame: Frame, plan: CropPlan) -> tuple[PoseEstimate, ...]:
            return tuple(estimator(frame.bgr, person) for person in plan)

        return parse

    def make_settle(self) -> Settle:
        """Return the ordered step after the workers."""
        return Settle()
