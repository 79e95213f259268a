"""Mattes: how well a cut-out lies, and how much its edge flickers."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.evaluation.judges import Figure, Seen, Verdict, mean
from mirror.evaluation.judges.labelled_person import best_overlapping, everybody
from mirror.evaluation.metrics.boundary import boundary_f, narrow_radius
from mirror.evaluation.metrics.flicker import EdgeFlicker
from mirror.evaluation.metrics.overlap import Mask, iou
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Sample, Truth
from pipeline.frame import BGR

_REACH = 8  # pixels beyond somebody's mask that its soft edge may have


class MatteJudge:
    """Judges mattes, cut at one half, and over time where the pictures are a clip; see ``Judge``.

    Args:
        single: only one person is labelled: whoever overlaps them most is judged.
        clip: the pictures are frames of one video.
    """

    def __init__(self, single: bool, clip: bool) -> None:
        self._single = single
        self._flicker = (EdgeFlicker(), EdgeFlicker()) if clip else None
        self._rows: list[dict[str, Figure]] = []

    def see(self, sample: Sample, image: BGR, truth: Truth, found: Prediction) -> Seen:
        """See ``Judge``."""
        labelled, anybody, judged = everybody(truth, found)
        chosen = best_overlapping(truth, found) if self._single else anybody
        j = iou(labelled, chosen, judged)
        radii = (2, narrow_radius(*labelled.shape))
        f_2px, f_075 = boundary_f(labelled, chosen, radii, judged)
        row: dict[str, Figure] = {"j": j, "f_2px": f_2px, "f_075": f_075}
        if self._flicker is not None:
            of_found, of_truth = self._flicker
            row["flicker"] = of_found.flickered(image, _alpha_of(found, chosen))
            row["flicker_of_truth"] = of_truth.flickered(image, labelled.astype(np.uint8) * 255)
        self._rows.append(row)
        return Seen(sample.id, row, j)

    def verdict(self) -> Verdict:
        """See ``Judge``. Means over pictures."""
        keys = self._rows[0] if self._rows else {}
        return Verdict({key: mean(row[key] for row in self._rows) for key in keys}, "j")


def _alpha_of(found: Prediction, chosen: Mask) -> NDArray[np.uint8]:
    """The matte of the chosen people, with its soft edge and without other people's."""
    if found.alpha is None:
        return chosen.astype(np.uint8) * 255
    theirs = (found.persons > 0) & ~chosen
    near = cv2.dilate(chosen.astype(np.uint8), np.ones((2 * _REACH + 1,) * 2, np.uint8)) > 0
    return np.where(near & ~theirs, found.alpha, 0).astype(np.uint8)
