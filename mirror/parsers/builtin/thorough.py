"""Where to look for people when there is time, and whom to believe in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.parsers.builtin.crop import Crop
from mirror.parsers.builtin.detector import SIDE, Detection
from mirror.parsers.builtin.landmarks import LandmarkNetwork, Sighting
from mirror.parsers.builtin.square import crop_round
from pipeline.frame import BGR

MOST_PEOPLE = 20  # that are looked at in a picture that is searched thoroughly
_SIDES = (SIDE, 384, 512)  # pixels of the detector's views of the whole picture
_WINDOWS = (0.7, 0.45)  # sides of windows over the picture's shorter side
_LEAST_WINDOW = 128  # pixels: a smaller one shows no more, however much it is enlarged
_TURNS = (1, 2, 3)  # quarter turns, for whoever lies or stands on their head
_THERE = 0.5  # presence from which somebody is believed to be there
_PERHAPS = 0.3  # presence from which it is worth looking from where the network would rather look
_OVERLAP = 0.5  # of two masks together, from which they are one person's
_INSIDE = 0.7  # of either mask, from which it is a piece of the other
_MASKS = 192  # pixels of the longer side of the picture in which masks are compared

Window = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the picture
Mask = NDArray[np.bool_]


class Step(NamedTuple):
    """A part of the present frame to look at.

    Attributes:
        window: the part.
        side: pixels that its longer side is brought to.
        whole_only: whoever the window may cut is left out.
        turns: quarter turns, counter-clockwise, by which the part is turned first.
    """

    window: Window
    side: int
    whole_only: bool = False
    turns: int = 0


def views(height: int, width: int) -> Iterator[Step]:
    """Yield everything to look at in a picture."""
    whole = (0, 0, width, height)
    yield from (Step(whole, side) for side in _SIDES)
    for share in _WINDOWS:
        if share * min(height, width) >= _LEAST_WINDOW:
            yield from (Step(window, SIDE) for window in windows(height, width, share))
    yield from (Step(whole, SIDE, turns=turns) for turns in _TURNS)


def windows(height: int, width: int, share: float) -> Iterator[Window]:
    """Yield squares that overlap by half and cover the picture.

    Args:
        height: the picture's.
        width: the picture's.
        share: a square's side over the picture's shorter side.
    """
    side = max(1, round(share * min(height, width)))
    for y in _starts(height, side):
        for x in _starts(width, side):
            yield x, y, x + side, y + side


def turned_back(person: Detection, turns: int, height: int, width: int) -> Detection:
    """Return a person found in a picture of (height, width) that was turned, in the picture."""
    x, y = person.joints[:, 0].copy(), person.joints[:, 1].copy()
    joints = person.joints.copy()
    joints[:, 0] = (x, width - 1 - y, width - 1 - x, y)[turns]
    joints[:, 1] = (y, x, height - 1 - y, height - 1 - x)[turns]
    return replace(person, joints=joints)


class Doubter:
    """Believes in whom the landmark network sees, once each. Loads it when it is first asked."""

    def __init__(self) -> None:
        self._network: LandmarkNetwork | None = None

    def believed(self, image: BGR, found: Sequence[Detection]) -> list[Detection]:
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


def _looked_at(network: LandmarkNetwork, image: BGR, crop: Crop) -> Sighting:
    seen = network.look(image, crop)
    if seen.presence < _PERHAPS:
        return seen
    again = network.look(image, seen.circle)
    return max(seen, again, key=lambda sighting: sighting.presence)


def _small(seen: Sighting, height: int, width: int) -> Mask:
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


def _starts(length: int, side: int) -> list[int]:
    count = max(1, round(2 * (length - side) / side)) + 1
    return [round(place) for place in np.linspace(0, length - side, count)]
