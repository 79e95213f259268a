"""The views of a picture in which people are searched for when there is time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from mirror.core.instance_map import Box
from mirror.tracking.body_geometry import Joints
from mirror.tracking.person_detector import SIDE, Detection

MOST_PEOPLE = 20  # that are looked at in a picture that is searched thoroughly
_WINDOW = 0.7  # sides of windows over the picture's shorter side
_LEAST_WINDOW = 128  # pixels: a smaller one shows no more, however much it is enlarged
_TURNS = (1, 2, 3)  # quarter turns, for whoever lies or stands on their head

Window = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the picture


class Step(NamedTuple):
    """A part of the present frame to look at.

    Attributes:
        window: the part.
        side: pixels that its longer side is brought to.
        whole_only: whoever the window may cut is left out.
        turns: quarter turns, counter-clockwise, by which the part is turned first.
        known: joints of people in the part, which is the whole then: only others are looked for, in
            boxes; None: everybody is.
    """

    window: Window
    side: int
    whole_only: bool = False
    turns: int = 0
    known: tuple[Joints, ...] | None = None


def views(height: int, width: int) -> Iterator[Step]:
    """Yield what the detector of joints is to see of a picture: all of it, upright and turned."""
    whole = (0, 0, width, height)
    yield Step(whole, SIDE)
    yield from (Step(whole, SIDE, turns=turns) for turns in _TURNS)


def closer_views(height: int, width: int) -> Iterator[Window]:
    """Yield the windows in which the detector of boxes is to look for small people."""
    if _WINDOW * min(height, width) >= _LEAST_WINDOW:
        yield from windows(height, width, _WINDOW)


def windows(height: int, width: int, share: float) -> Iterator[Window]:
    """Yield squares that overlap by half and cover the picture.

    Args:
        height: the picture's.
        width: the picture's.
        share: a square's side over the picture's shorter side.
    """
    side = max(1, round(share * min(height, width)))
    for y in _starts(height, side):
        for x in _starts(width, side):
            yield x, y, x + side, y + side


def window_round(box: Box, reach: float, height: int, width: int) -> Window:
    """Return a window of a picture round a box; all of it where the box lies outside.

    Args:
        box: in pixels of the picture.
        reach: of the box's longer side, that the window reaches from the middle.
        height: the picture's.
        width: the picture's.
    """
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    half = reach * max(box[2] - box[0], box[3] - box[1])
    x0, y0 = max(0, int(x - half)), max(0, int(y - half))
    x1, y1 = min(width, int(x + half) + 1), min(height, int(y + half) + 1)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else (0, 0, width, height)


def turned_back(person: Detection, turns: int, height: int, width: int) -> Detection:
    """Return a person found in a picture of (height, width) that was turned, in the picture."""
    x, y = person.joints[:, 0].copy(), person.joints[:, 1].copy()
    joints = person.joints.copy()
    joints[:, 0] = (x, width - 1 - y, width - 1 - x, y)[turns]
    joints[:, 1] = (y, x, height - 1 - y, height - 1 - x)[turns]
    return replace(person, joints=joints)


def _starts(length: int, side: int) -> list[int]:
    count = max(1, round(2 * (length - side) / side)) + 1
    return [round(place) for place in np.linspace(0, length - side, count)]
