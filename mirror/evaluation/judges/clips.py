"""Clips: how well the mask lies over time, and whether parts keep their label."""

from __future__ import annotations

import numpy as np

from mirror.evaluation.judges import Figure, Judge, Seen, Verdict, mean
from mirror.evaluation.judges.labelled_person import best_overlapping, everybody
from mirror.evaluation.metrics.boundary import boundary_f, davis_radius
from mirror.evaluation.metrics.overlap import iou
from mirror.evaluation.metrics.temporal_consistency import LabelFlow
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Sample, Truth
from pipeline.frame import BGR


class ClipJudge(Judge):
    """Judges the frames of one clip, in order.

    Args:
        single: only one person is labelled: whoever overlaps them most is judged.
    """

    def __init__(self, single: bool) -> None:
        self._single = single
        self._flow = LabelFlow()
        self._rows: list[dict[str, Figure]] = []

    def see(self, sample: Sample, image: BGR, truth: Truth, found: Prediction) -> Seen:
        """See ``Judge``."""
        labelled, anybody, judged = everybody(truth, found)
        chosen = best_overlapping(truth, found) if self._single else anybody
        j = iou(labelled, chosen, judged)
        (f,) = boundary_f(labelled, chosen, (davis_radius(*labelled.shape),), judged)
        row: dict[str, Figure] = {"j": j, "f": f}
        if found.parts is not None:
            parts = np.where(chosen, found.parts, 0).astype(np.uint8)
            row["labels_kept"] = self._flow.kept(image, parts)
        self._rows.append(row)
        return Seen(sample.id, row, j)

    def verdict(self) -> Verdict:
        """See ``Judge``. Means over frames, with recall and decay as DAVIS has them."""
        figures: dict[str, Figure] = {}
        for key in ("j", "f"):
            values = [float(row[key] or 0.0) for row in self._rows]
            figures[f"{key}_mean"] = mean(values)
            figures[f"{key}_recall"] = mean([float(value > 0.5) for value in values])
            figures[f"{key}_decay"] = decay(values)
        figures["j_and_f"] = mean([figures["j_mean"], figures["f_mean"]])
        figures["labels_kept"] = mean(row.get("labels_kept") for row in self._rows)
        return Verdict(figures, "j")


def decay(values: list[float]) -> float | None:
    """Return how much worse the last quarter of a clip is than its first; None below 4 frames.

    ``db_statistics`` of DAVIS's toolkit (Perazzi et al., CVPR 2016): quarters share their ends.
    """
    if len(values) < 4:
        return None
    ends = np.round(np.linspace(1, len(values), 5) + 1e-10).astype(int) - 1
    first, last = values[ends[0] : ends[1] + 1], values[ends[3] : ends[4] + 1]
    return float(np.mean(first) - np.mean(last))
