"""How truly angles are read off landmarks, beside motion capture of the same take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mirror.coach.signals.history import MedianFilter
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.judges import Figure
from mirror.evaluation.truth import BadDataSet

Array = NDArray[np.float64]

_FPS = 30.0  # of the videos; the files say no times
_SIZE = np.array([960.0, 544.0, 960.0])  # of the pictures, whose places are 0-1; depth as width
_MOST_LAG_S = 1.0  # that both recordings are apart
# targets on the body, in the order of the files: KeraalDataset, doc/readme_files_format.txt
_TARGETS = (
    "right_forearm", "left_forearm", "right_arm", "left_arm", "chest", "right_thigh", "left_thigh",
    "right_shoulder", "left_shoulder", "right_hand", "left_hand", "right_foot", "left_foot", "hips",
    "head", "right_tibia", "left_tibia",
)  # fmt: skip
ANGLES = ("elbow", "shoulder", "trunk")


@dataclass(frozen=True, slots=True)
class AngleOutcome:
    """How one angle was read in one take.

    Attributes:
        take: from the files' names.
        angle: of ``ANGLES``, with its side.
        how: in the picture or with depth, smoothed or not.
        figures: see ``judge_angles``.
    """

    take: str
    angle: str
    how: str
    figures: Mapping[str, Figure]


def judge_angles(folder: Path) -> list[AngleOutcome]:
    """Hold angles from ``BP-TAKE.json`` against ``Vicon-TAKE.txt``, as KeraalDataset has them.

    Targets of motion capture lie on the skin, not in joints, so an angle between them differs by
    a constant from that of joints: ``bias``. ``error`` is the mean of the absolute error without
    it, ``error_95`` its 95 % quantile, ``jitter`` the standard deviation of the error from frame to
    frame, ``range`` the angle's own 5 to 95 % range by motion capture, ``range_off`` by how much
    that of the landmarks is larger; degrees all, of ``frames`` frames.

    Raises:
        BadDataSet: there is no such pair of files, or one cannot be read.
    """
    pairs = [
        (path.stem.removeprefix("BP-"), path, folder / f"Vicon-{path.stem[3:]}.txt")
        for path in sorted(folder.glob("BP-*.json"))
    ]
    found = [(take, poses, truth) for take, poses, truth in pairs if truth.exists()]
    if not found:
        raise BadDataSet(
            "dataset.no_angles",
            "{path} has no BP-TAKE.json with a Vicon-TAKE.txt beside it",
            path=folder,
        )
    return [one for take, poses, truth in found for one in _judged(take, poses, truth)]


def summed_up(outcomes: Sequence[AngleOutcome]) -> dict[str, dict[str, Figure]]:
    """Return the mean of every figure over takes and sides, by angle and how it was read."""
    names = sorted({(one.angle.split("_")[-1], one.how) for one in outcomes})
    found: dict[str, dict[str, Figure]] = {}
    for angle, how in names:
        rows = [o.figures for o in outcomes if (o.angle.split("_")[-1], o.how) == (angle, how)]
        found[f"{angle}, {how}"] = {
            key: float(np.mean([float(row[key] or 0.0) for row in rows])) for key in rows[0]
        }
    return found


def _judged(take: str, poses: Path, truth: Path) -> list[AngleOutcome]:
    marks, targets = _read(poses, truth)
    captured = _captured(targets)
    seen = {"picture": _seen(marks[..., :2]), "with depth": _seen(marks)}
    lag = _lag(seen["picture"], captured, len(marks))
    outcomes = []
    for space, angles in seen.items():
        for name, values in angles.items():
            true = _at(captured[name], len(marks), lag)
            for how, told in ((space, values), (f"{space}, smoothed", _smoothed(values))):
                outcomes.append(AngleOutcome(take, name, how, _figures(told, true)))
    return outcomes


def _read(poses: Path, truth: Path) -> tuple[Array, dict[str, Array]]:
    path = poses
    try:
        frames = json.loads(poses.read_text("utf-8"))["positions"]
        names = [name.capitalize() for name in LANDMARKS]
        marks = np.array([[frame[name] for name in names] for frame in frames.values()]) * _SIZE
        path = truth
        rows = np.loadtxt(truth, ndmin=2).reshape(-1, len(_TARGETS), 7)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadDataSet(
            "dataset.table_unreadable",
            "{path} cannot be read: {reason}",
            path=path,
            reason=str(error),
        ) from error
    return marks, {name: rows[:, place, :3] for place, name in enumerate(_TARGETS)}


def _captured(at: Mapping[str, Array]) -> dict[str, Array]:
    """Return angles between targets: of the lines along segments."""
    trunk = at["hips"] - at["chest"]
    found = {"trunk": _between(trunk, np.array([0.0, 0.0, -1.0]))}
    # the videos are mirrored: the arm that motion capture has on the right is seen on the left
    for seen_as, side in (("left", "right"), ("right", "left")):
        upper = at[f"{side}_arm"] - at[f"{side}_shoulder"]
        lower = at[f"{side}_hand"] - at[f"{side}_forearm"]
        found[f"{seen_as}_elbow"] = 180.0 - _between(upper, lower)
        found[f"{seen_as}_shoulder"] = _between(upper, trunk)
    return found


def _seen(marks: Array) -> dict[str, Array]:
    """Return the same angles of landmarks, (T, 33, 2 or 3)."""
    at = {name: marks[:, place] for place, name in enumerate(LANDMARKS)}
    trunk = (at["left_hip"] + at["right_hip"] - at["left_shoulder"] - at["right_shoulder"]) / 2
    down = np.zeros(marks.shape[-1])
    down[1] = 1.0
    found = {"trunk": _between(trunk, down)}
    for side in ("left", "right"):
        upper = at[f"{side}_elbow"] - at[f"{side}_shoulder"]
        lower = at[f"{side}_wrist"] - at[f"{side}_elbow"]
        found[f"{side}_elbow"] = 180.0 - _between(upper, lower)
        found[f"{side}_shoulder"] = _between(upper, trunk)
    return found


def _between(first: Array, second: Array) -> Array:
    lengths = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    cosines = (first * second).sum(axis=-1) / np.maximum(lengths, 1e-9)
    degrees: Array = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return degrees


def _at(values: Array, count: int, lag: float) -> Array:
    """Return motion capture at the times of the video's frames: both are of the whole take."""
    places = (np.arange(count) + lag) / (count - 1) * (len(values) - 1)
    return np.interp(places, np.arange(len(values)), values)


def _lag(seen: Mapping[str, Array], captured: Mapping[str, Array], count: int) -> float:
    """Return how many frames motion capture is ahead: one figure for all angles of a take."""
    most = int(_MOST_LAG_S * _FPS)

    def error(lag: int) -> float:
        off = [seen[name] - _at(values, count, lag) for name, values in captured.items()]
        return float(np.mean([np.abs(one - np.median(one)).mean() for one in off]))

    return float(min(range(-most, most + 1), key=error))


def _smoothed(values: Array) -> Array:
    """Return what the coach makes of it, at the same times."""
    smoothing = MedianFilter()
    pushed = [
        one
        for place, value in enumerate(values)
        for one in smoothing.push(place / _FPS, np.array([value]))
    ]
    times, rows = zip(*[*pushed, *smoothing.flush()], strict=True)
    smoothed: Array = np.interp(np.arange(len(values)) / _FPS, times, np.array(rows)[:, 0])
    return smoothed


def _figures(told: Array, true: Array) -> dict[str, Figure]:
    off = told - true
    without = np.abs(off - np.median(off))
    ranges = [float(np.ptp(np.quantile(one, (0.05, 0.95)))) for one in (told, true)]
    return {
        "frames": len(told),
        "bias": float(np.median(off)),
        "error": float(without.mean()),
        "error_95": float(np.quantile(without, 0.95)),
        "jitter": float(np.diff(off).std()),
        "range": ranges[1],
        "range_off": ranges[0] - ranges[1],
    }
