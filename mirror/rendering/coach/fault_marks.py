"""Parts at fault, in the warning colour on the mask itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.rendering.coach.board import WARNING
from mirror.rendering.overlay.annotations import line_width
from mirror.rendering.overlay.colour_tables import WHITE
from mirror.rendering.overlay.layer import Layer, around

_OPACITY = 0.85


def fault_marks(
    parsing: Parsing, instance: int, names: Iterable[str], parts: LabelSet
) -> Iterator[Layer]:
    """Yield one layer where a person has any of some parts; names that a parser lacks are skipped.

    Args:
        parsing: the frame's.
        instance: whose parts.
        names: of the parts.
        parts: what the parser can name.
    """
    ids = [parts.names.index(name) for name in set(names) if name in parts.names]
    if not ids:
        return
    chosen = np.zeros(256, np.uint8)
    chosen[ids] = 255
    theirs = (parsing.instances == instance).view(np.uint8) * np.uint8(255)
    mask = cv2.bitwise_and(cv2.LUT(parsing.labels, chosen), theirs)
    x, y, wide, tall = cv2.boundingRect(mask)
    if not wide:
        return
    x0, y0, x1, y1 = around(x, y, x + wide, y + tall, mask.shape)
    part = mask[y0:y1, x0:x1]
    width = 2 * line_width(mask.shape) + 1
    edge = cv2.bitwise_xor(part, cv2.erode(part, np.ones((width, width), np.uint8)))
    ink = np.where(edge > 0, np.uint8(WHITE), np.uint8(WARNING))
    soft = cv2.min(cv2.blur(part, (3, 3)), part)  # no pixel of another part is touched
    yield Layer(x0, y0, ink, cv2.convertScaleAbs(soft, alpha=_OPACITY))
