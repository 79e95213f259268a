"""Verifies with the landmark network whom the detector found in many views of a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.pose.landmark_network import LandmarkNetwork, PoseEstimate
from mirror.tracking.crop import Crop
from mirror.tracking.crop_placement import crop_round
from mirror.tracking.person_detector import Detection
from mirror.tracking.search_views import MOST_PEOPLE
from pipeline.frame import BGR

_THERE = 0.5  # presence from which somebody is believed to be there
_PERHAPS = 0.3  # presence from which it is worth looking from where the network would rather look
_OVERLAP = 0.5  # of two masks together, from which they are one person's
_INSIDE = 0.7  # of either mask, from which it is a piece of the other
_MASKS = 192  # pixels of the longer side of the picture in which masks are compared

Mask = NDArray[np.bool_]


class LandmarkVerifier:
    """Keeps whom the landmark network sees too, once each; loads it at the first call."""

    def __init__(self) -> None:
        self._network: LandmarkNetwork | None = None

    def __call__(self, image: BGR, found: Sequence[Detection]) -> list[Detection]:
        """Return who is there of those found in views of (H, W, 3) uint8 BGR, the surest first.

        The same person is found in many views, and so are pieces. The surest find counts, and of
        the others only those whose masks lie elsewhere.
        """
        network = self._network = self._network or LandmarkNetwork()
        looked: list[Crop] = []
        masks: list[Mask] = []
        people: list[Detection] = []
        for person in sorted(found, key=lambda person: -person.score):
            crop = crop_round(person.joints)
            if len(people) == MOST_PEOPLE or any(_is_same(crop, other) for other in looked):
                continue
            looked.append(crop)
            seen = _looked_at(network, image, crop)
            mask = _small(seen, *image.shape[:2])
            if seen.presence >= _THERE and mask.any() and not any(_meet(mask, m) for m in masks):
                masks.append(mask)
                people.append(replace(person, score=max(person.score, seen.presence)))
        return people


def _looked_at(network: LandmarkNetwork, image: BGR, crop: Crop) -> PoseEstimate:
    seen = network.estimate(image, crop)
    if seen.presence < _PERHAPS:
        return seen
    again = network.estimate(image, seen.circle)
    return max(seen, again, key=lambda estimate: estimate.presence)


def _small(seen: PoseEstimate, height: int, width: int) -> Mask:
    """The person's mask in a small picture."""
    scale = min(1.0, _MASKS / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    matrix = seen.crop.to_image * scale
    logits = cv2.warpAffine(seen.mask, matrix, size, flags=cv2.INTER_LINEAR, borderValue=-1.0)
    mask: Mask = logits > 0
    return mask


def _meet(one: Mask, other: Mask) -> bool:
    """Whether two masks are one person's, or one is a piece of the other."""
    shared, areas = np.count_nonzero(one & other), (np.count_nonzero(one), np.count_nonzero(other))
    return bool(shared > _OVERLAP * (sum(areas) - shared) or shared > _INSIDE * min(areas))


def _is_same(one: Crop, other: Crop) -> bool:
    """Whether there is nothing new to be seen in a square."""
    apart = np.hypot(one.x - other.x, one.y - other.y) / other.side
    turn = (one.angle - other.angle + np.pi) % (2 * np.pi) - np.pi
    return bool(apart < 0.06 and abs(np.log(one.side / other.side)) < 0.12 and abs(turn) < 0.2)
