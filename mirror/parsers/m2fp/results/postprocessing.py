"""What a network answered, read straight into a label map and people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap
from mirror.parsers.m2fp.preprocessing import Placement
from mirror.parsers.m2fp.results.class_planes import AROUND, class_planes, sigmoid
from mirror.parsers.m2fp.results.label_map import CELL, Contest, Plane, label_map, resized

_SAME = 0.6  # intersection over union from which two masks are of one person
_NOBODY = 0.5  # what a mask must exceed to be anybody's
_COUNTS = 1e-5  # a query that scores less in every class moves no border that anybody could see


@dataclass(frozen=True, slots=True, eq=False)
class NetworkOutput:
    """A network's output for one picture.

    Attributes:
        logits: (queries, classes + 1) float32; the last class is "no object".
        masks: (queries, h / 4, w / 4) float32 logits, of an input of (h, w).
    """

    logits: NDArray[np.float32]
    masks: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Human:
    """One whole person that a network found.

    Attributes:
        score: 0-1, its class's times the mean of its mask.
        box: x0, y0, x1, y1 in pixels of the picture.
        mask: (h / 4, w / 4) float32, 0-1.
    """

    score: float
    box: tuple[float, float, float, float]
    mask: Plane


def class_scores(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (queries, classes) float32, 0-1: a softmax with "no object" left out."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True))[:, :-1]
    return shares


def parts_of(output: NetworkOutput, parts: int, placement: Placement) -> LabelMap:
    """Return (H, W) uint8: the part that all queries together favour at each pixel.

    The sum over queries of class score times mask, as ModelScope reads a semantic map.

    Args:
        output: the network's.
        parts: how many classes, from the first, are parts; the background is one of them.
        placement: where the picture lay in the input.
    """
    scores = class_scores(output.logits)[:, :parts]
    counting = scores.max(axis=1) > _COUNTS
    if not counting.any():
        return np.zeros((placement.height, placement.width), np.uint8)
    masks = output.masks if counting.all() else output.masks[counting]
    return label_map(class_planes(scores[counting], masks), placement)


def humans_of(
    output: NetworkOutput, human: int, least_score: float, placement: Placement
) -> list[Human]:
    """Return the whole people that score enough, the surest first, each once."""
    scores = class_scores(output.logits)[:, human]
    found: list[Human] = []
    for query in np.argsort(-scores, kind="stable"):
        if scores[query] <= least_score:  # a mask's mean is at most 1
            break
        mask = sigmoid(output.masks[query])
        inside = mask > _NOBODY
        if not inside.any():
            continue
        score = float(scores[query] * mask[inside].mean())
        if score > least_score:
            found.append(Human(score, _box(inside, placement), mask))
    return _each_once(sorted(found, key=lambda person: -person.score))


def instances_of(humans: Sequence[Human], placement: Placement) -> LabelMap:
    """Return (H, W) uint8: the place from 1 of the person whose pixel each is; 0 is nobody's."""
    if not humans:
        return np.zeros((placement.height, placement.width), np.uint8)
    height, width = placement.size
    nobody = np.full(placement.size, _NOBODY, np.float32)
    planes = [resized(person.mask, height, width) for person in humans]
    cells = [cv2.dilate(person.mask, AROUND) > _NOBODY for person in humans]
    everywhere = np.ones_like(cells[0])
    contest = Contest(range(len(humans) + 1), [nobody, *planes], [everywhere, *cells])
    return label_map(contest, placement)


def _each_once(humans: list[Human]) -> list[Human]:
    kept: list[Human] = []
    for person in humans:
        inside = person.mask > _NOBODY
        if all(_overlap(inside, other.mask > _NOBODY) < _SAME for other in kept):
            kept.append(person)
    return kept


def _overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    union = int(np.count_nonzero(one | other))
    return int(np.count_nonzero(one & other)) / max(1, union)


def _box(inside: NDArray[np.bool_], placement: Placement) -> tuple[float, float, float, float]:
    left, top, across, down = cv2.boundingRect(inside.view(np.uint8))
    x0, y0, x1, y1 = placement.inside
    wide, high = placement.width / (x1 - x0), placement.height / (y1 - y0)

    def placed(cell: int, start: int, scale: float, length: int) -> float:
        return min(max((cell * CELL - start) * scale, 0.0), float(length))

    return (
        placed(left, x0, wide, placement.width),
        placed(top, y0, high, placement.height),
        placed(left + across, x0, wide, placement.width),
        placed(top + down, y0, high, placement.height),
    )
