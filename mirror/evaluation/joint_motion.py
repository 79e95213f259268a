"""Joint angles of a video, held against those of its pictures taken one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Parsing, Person
from mirror.core.settings import ParserConfig
from mirror.core.skeleton import ANGLES
from mirror.evaluation.judges import Figure
from mirror.evaluation.metrics.keypoints import pair_up
from mirror.evaluation.overlay.footage import Footage, follow
from mirror.evaluation.systems.parser import CLIP_RATE
from mirror.jobs.frame_progress import FrameProgress
from mirror.parsers.catalogue import AnyKind
from pipeline.frame import BGR, Frame

NEAR_DEG = 10.0  # what two looks at the same limb may differ by
_MOVES_DEG = 40.0  # from lowest to highest: an angle whose lag can be told
_LONG = 15  # frames: a shorter sight says nothing of lag
_MOST_LAG = 6  # frames
_SAME = 0.5  # intersection over union from which two boxes are of one person

_JUDGED = [name for name in ANGLES if not name.endswith("ankle")]  # feet are seen too small

Angles = dict[str, float]


def judge_motion(
    footage: Footage, kind: AnyKind, config: ParserConfig, quiet: bool
) -> dict[str, Figure]:
    """Return how far a clip's angles agree with those of its single pictures.

    Returns:
        See ``agreement``; ``…_alike`` are the same against pictures that are looked at no more
        carefully than the frames of a video are.

    Raises:
        Whatever the parser raises.
    """
    followed = follow(footage, kind, config, quiet)
    parse = kind.make_parse(1)
    apart, alike = [], []
    with FrameProgress(f"{footage.name}: single pictures", len(followed), quiet) as progress:
        for number, frame in enumerate(footage.frames):
            single, usual = _looked_at(frame.bgr, kind, parse)
            apart.append(single)
            alike.append(usual)
            progress.show(number + 1, 0.0)
    figures = agreement(followed, alike)
    return agreement(followed, apart) | {
        f"{name}_alike": figures[name] for name in ("angles_within_10", "angle_off_95")
    }


def _looked_at(image: BGR, kind: AnyKind, parse: Callable[..., Any]) -> tuple[Parsing, Parsing]:
    """A picture's parsing as a single one, and as the second frame of two that are the same.

    Whoever is new may be looked at more carefully than somebody who is followed. In the second
    frame nobody is new, and nothing has moved.
    """
    prepare, found = kind.make_prepare(live=False), []
    for number in range(2):
        picture = Frame.from_bgr(image, float(number / CLIP_RATE))
        plan = prepare(picture)
        # what a step remembers is not to steady the second
        found.append(kind.make_settle()(picture, plan, parse(picture, plan)))
    return found[0], found[1]


def agreement(followed: Sequence[Parsing], apart: Sequence[Parsing]) -> dict[str, Figure]:
    """Return figures of angles seen in both.

    Args:
        followed: each frame's parsing, with those before it known.
        apart: the same frames', each without a past.

    Returns:
        ``angles``: how many were compared; ``angles_within_10``: the share that differ by 10° at
        most; ``angle_off_95``: what 95 % differ by at most, in degrees; ``sides_apart``: the share
        of people whose angles agree much better with left and right exchanged, who are compared so;
        ``lag``: frames by which angles that move by 40° come late, the mean over them. None where
        nothing could be told.
    """
    off: list[float] = []
    exchanged = told = 0
    tracks: dict[int, list[tuple[Angles, Angles]]] = defaultdict(list)
    for one, other in zip(followed, apart, strict=True):
        for person, picture in _pairs(one.people, other.people):
            mine, seen = _angles(person), _angles(picture)
            if not mine.keys() & seen.keys():
                continue
            straight, crossed = (_off(mine, how) for how in (seen, _exchanged(seen)))
            told += 1
            if crossed and np.mean(crossed) + NEAR_DEG < np.mean(straight):
                exchanged += 1
                straight, seen = crossed, _exchanged(seen)
            off += straight
            tracks[person.id].append((mine, seen))
    lags = [lag for track in tracks.values() for lag in _lags(track)]
    return {
        "angles": len(off),
        "angles_within_10": float(np.mean(np.array(off) <= NEAR_DEG)) if off else None,
        "angle_off_95": float(np.percentile(off, 95)) if off else None,
        "sides_apart": exchanged / told if told else None,
        "lag": float(np.mean(lags)) if lags else None,
    }


def _pairs(people: Sequence[Person], others: Sequence[Person]) -> list[tuple[Person, Person]]:
    """Who is the same person by their boxes, nobody twice: the nearest pair first."""
    near = np.array([[_overlap(one.box, two.box) for two in others] for one in people])
    near = np.where(near >= _SAME, near, 0.0).reshape(len(people), len(others))
    return [
        (person, others[place])
        for person, place in zip(people, pair_up(near), strict=True)
        if place >= 0
    ]


def _overlap(one: Sequence[float], other: Sequence[float]) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    both = max(wide, 0.0) * max(high, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return both / max(sum(areas) - both, 1e-9)


def _angles(person: Person) -> Angles:
    angles = {} if person.pose is None else person.pose.angles
    return {name: angles[name] for name in _JUDGED if name in angles}


def _exchanged(angles: Angles) -> Angles:
    other = {"left": "right", "right": "left"}
    return {
        f"{other[side]}_{joint}": angle
        for (side, _, joint), angle in ((name.partition("_"), one) for name, one in angles.items())
    }


def _off(mine: Angles, seen: Angles) -> list[float]:
    return [abs(mine[name] - seen[name]) for name in mine.keys() & seen.keys()]


def _lags(track: Sequence[tuple[Angles, Angles]]) -> list[int]:
    """By how many frames each angle that moves comes late."""
    found = []
    for name in _JUDGED:
        both = [(mine[name], seen[name]) for mine, seen in track if name in mine and name in seen]
        if len(both) < _LONG:
            continue
        mine, seen = np.array(both).T
        if np.ptp(seen) >= _MOVES_DEG:
            found.append(_lag(mine, seen))
    return found


def _lag(late: NDArray[np.float64], seen: NDArray[np.float64]) -> int:
    count = len(seen)
    return min(
        range(min(_MOST_LAG, count // 2) + 1),
        key=lambda shift: float(np.abs(late[shift:] - seen[: count - shift]).mean()),
    )
