"""Where the names of parts are written: on each part of each person, and never one over another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import UNASSIGNED
from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing

_LEAST_AREA = 1 / 4000  # of the picture: a part smaller than that has no room for its name
_FARTHEST = 4  # of a plate's height that its middle may be from the part
_DIRECTIONS = (
    (1, 0),
    (-1, 0),
    (1, -1),
    (-1, -1),
    (1, 1),
    (-1, 1),
    (0, -1),
    (0, 1),
)  # sideways first

Box = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the picture


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of somebody that is to be named.

    Attributes:
        part: its id.
        x, y: the point of it that lies farthest from its edge, in pixels of the picture.
        area: pixels.
    """

    part: int
    x: int
    y: int
    area: int


def spots(parsing: Parsing, parts: frozenset[int] | None) -> list[Spot]:
    """Return every part of every person that has room for a name, the largest first.

    Args:
        parsing: people whose pixels cannot be told apart count as one.
        parts: ids of those to be named; None is all.
    """
    found = [
        spot
        for labels, x, y in _bodies(parsing)
        for spot in _of_body(labels, x, y)
        if (parts is None or spot.part in parts) and spot.area >= _LEAST_AREA * parsing.labels.size
    ]
    return sorted(found, key=lambda spot: -spot.area)


def _bodies(parsing: Parsing) -> Iterator[tuple[LabelMap, int, int]]:
    """Each person's labels alone, cut out, and the column and row where they begin."""
    for instance in (*(person.instance for person in parsing.people), UNASSIGNED):
        mine = cv2.compare(parsing.instances, instance, cv2.CMP_EQ)
        mine = cv2.bitwise_and(parsing.labels, mine)
        x, y, width, height = cv2.boundingRect(mine)
        if width:
            yield mine[y : y + height, x : x + width], x, y


def _of_body(labels: LabelMap, x: int, y: int) -> Iterator[Spot]:
    counts = np.bincount(labels.ravel())
    for part in np.flatnonzero(counts).tolist():
        if part:
            column, row = _deepest(cv2.compare(labels, part, cv2.CMP_EQ))
            yield Spot(part, x + column, y + row, int(counts[part]))


def _deepest(mask: NDArray[np.uint8]) -> tuple[int, int]:
    """The point of a mask that lies farthest from its edge, the picture's own included."""
    x, y, width, height = cv2.boundingRect(mask)
    piece = cv2.copyMakeBorder(
        mask[y : y + height, x : x + width], 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0
    )
    depth = cv2.distanceTransform(piece, cv2.DIST_L2, 3)
    *_, (column, row) = cv2.minMaxLoc(depth)
    return x + column - 1, y + row - 1


def places(
    wanted: Sequence[tuple[Spot, tuple[int, int]]], size: tuple[int, ...]
) -> Iterator[tuple[Spot, Box]]:
    """Yield where each name's plate goes: on its part if nothing is there yet, or else near it.

    A name for which there is no room near its part is left out.

    Args:
        wanted: parts with the width and height of their names' plates, the most important first.
        size: the picture's height and width.
    """
    taken: list[Box] = []
    for spot, (width, height) in wanted:
        for dx, dy in _shifts():
            box = _box(
                spot.x + dx * (width // 2 + height), spot.y + dy * height, width, height, size
            )
            if box is not None and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                yield spot, box
                break


def _shifts() -> Iterator[tuple[float, float]]:
    """None, and then ever farther ones in all directions."""
    yield 0, 0
    for steps, (dx, dy) in itertools.product(range(1, _FARTHEST + 1), _DIRECTIONS):
        yield dx if steps > 1 or dy == 0 else dx / 2, dy * steps


def _box(x: float, y: float, width: int, height: int, size: tuple[int, ...]) -> Box | None:
    """A plate round a point, moved into the picture; None where it does not fit at all."""
    if width > size[1] or height > size[0]:
        return None
    x0 = int(np.clip(round(x - width / 2), 0, size[1] - width))
    y0 = int(np.clip(round(y - height / 2), 0, size[0] - height))
    return x0, y0, x0 + width, y0 + height


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
