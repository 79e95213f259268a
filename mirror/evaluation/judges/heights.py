"""Who was found, by how tall they are in the picture."""

from __future__ import annotations

from collections import Counter

from mirror.evaluation.judges import Figure, Verdict
from mirror.evaluation.metrics.matching import height_of, match
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Truth

BINS = ((0, 60), (60, 120), (120, 200), (200, 300), (300, 1 << 30))  # pixels, the end exclusive
_TALL = 200  # pixels from which somebody should be found


class Heights:
    """Counts people labelled, found and made up.

    Args:
        single: only one person is labelled, so that nobody can be said to be made up.
    """

    def __init__(self, single: bool) -> None:
        self._single = single
        self._labelled: Counter[int] = Counter()  # height -> how many
        self._met: Counter[int] = Counter()
        self._found: Counter[int] = Counter()
        self._false: Counter[int] = Counter()

    def see(self, truth: Truth, found: Prediction) -> dict[str, Figure]:
        """Count one picture's people and return how many are labelled, met, found and false."""
        if not found.tells_apart:
            return {"labelled": len(set(truth.persons.ravel().tolist()) - {0, 255})}
        matches = match(truth.persons, found.persons, found.scores)
        for label, place in zip(matches.truths, matches.found_as, strict=True):
            height = height_of(truth.persons == label)
            self._labelled[height] += 1
            self._met[height] += place >= 0
        for label, false in zip(matches.found, matches.false, strict=True):
            height = height_of(found.persons == label)
            self._found[height] += 1
            self._false[height] += false
        row: dict[str, Figure] = {
            "labelled": len(matches.truths),
            "met": sum(place >= 0 for place in matches.found_as),
            "found": len(matches.found),
        }
        return row if self._single else row | {"false": sum(matches.false)}

    def verdict(self) -> Verdict:
        """Return recall and false people; by height too, if everybody is labelled."""
        if not self._labelled:
            return Verdict({}, "recall")
        figures = self._between(0, 1 << 30) | {
            f"{key}_tall": value for key, value in self._between(_TALL, 1 << 30).items()
        }
        if self._single:
            return Verdict(figures, "recall")
        rows = {_words(low, high): self._between(low, high) for low, high in BINS}
        return Verdict(figures, "recall", {"people by height in pixels": rows})

    def _between(self, low: int, high: int) -> dict[str, Figure]:
        def within(counts: Counter[int]) -> int:
            return sum(count for height, count in counts.items() if low <= height < high)

        labelled, found = within(self._labelled), within(self._found)
        row: dict[str, Figure] = {
            "people": labelled,
            "recall": within(self._met) / labelled if labelled else None,
        }
        if self._single:
            return row
        false = within(self._false)
        return row | {
            "found": found,
            "false": false,
            "false_share": false / found if found else None,
        }


def _words(low: int, high: int) -> str:
    return f"{low} and more" if high >= 1 << 30 else f"{low} to {high - 1}"
