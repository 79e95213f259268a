"""Each applies some metrics to one picture after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Sample, Truth
from pipeline.frame import BGR

Figure = float | int | None  # None: there is nothing that it could be of


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture, judged.

    Attributes:
        id: the picture's.
        figures: name -> figure.
        rank: what pictures are ordered by to find the worst: less is worse.
    """

    id: str
    figures: Mapping[str, Figure]
    rank: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A data set, judged.

    Attributes:
        figures: name -> figure of the whole set.
        ranked_by: the name of the figure that ranks single pictures.
        tables: title -> rows of figures: people by height, parts by name.
    """

    figures: dict[str, Figure]
    ranked_by: str
    tables: Mapping[str, Mapping[str, Mapping[str, Figure]]] = field(default_factory=dict)


class Judge(Protocol):
    """Looks at one picture of a data set after the other."""

    def see(self, sample: Sample, image: BGR, truth: Truth, found: Prediction) -> Seen:
        """Return one picture's figures, and remember what the whole set's need."""
        ...

    def verdict(self) -> Verdict:
        """Return the figures of what was seen."""
        ...


def mean(values: Iterable[Figure]) -> float | None:
    """Return the mean of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
