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
from mirror.progress import FrameProgress
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

    def within(self, samples: Sequence[Sample]) -> tuple[list[Sample], set[str]]:
        """Return the pictures of the data set that count at all, and the ids of the judged ones."""
        first = list(samples[: self.limit])
        places = {"even": (0,), "odd": (1,), None: (0, 1)}[self.half]
        return first, {sample.id for place in places for sample in first[place::2]}


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
        selection: which pictures. All frames of a clip are looked at, judged or not.
        progress: entered by the caller.
        watch: is shown every judged picture.

    Raises:
        BadDataSet: a picture or its truth cannot be read.
    """
    samples, judged = selection.within(dataset.samples)
    if not dataset.clip:
        samples = [sample for sample in samples if sample.id in judged]
    pictures = []
    began_at = time.monotonic()
    for number, (sample, image, found) in enumerate(system.answers(dataset, samples), 1):
        if sample.id in judged:
            truth = sample.truth(image)
            seen = judge.see(sample, image, truth, found)
            pictures.append(seen)
            if watch is not None:
                watch(seen, image, truth, found)
        progress.show(number, number / (time.monotonic() - began_at))
    return Outcome(dataset.name, tuple(pictures), judge.verdict(), dataset.remarks)
