"""Whom a picture's truth is held against, where only one person is labelled."""

from __future__ import annotations

import numpy as np

from mirror.evaluation.metrics.overlap import Mask, iou
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import UNJUDGED, Truth


def everybody(truth: Truth, found: Prediction) -> tuple[Mask, Mask, Mask]:
    """Return who is labelled and who is found as one mask each, and which pixels are judged."""
    judged = truth.persons != UNJUDGED
    return (truth.persons > 0) & judged, found.persons > 0, judged


def best_overlapping(truth: Truth, found: Prediction) -> Mask:
    """Return whoever was found that overlaps the labelled people most; nobody if nobody does.

    Where only one person is labelled, passers-by are neither right nor wrong.
    """
    labelled, anybody, judged = everybody(truth, found)
    if not found.tells_apart:
        return anybody
    best, most = np.zeros_like(anybody), 0.0
    for number in np.unique(found.persons):
        mask = found.persons == number
        if number and (overlap := iou(labelled, mask, judged)) > most:
            best, most = mask, overlap
    return best
