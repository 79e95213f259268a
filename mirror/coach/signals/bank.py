"""Works out many signals of a body at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.body import Body
from mirror.coach.signals.definition import MIDDLES, Signal
from mirror.coach.signals.geometry import MEASURES, Scene
from mirror.core.skeleton import LANDMARKS

Array = NDArray[np.float64]

_VISIBLE = 0.5  # score from which a landmark is where it is said to be
_PLACES = {name: place for place, name in enumerate((*LANDMARKS, *MIDDLES))}
_PAIRS = np.array([[LANDMARKS.index(name) for name in pair] for pair in MIDDLES.values()])


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """All signals of one body.

    Attributes:
        values: (N,) as each signal combines its sides; NaN where its points are not visible.
        sides: (N, 2) of the left and the right side; the same twice where a signal has no sides.
    """

    values: Array
    sides: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """The signals of one measure in one space."""

    measure: str
    in_world: bool
    rows: NDArray[np.intp]  # (n,) places in the bank
    points: NDArray[np.intp]  # (n, 2 sides, points)


class SignalBank:
    """Reads signals off bodies.

    Args:
        signals: what to read; the order of ``Reading.values``.
    """

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.signals = tuple(signals)
        self._groups = _grouped(self.signals)
        self._twins = _twins(self.signals)
        modes = ("left", "right", "lower", "higher")  # the others are means
        rows = {
            mode: [row for row, one in enumerate(signals) if one.sides == mode] for mode in modes
        }
        self._combine = [(mode, np.array(places)) for mode, places in rows.items() if places]

    def read(self, body: Body, pixels_per_metre: float) -> Reading:
        """Return the signals of one body.

        Args:
            body: whose landmarks are read.
            pixels_per_metre: how large a metre is in the picture where the body is.
        """
        scene = _scene(body, pixels_per_metre)
        sides = np.full((len(self.signals), 2), np.nan)
        for group in self._groups:
            points = scene.world if group.in_world and scene.world is not None else scene.image
            seen = scene.visibility[group.points].min(axis=-1) >= _VISIBLE
            measured = MEASURES[group.measure](points[group.points], scene)
            sides[group.rows] = np.where(seen, measured, np.nan)
        if scene.world is None:
            sides[self._twins] = np.nan
        return Reading(self._combined(sides), sides)

    def _combined(self, sides: Array) -> Array:
        known = np.isfinite(sides)
        seen = known.sum(axis=1)
        total = np.where(known, sides, 0.0).sum(axis=1)
        values: Array = np.where(seen > 0, total / np.maximum(seen, 1), np.nan)
        for mode, rows in self._combine:
            left, right = sides[rows, 0], sides[rows, 1]
            if mode in ("left", "right"):
                values[rows] = left if mode == "left" else right
            else:
                values[rows] = (np.fmin if mode == "lower" else np.fmax)(left, right)
        return values


def _twins(signals: Sequence[Signal]) -> list[int]:
    """Return those that are the same as others where a body is known in the picture only."""
    in_picture = [_asked(one) for one in signals if one.space == "image"]
    return [
        row for row, one in enumerate(signals) if one.space == "world" and _asked(one) in in_picture
    ]


def _asked(signal: Signal) -> tuple[object, ...]:
    return signal.measure, signal.points, signal.sides


def _scene(body: Body, pixels_per_metre: float) -> Scene:
    if body.world is None:
        image, seen = _with_middles(body.image, body.visibility)
        return Scene(image, None, seen, pixels_per_metre)
    together = np.concatenate([body.image, body.world], axis=1)  # the same middles of both
    points, seen = _with_middles(together, body.visibility)
    return Scene(points[:, :2], points[:, 2:], seen, pixels_per_metre)


def _with_middles(points: Array, visibility: Array) -> tuple[Array, Array]:
    """Add the middles of pairs: the one that is visible where the other is not."""
    scores = visibility[_PAIRS]
    weights = (scores >= _VISIBLE).astype(float)
    weights[weights.sum(axis=1) == 0] = 1.0
    middles = (points[_PAIRS] * weights[..., None]).sum(axis=1) / weights.sum(axis=1)[:, None]
    return np.concatenate([points, middles]), np.concatenate([visibility, scores.max(axis=1)])


def _grouped(signals: Sequence[Signal]) -> list[_Group]:
    groups: dict[tuple[str, bool, int], list[int]] = {}
    for row, signal in enumerate(signals):
        key = (signal.measure, signal.space == "world", len(signal.points))
        groups.setdefault(key, []).append(row)
    return [
        _Group(
            measure,
            in_world,
            np.array(rows),
            np.array(
                [[_on_side(signals[row], side) for side in ("left", "right")] for row in rows]
            ),
        )
        for (measure, in_world, _), rows in groups.items()
    ]


def _on_side(signal: Signal, side: str) -> list[int]:
    return [_PLACES[name if name in _PLACES else f"{side}_{name}"] for name in signal.points]
