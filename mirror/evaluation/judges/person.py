"""Person masks: how well they lie, and who was found."""

from __future__ import annotations

from mirror.evaluation.judges import Figure, Judge, Seen, Verdict, mean
from mirror.evaluation.judges.heights import Heights
from mirror.evaluation.judges.labelled_person import best_overlapping, everybody
from mirror.evaluation.metrics.boundary import boundary_f, narrow_radius
from mirror.evaluation.metrics.overlap import Mask, iou
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Sample, Truth
from pipeline.frame import BGR

_KEYS = ("iou", "f_2px", "f_075")


class PersonJudge(Judge):
    """Judges person masks, and recall by height where everybody is labelled.

    Args:
        single: only one person is labelled: whoever overlaps them most is judged.
        apart: the labelled people are told apart, so that they can be counted.
    """

    def __init__(self, single: bool, apart: bool = True) -> None:
        self._single, self._apart = single, apart
        self._rows: list[dict[str, Figure]] = []
        self._heights = Heights(single)

    def see(self, sample: Sample, image: BGR, truth: Truth, found: Prediction) -> Seen:
        """See ``Judge``."""
        labelled, anybody, judged = everybody(truth, found)
        chosen = best_overlapping(truth, found) if self._single else anybody
        row: dict[str, Figure] = dict(_masks(labelled, chosen, judged))
        if self._single:
            of_all = row if chosen is anybody else _masks(labelled, anybody, judged)
            row |= {f"everybody_{key}": of_all[key] for key in _KEYS}
        if self._apart:
            row |= self._heights.see(truth, found)
        self._rows.append(row)
        rank = row["iou"]
        assert rank is not None
        return Seen(sample.id, row, float(rank))

    def verdict(self) -> Verdict:
        """See ``Judge``. Masks' figures are means over pictures."""
        keys = [key for key in self._rows[0] if key.endswith(_KEYS)] if self._rows else []
        figures: dict[str, Figure] = {key: mean(row[key] for row in self._rows) for key in keys}
        people = self._heights.verdict()
        return Verdict(figures | people.figures, "iou", people.tables)


def _masks(truth: Mask, found: Mask, judged: Mask) -> dict[str, float]:
    radii = (2, narrow_radius(*truth.shape))
    f_2px, f_075 = boundary_f(truth, found, radii, judged)
    return {"iou": iou(truth, found, judged), "f_2px": f_2px, "f_075": f_075}
