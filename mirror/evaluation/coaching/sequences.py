"""People over time, with how often they did what: clips, and poses that somebody recorded."""

from __future__ import annotations

import csv
import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mirror.coach.body import Body
from mirror.evaluation.truth import BadDataSet

Frames = Sequence[Sequence[Body]]
ReadClip = Callable[[Path], Frames]

_FPS = 30.0  # of recorded poses, which say no times
_CLASSES = {  # what data sets call exercises
    "bench_pressing": "bench-press",
    "front_raise": "front-raise",
    "lunge": "lunge",
    "pull_ups": "pull-up",
    "push_up": "push-up",
    "rope_pushdown": "triceps-pushdown",
    "sit_up": "sit-up",
    "squat": "squat",
    "jump_jack": "jumping-jack",
    "situp": "sit-up",
}


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """One sequence of a data set.

    Attributes:
        name: of it.
        exercise: what is done; empty where the coach has none.
        count: repetitions in it.
        frames: reads the bodies of every frame.
        calibrated: whether degrees are degrees; not where poses are scaled per axis.
    """

    name: str
    exercise: str
    count: int
    frames: Callable[[], Frames]
    calibrated: bool


def open_sequences(folder: Path, read_clip: ReadClip) -> list[Counted]:
    """Return the sequences of a folder: clips with truth.csv, or NAME.npz with NAME.csv.

    Args:
        folder: the data set.
        read_clip: parses a clip, where its frames are asked for.

    Raises:
        BadDataSet: it has neither, or they cannot be read.
    """
    truth = folder / "truth.csv"
    if truth.exists():
        return [one for row in _rows(truth) if (one := _clip(folder, row, read_clip)) is not None]
    pairs = [(path, path.with_suffix(".csv")) for path in sorted(folder.glob("*.npz"))]
    found = [one for npz, table in pairs if table.exists() for one in _recorded(npz, table)]
    if not found:
        raise BadDataSet(
            "dataset.no_repetitions",
            "{path} has neither truth.csv beside clips, nor NAME.npz with NAME.csv",
            path=folder,
        )
    return found


def _clip(folder: Path, row: Mapping[str, str], read_clip: ReadClip) -> Counted | None:
    if not row["repetitions"].strip():
        return None  # nobody has counted it
    path = folder / row["file"]
    count = int(row["repetitions"])
    return Counted(row["file"], row["exercise"], count, lambda: read_clip(path), True)


def _recorded(npz: Path, table: Path) -> Iterator[Counted]:
    for row in _rows(table):
        kind = row.get("type", "")
        exercise = _CLASSES.get(kind, kind.replace("_", "-"))
        name = row["name"]
        count = int(row["repetitions"])
        yield Counted(name, exercise, count, functools.partial(_poses, npz, name), False)


def _poses(npz: Path, name: str) -> Frames:
    """Return recorded poses; frames in which nobody was found are all zero."""
    with np.load(npz) as arrays:
        poses = arrays[name].astype(np.float64).reshape(-1, 33, 3)
    seen = np.ones(33)
    return [
        [Body(1, number / _FPS, pose[:, :2], seen)] if pose.any() else []
        for number, pose in enumerate(poses)
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadDataSet(
            "dataset.table_unreadable",
            "{path} cannot be read: {reason}",
            path=path,
            reason=str(error),
        ) from error


def frames_of_lines(path: Path) -> Frames:
    """Return the bodies in result lines, as ``mirror video --results`` writes them."""
    with path.open(encoding="utf-8") as lines:
        parsed = (json.loads(line) for line in lines)
        return [_bodies(line) for line in parsed if "frame" in line]


def _bodies(line: Mapping[str, Any]) -> list[Body]:
    return [_body(one, float(line["time"])) for one in line["people"] if "landmarks" in one]


def _body(person: Mapping[str, Any], time: float) -> Body:
    marks = person["landmarks"]
    image = np.array([(mark["x"], mark["y"]) for mark in marks], np.float64)
    scores = np.array([mark["score"] for mark in marks], np.float64)
    has_world = all("world" in mark for mark in marks)
    world = np.array([mark["world"] for mark in marks], np.float64) if has_world else None
    return Body(int(person["id"]), time, image, scores, world)
