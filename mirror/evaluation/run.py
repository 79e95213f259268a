"""One system judged on one data set."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mirror.evaluation.judges import Judge, Seen, Verdict
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.systems import System
from mirror.evaluation.truth import DataSet, Sample, Truth
from mirror.jobs.frame_progress import FrameProgress
from pipeline.frame import BGR

Watch = Callable[[Seen, BGR, Truth, Prediction], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out.

    Attributes:
        dataset: its name.
        pictures: one a picture that was judged, in order.
        verdict: of them all.
        remarks: what was left out, and why.
    """

    dataset: str
    pictures: tuple[Seen, ...]
    verdict: Verdict
    remarks: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        return {
            "dataset": self.dataset,
            "judged": len(self.pictures),
            "figures": dict(self.verdict.figures),
            "tables": {
                title: {name: dict(row) for name, row in rows.items()}
                for title, rows in self.verdict.tables.items()
            },
            "pictures": [{"id": seen.id, **seen.figures} for seen in self.pictures],
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pictures of a data set are judged.

    Attributes:
        half: ``even`` or ``odd`` places in the order of names, from 0; None: all. Fit on one half,
            judge on the other.
        limit: the first so many of the data set; None: all.
    """

    half: str | None = None
    limit: int | None = None

    def judged(self, dataset: DataSet) -> Sequence[Sample]:
        """Return the pictures that are judged, in order."""
        first = dataset.samples[: self.limit]
        return first if self.half is None else first[("even", "odd").index(self.half) :: 2]

    def looked_at(self, dataset: DataSet) -> Sequence[Sample]:
        """Return the pictures that a system is shown: of a clip all, judged or not."""
        return dataset.samples[: self.limit] if dataset.clip else self.judged(dataset)


def judge(
    system: System,
    dataset: DataSet,
    judge: Judge,
    selection: Selection,
    progress: FrameProgress,
    watch: Watch | None = None,
) -> Outcome:
    """Judge a system on a data set.

    Args:
        system: what is judged.
        dataset: by which.
        judge: new, for this data set.
        selection: which pictures.
        progress: entered by the caller.
        watch: is shown every judged picture.

    Raises:
        BadDataSet: a picture or its truth cannot be read.
    """
    judged = {sample.id for sample in selection.judged(dataset)}
    pictures = []
    answers = system.answers(dataset, selection.looked_at(dataset))
    began_at = time.monotonic()
    for number, (sample, image, found) in enumerate(answers, 1):
        if sample.id in judged:
            truth = sample.truth(image)
            seen = judge.see(sample, image, truth, found)
            pictures.append(seen)
            if watch is not None:
                watch(seen, image, truth, found)
        progress.show(number, number / (time.monotonic() - began_at))
    verdict = judge.verdict()
    if system.cpu_ms is not None:
        verdict.figures["cpu_ms"] = system.cpu_ms
    return Outcome(dataset.name, tuple(pictures), verdict, (*dataset.remarks, *system.remarks))
