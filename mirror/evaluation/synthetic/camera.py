"""A camera that watches a figure, and a landmark network that is not perfect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.body import Body
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.synthetic.figure import Array

_FOCAL = 1.1  # of the picture's height
_SIZE = (720.0, 1280.0)  # height, width
_SETTLE_S = 0.06  # for how long a landmark's error is much the same; measured on real clips
_MIRRORED = np.array(
    [
        LANDMARKS.index(
            name.replace("left", "r_i_g_h_t").replace("right", "left").replace("r_i_g_h_t", "right")
        )
        for name in LANDMARKS
    ]
)
_LIMBS = np.array(
    [name[-5:] in ("elbow", "wrist", "ankle") or "knee" in name for name in LANDMARKS]
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """How well a figure is seen.

    Attributes:
        fps: frames a second.
        noise_m: standard deviation of a landmark's error, in metres.
        dropped: share of frames in which nobody is found.
        hidden: share of the time in which some limb is hidden.
        swapped: share of frames in which left and right are exchanged.
        shaken: whether the times of frames are uneven.
    """

    fps: float = 30.0
    noise_m: float = 0.0
    dropped: float = 0.0
    hidden: float = 0.0
    swapped: float = 0.0
    shaken: bool = False


CLEAN = Conditions()
REALISTIC = Conditions(noise_m=0.02, dropped=0.03, hidden=0.1, swapped=0.01, shaken=True)


def times_of(seconds: float, conditions: Conditions, chance: np.random.Generator) -> Array:
    """Return (T,) the times of frames."""
    times = np.arange(0.0, seconds, 1.0 / conditions.fps)
    if conditions.shaken:
        times = times + chance.uniform(-0.2, 0.2, len(times)) / conditions.fps
    begun: Array = times - times[0]
    return begun


def seen_by_camera(
    points: Array,
    times: Array,
    yaw: float,
    conditions: Conditions,
    chance: np.random.Generator,
    id: int = 1,
) -> list[Body]:
    """Return the bodies that a parser would find.

    Args:
        points: (T, 33, 3) of a figure.
        times: (T,) seconds.
        yaw: degrees that the person is turned: 0 faces the camera, 90 shows the left side.
        conditions: how well they are seen.
        chance: where errors come from.
        id: the track id.
    """
    noisy = points + _errors(points.shape, times, conditions.noise_m, chance)
    world = _turned(noisy, yaw)
    image = _projected(world)
    visibility = _visibility(world, times, conditions, chance)
    centre = (world[:, 23] + world[:, 24])[:, None] / 2
    relative = world - centre
    kept = chance.random(len(times)) >= conditions.dropped
    exchanged = chance.random(len(times)) < conditions.swapped
    bodies = []
    for place in np.flatnonzero(kept):
        rows = _MIRRORED if exchanged[place] else slice(None)
        bodies.append(
            Body(
                id,
                float(times[place]),
                image[place][rows],
                visibility[place][rows],
                relative[place][rows],
            )
        )
    return bodies


def _turned(points: Array, yaw: float) -> Array:
    """Return (T, 33, 3) x right and y down in the picture, z away from the camera."""
    angle = np.radians(yaw)
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    turned: Array = (points @ turn.T) * [1.0, -1.0, -1.0]
    return turned


def _projected(world: Array) -> Array:
    """Return (T, 33, 2) pixels, of a camera so far away that all of the movement fits."""
    low, high = world.min(axis=(0, 1)), world.max(axis=(0, 1))
    extent = max(high[0] - low[0], high[1] - low[1])
    away = 1.3 * _FOCAL * extent + (high[2] - low[2]) / 2
    middle = (low + high) / 2
    depth = world[..., 2] - middle[2] + away
    pixels: Array = (world[..., :2] - middle[:2]) * (_FOCAL * _SIZE[0] / depth)[..., None]
    pixels = pixels + np.array([_SIZE[1] / 2, _SIZE[0] / 2])
    return pixels


def _errors(
    shape: tuple[int, ...], times: Array, size: float, chance: np.random.Generator
) -> Array:
    """Return errors that last for a moment, as those of landmark networks do."""
    fresh = chance.normal(0.0, size, shape)
    errors = np.empty(shape)
    errors[0] = fresh[0]
    for place in range(1, len(errors)):
        kept = np.exp(-(times[place] - times[place - 1]) / _SETTLE_S)
        errors[place] = kept * errors[place - 1] + np.sqrt(1.0 - kept**2) * fresh[place]
    return errors


def _visibility(
    world: Array, times: Array, conditions: Conditions, chance: np.random.Generator
) -> NDArray[np.float64]:
    """Return (T, 33) scores: what is behind the body is seen less well, some limbs not at all."""
    behind = world[..., 2] - world[..., 2].mean(axis=1, keepdims=True)
    scores: Array = np.clip(0.95 - 0.8 * np.maximum(behind, 0.0), 0.55, 1.0)
    seconds = float(times[-1]) if len(times) else 0.0
    at = 0.0
    while conditions.hidden > 0 and at < seconds:
        lasts = chance.uniform(0.2, 0.8)
        at += chance.exponential(lasts / conditions.hidden)
        limb = chance.choice(np.flatnonzero(_LIMBS))
        scores[(times >= at) & (times <= at + lasts), limb] = 0.2
        at += lasts
    return scores
