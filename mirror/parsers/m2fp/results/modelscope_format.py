"""ModelScope's own form of a result: masks that may overlap, their labels and their scores.

For whoever has code that reads it. Slower than a label map, but it enlarges one query at a time
and only those that are in the result, where ModelScope enlarges all of them at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.parsers.m2fp.network.configuration import Settings
from mirror.parsers.m2fp.preprocessing import Placement
from mirror.parsers.m2fp.results.class_planes import sigmoid
from mirror.parsers.m2fp.results.label_map import Plane, resized
from mirror.parsers.m2fp.results.postprocessing import NetworkOutput, class_scores

_MOST = 100  # pairs of a query and a class that are looked at; test_topk_per_image there
_LEAST_SCORE = 0.1
_TOGETHER = 10  # queries that are enlarged at once: 8 MB of an input of 384x512


@dataclass(frozen=True, slots=True, eq=False)
class ModelScopeResult:
    """What ModelScope's pipeline calls masks, labels and scores.

    Attributes:
        masks: (N, H, W) bool at the picture's own size; those of several people may overlap.
        labels: N class names as in the configuration; parts first, then whole people.
        ids: N places of those names in the configuration's classes.
        scores: N, 0-1.
    """

    masks: NDArray[np.bool_]
    labels: tuple[str, ...]
    ids: tuple[int, ...]
    scores: tuple[float, ...]


def modelscope_result(
    output: NetworkOutput, settings: Settings, placement: Placement
) -> ModelScopeResult:
    """Return what ModelScope's pipeline would, by descending score among parts and among people."""
    found = _semantic(output, placement) if settings.single else _instances(output, placement)
    if not settings.single:
        human = len(settings.classes) - 1
        found = [entry for entry in found if entry[0] != 0]  # the background is no part
        found.sort(key=lambda entry: (entry[0] == human, -entry[1]))
    shape = (0, placement.height, placement.width)
    return ModelScopeResult(
        np.stack([mask for _, _, mask in found]) if found else np.zeros(shape, np.bool_),
        tuple(settings.classes[label] for label, _, _ in found),
        tuple(label for label, _, _ in found),
        tuple(score for _, score, _ in found),
    )


_Entry = tuple[int, float, NDArray[np.bool_]]


def _instances(output: NetworkOutput, placement: Placement) -> list[_Entry]:
    """The best pairs of query and class, each with its mask; enlarged before they are judged."""
    scores = class_scores(output.logits)
    best = np.argsort(-scores.ravel(), kind="stable")[:_MOST]
    entries: list[_Entry] = []
    enlarged: dict[int, tuple[NDArray[np.bool_], float]] = {}
    for query, label in zip(*np.unravel_index(best, scores.shape), strict=True):
        if scores[query, label] <= _LEAST_SCORE:  # a mask's mean is at most 1
            break
        if query not in enlarged:
            logits = _to_picture(resized(output.masks[query], *placement.size), placement)
            inside = logits > 0
            mean = sigmoid(logits[inside]).sum(dtype=np.float64) / (inside.sum() + 1e-6)
            enlarged[query] = inside, float(mean)
        inside, mean = enlarged[query]
        if (score := float(scores[query, label]) * mean) > _LEAST_SCORE:
            entries.append((int(label), score, inside))
    return entries


def _semantic(output: NetworkOutput, placement: Placement) -> list[_Entry]:
    """Every class that is anywhere the highest, with where that is."""
    planes = _semantic_planes(output, placement)
    labels = planes.argmax(axis=0)
    entries: list[_Entry] = []
    for label in np.unique(labels):
        mask = labels == label
        score = sigmoid(planes[label][mask]).sum(dtype=np.float64) / (mask.sum() + 1)
        entries.append((int(label), float(score), mask))
    return entries


def _semantic_planes(output: NetworkOutput, placement: Placement) -> NDArray[np.float32]:
    """(classes, H, W): the sum over queries of class score times mask, at the input's size."""
    scores = class_scores(output.logits)
    height, width = placement.size
    planes = np.zeros((scores.shape[1], height * width), np.float32)
    for first in range(0, len(scores), _TOGETHER):
        some = slice(first, first + _TOGETHER)
        masks = np.stack([resized(mask, height, width) for mask in output.masks[some]])
        planes += scores[some].T @ sigmoid(masks).reshape(len(masks), -1)
    return np.stack([_to_picture(plane, placement) for plane in planes.reshape(-1, height, width)])


def _to_picture(plane: Plane, placement: Placement) -> Plane:
    """Cut off what was padded, and enlarge what is left."""
    x0, y0, x1, y1 = placement.inside
    return resized(plane[y0:y1, x0:x1], placement.height, placement.width)
