"""Looks at people of whom no more is known than a box, as another network's people are."""

from __future__ import annotations

from mirror.core.instance_map import Box
from mirror.pose.landmark_network import CarefulNetwork, LandmarkNetwork, PoseEstimate
from mirror.tracking.crop import MARGIN, Crop
from mirror.tracking.crop_placement import square_round
from pipeline.frame import BGR

_THERE = 0.5  # presence from which somebody is believed to be in the square
_SAME = 0.02  # of a square's side: one that is no farther off shows nothing new


class BoxPoseEstimator:
    """Finds one person's landmarks in a box or a square; without memory. One thread.

    It looks carefully: the small network is often far off in a square that fits as badly as that of
    a box does, and whoever finds the boxes takes longer than any look.

    Args:
        threads: that the network computes with.
    """

    def __init__(self, threads: int) -> None:
        self._network = CarefulNetwork(LandmarkNetwork(threads, "full"))

    def in_box(self, image: BGR, box: Box) -> PoseEstimate | None:
        """Return what is seen of whoever fills a box in (H, W, 3) uint8 BGR; None is nobody."""
        return self.in_crop(image, square_round(box, MARGIN))

    def in_crop(self, image: BGR, crop: Crop) -> PoseEstimate | None:
        """Return what is seen of whoever is in a square; None is nobody."""
        seen = self._network.estimate(image, crop)
        if not _is_near(seen.circle, crop):
            # a box says nothing of where the hips are and how the body leans; the network does
            again = self._network.estimate(image, seen.circle)
            seen = max(seen, again, key=lambda estimate: estimate.presence)
        return seen if seen.presence >= _THERE else None


def _is_near(one: Crop, other: Crop) -> bool:
    off = max(abs(one.x - other.x), abs(one.y - other.y), abs(one.side - other.side))
    return off <= _SAME * other.side and abs(one.angle - other.angle) <= _SAME
