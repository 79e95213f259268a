"""What is judged: parsers of ours, and label maps that others have left on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import DataSet, Sample
from pipeline.frame import BGR

Answer = tuple[Sample, BGR, Prediction]


class System(Protocol):
    """Something that says who and what is in pictures.

    Attributes:
        name: for tables.
        parts: names of its parts in the order of their ids; None where it tells no parts.
        cpu_ms: CPU time a picture of the last data set, known after its answers; None where it is
            not known.
        remarks: what else is to be said of them, known after its answers.
    """

    name: str
    parts: Sequence[str] | None
    cpu_ms: float | None
    remarks: tuple[str, ...]

    def answers(self, dataset: DataSet, samples: Sequence[Sample]) -> Iterator[Answer]:
        """Yield each picture with what is said of it, in order.

        Args:
            dataset: where the samples are from; whether they are a clip counts.
            samples: of the data set, in its order.
        """
        ...
