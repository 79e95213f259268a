"""Which of the people found are which of the people labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap
from mirror.evaluation.metrics.overlap import Mask
from mirror.evaluation.truth import UNJUDGED

SAME = 0.5  # IoU from which somebody found is somebody labelled; PASCAL VOC's


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Who was found, missed, or made up.

    Attributes:
        ious: (truths, found) IoU of everybody labelled with everybody found.
        found_as: for everybody labelled, the place in ``found`` of who they were found as, or -1.
        false: for everybody found, whether nobody is there.
        truths: the labels of the rows of ``ious``.
        found: the labels of its columns.
    """

    ious: NDArray[np.float64]
    found_as: tuple[int, ...]
    false: tuple[bool, ...]
    truths: tuple[int, ...]
    found: tuple[int, ...]


def match(
    truth: LabelMap, found: LabelMap, scores: Sequence[float], least: float = SAME
) -> Matches:
    """Return who is who in two instance maps.

    As ``COCOeval`` does (Lin et al., ECCV 2014; pycocotools): the surest first, each takes the
    labelled person not yet taken that it overlaps most, from an IoU of ``least`` on. Who is left
    over is false, unless that share of them lies where nothing is judged, as with COCO's crowds.

    Args:
        truth: (H, W) uint8: from 1 one number a person, 255 not judged.
        found: (H, W) uint8: from 1 one number a person.
        scores: of the people found, in the order of their numbers.
        least: IoU.
    """
    judged = truth != UNJUDGED
    numbers = [int(label) for label in np.unique(truth[judged]) if label]
    theirs = [int(label) for label in np.unique(found) if label]
    ious = _ious(truth, found, judged, numbers, theirs)
    found_as, false = [-1] * len(numbers), [False] * len(theirs)
    for place in sorted(range(len(theirs)), key=lambda place: -_score(scores, theirs[place])):
        near = np.flatnonzero(ious[:, place] >= least)
        free = [int(row) for row in near if found_as[row] < 0]
        if free:
            found_as[max(free, key=lambda row: ious[row, place])] = place
        else:
            mine = found == theirs[place]
            unjudged = np.count_nonzero(mine & ~judged)
            false[place] = bool(unjudged < least * np.count_nonzero(mine))
    return Matches(ious, tuple(found_as), tuple(false), tuple(numbers), tuple(theirs))


def height_of(mask: Mask) -> int:
    """Return the rows of the box round a mask."""
    rows = np.flatnonzero(mask.any(axis=1))
    return int(rows[-1] - rows[0] + 1) if len(rows) else 0


def _ious(
    truth: LabelMap, found: LabelMap, judged: Mask, numbers: list[int], theirs: list[int]
) -> NDArray[np.float64]:
    pairs = truth[judged].astype(np.intp) * 256 + found[judged]
    counts = np.bincount(pairs, minlength=65536).reshape(256, 256).astype(np.float64)
    both = counts[np.ix_(numbers, theirs)]
    union = counts.sum(axis=1)[numbers, None] + counts.sum(axis=0)[None, theirs] - both
    return np.asarray(both / np.maximum(union, 1.0))


def _score(scores: Sequence[float], number: int) -> float:
    return scores[number - 1] if number <= len(scores) else 0.0
