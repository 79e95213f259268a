"""How much of each pixel is people's: the matte that backgrounds are changed along."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Parsing, Person

Matte = NDArray[np.uint8]  # (H, W): 0 is background, 255 somebody
Box = tuple[slice, slice]  # rows and columns

_ROOM = 0.15  # of a person's box, for what the soft mask reaches beyond it
_RIM = np.ones((5, 5), np.uint8)  # pixels round people in which an edge is soft
# From how much is background to how much is somebody's: what is nearly certain is taken as such, so
# that no mist lies round people, and fewer pixels have to be looked at closely
_CLEAR = (255 - np.clip((np.arange(256) - 8) * 255 / 239, 0, 255)).astype(np.uint8)


def matte_of(parsing: Parsing) -> Matte:
    """Return a new matte of everybody, with soft edges where the parser knows them.

    Where two people meet, each mask ends softly, and yet all of a pixel is theirs together.
    """
    hard = cv2.compare(parsing.labels, 0, cv2.CMP_GT)
    inner = cv2.erode(hard, _RIM, borderValue=255)
    if any(person.soft_mask is None for person in parsing.people) or not parsing.people:
        inner = np.maximum(inner, cv2.blur(hard, (3, 3)))
    background = cv2.bitwise_not(inner)
    for person in parsing.people:
        if person.soft_mask is not None:
            rows, columns = _round(person, *hard.shape)
            if rows.stop > rows.start and columns.stop > columns.start:
                region = background[rows, columns]
                alpha = person.soft_mask.alpha((columns.start, rows.start, columns.stop, rows.stop))
                cv2.multiply(region, cv2.bitwise_not(alpha), region, scale=1 / 255)
    return np.asarray(cv2.LUT(background, _CLEAR), np.uint8)


def only(parsing: Parsing, people: Sequence[Person]) -> Parsing:
    """Return what of a parsing is some people's."""
    values = 256 if parsing.instances.dtype == np.uint8 else 65_536
    mine = np.zeros(values, np.uint8)
    mine[[person.instance for person in people]] = 255
    theirs: Matte = cv2.LUT(parsing.instances, mine) if values == 256 else mine[parsing.instances]
    return Parsing(
        np.asarray(cv2.copyTo(parsing.labels, theirs), np.uint8),
        np.asarray(cv2.copyTo(parsing.instances, theirs), parsing.instances.dtype),
        tuple(people),
    )


def box_of(matte: Matte) -> Box | None:
    """Return the rows and columns round all that is in a matte, with some room; None: nobody."""
    x, y, across, down = cv2.boundingRect(matte)
    if not across:
        return None
    room = max(8, max(matte.shape) // 40)
    return (
        slice(max(0, y - room), min(matte.shape[0], y + down + room)),
        slice(max(0, x - room), min(matte.shape[1], x + across + room)),
    )


def _round(person: Person, height: int, width: int) -> Box:
    x0, y0, x1, y1 = person.box
    room = _ROOM * max(x1 - x0, y1 - y0)
    return (
        slice(max(0, int(y0 - room)), min(height, int(y1 + room) + 1)),
        slice(max(0, int(x0 - room)), min(width, int(x1 + room) + 1)),
    )
