"""Angles, heights and distances, of many points at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import LANDMARKS

Array = NDArray[np.float64]

_TINY = 1e-9
_TOES = np.array([LANDMARKS.index(f"{side}_foot_index") for side in ("left", "right")])
_HIPS = [LANDMARKS.index(f"{side}_hip") for side in ("left", "right")]
_HEELS = np.array([LANDMARKS.index(f"{side}_heel") for side in ("left", "right")])


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A body's points with the middles of pairs behind them.

    Attributes:
        image: (P, 2) pixels, y down.
        world: (P, 3) metres, y down; None where unknown.
        visibility: (P,) 0-1.
        pixels_per_metre: how large a metre is in the picture where the body is.
    """

    image: Array
    world: Array | None
    visibility: Array
    pixels_per_metre: float


def angle(points: Array, scene: Scene) -> Array:
    """Return the angle at the second of three points, (..., 3, D), in degrees."""
    first = points[..., 0, :] - points[..., 1, :]
    second = points[..., 2, :] - points[..., 1, :]
    lengths = np.sqrt((first * first).sum(axis=-1) * (second * second).sum(axis=-1))
    cosines = (first * second).sum(axis=-1) / np.maximum(lengths, _TINY)
    degrees: Array = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return degrees


def height(points: Array, scene: Scene) -> Array:
    """Return how far the first point, (..., 1 or 2, 2), is above the second, in metres."""
    above = -points[..., 0, 1]
    if points.shape[-2] == 2:
        above = above + points[..., 1, 1]
    return above / scene.pixels_per_metre


def distance(points: Array, scene: Scene) -> Array:
    """Return how far two points, (..., 2, D), are apart, in metres."""
    lengths = _length(points[..., 0, :] - points[..., 1, :])
    return lengths if points.shape[-1] == 3 else lengths / scene.pixels_per_metre


def ratio(points: Array, scene: Scene) -> Array:
    """Return the distance of the first two of four points over that of the others."""
    shares: Array = _length(points[..., 0, :] - points[..., 1, :]) / np.maximum(
        _length(points[..., 2, :] - points[..., 3, :]), _TINY
    )
    return shares


def lean(points: Array, scene: Scene) -> Array:
    """Return how far from upright the line from the first of two points to the second is."""
    along = points[..., 1, :] - points[..., 0, :]
    level = np.sqrt(np.maximum((along * along).sum(axis=-1) - along[..., 1] ** 2, 0.0))
    degrees: Array = np.degrees(np.arctan2(level, -along[..., 1]))
    return degrees


def ahead(points: Array, scene: Scene) -> Array:
    """Return how far the first of two points is ahead of the second, in metres."""
    facing = np.sign((scene.image[_TOES, 0] - scene.image[_HEELS, 0]).sum())
    along: Array = (points[..., 0, 0] - points[..., 1, 0]) * facing / scene.pixels_per_metre
    return along


def sideways(points: Array, scene: Scene) -> Array:
    """Return how far the first of two points is from the second along the line of the hips.

    That is to the person's own side, from wherever they are seen; needs landmarks in metres.
    """
    if scene.world is None or points.shape[-1] != 3:
        return np.full(points.shape[:-2], np.nan)
    line = scene.world[_HIPS[0]] - scene.world[_HIPS[1]]
    line = line / max(float(np.sqrt((line * line).sum())), _TINY)
    along: Array = np.abs(((points[..., 0, :] - points[..., 1, :]) * line).sum(axis=-1))
    return along


def offset(points: Array, scene: Scene) -> Array:
    """Return how far the second of three points is above the line of the others, as its share."""
    line = points[..., 2, :] - points[..., 0, :]
    beside = points[..., 1, :] - points[..., 0, :]
    squared = np.maximum((line * line).sum(axis=-1), _TINY)
    nearest = points[..., 0, :] + line * ((line * beside).sum(axis=-1) / squared)[..., None]
    away = points[..., 1, :] - nearest
    share: Array = np.sign(-away[..., 1]) * np.sqrt((away * away).sum(axis=-1) / squared)
    return share


def _length(between: Array) -> Array:
    lengths: Array = np.sqrt((between * between).sum(axis=-1))
    return lengths


MEASURES: Mapping[str, Callable[[Array, Scene], Array]] = {
    "angle": angle,
    "height": height,
    "distance": distance,
    "ratio": ratio,
    "lean": lean,
    "ahead": ahead,
    "sideways": sideways,
    "offset": offset,
}
