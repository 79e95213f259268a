"""How truly form is judged, on labelled poses: a table a file, a pose a row."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirror.coach.body import Body
from mirror.coach.exercises.catalogue import find_exercise
from mirror.coach.exercises.limits import USUAL_STRICTNESS, excess
from mirror.coach.signals.bank import SignalBank
from mirror.coach.signals.scale import BodyScale
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.judges import Figure, mean
from mirror.evaluation.truth import BadDataSet

_ASPECT = 16 / 9  # of the pictures, whose places are 0-1 along either axis
_RIGHT = ""  # no fault
# the beginning of a file's name -> exercise, and what each label means there
FORM_FILES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "biceps-curl_lean-back": ("biceps-curl", {"C": _RIGHT, "L": "leaning-back"}),
    "plank_hips": ("plank", {"C": _RIGHT, "H": "hips-high", "L": "hips-low"}),
    "lunge_knee-over-toe": ("lunge", {"C": _RIGHT, "L": "knee-over-toe"}),
}


@dataclass(frozen=True, slots=True)
class FormOutcome:
    """How one file was judged.

    Attributes:
        name: of the file.
        exercise: whose rules were held against it.
        figures: balanced accuracy, and each label's share that was judged right.
    """

    name: str
    exercise: str
    figures: Mapping[str, Figure]


def judge_form(folder: Path, strictness: float = USUAL_STRICTNESS) -> list[FormOutcome]:
    """Judge every file of a folder that has a known name.

    Raises:
        BadDataSet: there is none, or one cannot be read.
    """
    known = [
        (path, *said)
        for path in sorted(folder.glob("*.csv"))
        for start, said in FORM_FILES.items()
        if path.stem.startswith(start)
    ]
    if not known:
        raise BadDataSet(
            "dataset.no_form",
            "{path} has no table of poses; their names begin with {allowed}",
            path=folder,
            allowed=", ".join(FORM_FILES),
        )
    return [_judged(path, exercise, labels, strictness) for path, exercise, labels in known]


def _judged(path: Path, name: str, labels: Mapping[str, str], strictness: float) -> FormOutcome:
    exercise = find_exercise(name)
    rules = [rule for rule in exercise.faults if rule.name in labels.values()]
    bank = SignalBank(exercise.all_signals)
    places = {signal.name: place for place, signal in enumerate(exercise.all_signals)}
    right: dict[str, list[float]] = {label: [] for label in labels}
    for label, body in _poses(path, labels):
        values = bank.read(body, BodyScale().update(body)).values
        found = {
            rule.name: excess(rule, float(values[places[rule.signal]]), strictness)
            for rule in rules
        }
        worst = max(found, key=lambda fault: found[fault])
        told = worst if found[worst] > 0 else _RIGHT
        right[label].append(float(told == labels[label]))
    shares = {label: mean(judged) for label, judged in right.items()}
    figures: dict[str, Figure] = {
        "poses": sum(len(judged) for judged in right.values()),
        "balanced_accuracy": mean(shares.values()),
        **{f"right_{label}": share for label, share in shares.items()},
    }
    return FormOutcome(path.stem, name, figures)


def _poses(path: Path, labels: Mapping[str, str]) -> Sequence[tuple[str, Body]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [(row["label"], _body(row)) for row in rows if row["label"] in labels]
    except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise BadDataSet(
            "dataset.table_unreadable",
            "{path} cannot be read: {reason}",
            path=path,
            reason=str(error),
        ) from error


def _body(row: Mapping[str, str]) -> Body:
    image, visibility = np.zeros((33, 2)), np.zeros(33)
    for place, name in enumerate(LANDMARKS):
        if f"{name}_x" in row:
            image[place] = float(row[f"{name}_x"]) * _ASPECT, float(row[f"{name}_y"])
            visibility[place] = 1.0  # a label was given to all of it
    return Body(1, 0.0, image, visibility)
