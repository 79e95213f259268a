"""Body parts: how well each lies, and whether left is left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirror.evaluation.class_mapping import Comparison
from mirror.evaluation.judges import Figure, Judge, Seen, Verdict
from mirror.evaluation.judges.labelled_person import best_overlapping
from mirror.evaluation.metrics.confusion import Confusion, sides_exchanged
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Sample, Truth
from pipeline.frame import BGR


class PartsJudge(Judge):
    """Judges part labels in every set of classes that truth and system share.

    Args:
        single: only one person is labelled: the parts of whoever overlaps them most are judged.
        comparisons: the finest first, which is what single pictures are ranked by.
    """

    def __init__(self, single: bool, comparisons: Sequence[Comparison]) -> None:
        self._single, self._comparisons = single, comparisons
        self._counts = [Confusion(len(one.names)) for one in comparisons]
        self._sides: list[bool] = []

    def see(self, sample: Sample, image: BGR, truth: Truth, found: Prediction) -> Seen:
        """See ``Judge``."""
        assert truth.parts is not None
        assert found.parts is not None
        labels = found.parts
        if self._single:
            labels = np.where(best_overlapping(truth, found), labels, 0).astype(np.uint8)
        row: dict[str, Figure] = {}
        for comparison, counts in zip(self._comparisons, self._counts, strict=True):
            theirs, ours = comparison.of_truth(truth.parts), comparison.of_found(labels)
            here = Confusion(len(comparison.names))
            here.add(theirs, ours)
            counts.counts += here.counts
            row[f"miou_{len(comparison.names)}"] = here.mean_iou()
        finest = self._comparisons[0]
        exchanged = sides_exchanged(
            finest.of_truth(truth.parts), finest.of_found(labels), finest.side_pairs
        )
        if exchanged is not None:
            self._sides.append(exchanged)
            row["sides_exchanged"] = int(exchanged)
        rank = row[f"miou_{len(finest.names)}"]
        return Seen(sample.id, row, 1.0 if rank is None else float(rank))

    def verdict(self) -> Verdict:
        """See ``Judge``. IoU is over all pixels of all pictures together."""
        figures: dict[str, Figure] = {}
        tables = {}
        for comparison, counts in zip(self._comparisons, self._counts, strict=True):
            size = len(comparison.names)
            figures[f"miou_{size}"] = counts.mean_iou()
            figures[f"mean_accuracy_{size}"] = counts.mean_accuracy()
            figures[f"pixel_accuracy_{size}"] = counts.pixel_accuracy()
            ious = {
                name: {"iou": None if np.isnan(value) else float(value)}
                for name, value in zip(comparison.names, counts.ious(), strict=True)
            }
            tables[f"IoU in the classes of {comparison.classes}"] = ious
        figures["sides_exchanged"] = sum(self._sides)
        figures["sides_told"] = len(self._sides)
        return Verdict(figures, f"miou_{len(self._comparisons[0].names)}", tables)
