"""Where a picture lies in a view, worked out without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fit = Literal["fit", "fill", "actual"]
FITS: tuple[Fit, ...] = ("fit", "fill", "actual")


@dataclass(frozen=True, slots=True)
class Placement:
    """Which part of a picture is shown, and where.

    Attributes:
        crop: x0, y0, x1, y1 in pixels of the picture, the far edges exclusive.
        x, y: the left upper corner in pixels of the view.
        height, width: of what is shown, in pixels of the view.
    """

    crop: tuple[int, int, int, int]
    x: int
    y: int
    height: int
    width: int


def placed(picture: tuple[int, int], view: tuple[int, int], fit: Fit) -> Placement:
    """Return where a picture of (height, width) lies in a view of (height, width), centred.

    ``fit`` shows all of it, ``fill`` leaves no border, ``actual`` shows pixel for pixel.
    """
    tall, wide = picture
    view_tall, view_wide = max(1, view[0]), max(1, view[1])
    scales = view_tall / tall, view_wide / wide
    scale = {"fit": min(scales), "fill": max(scales), "actual": 1.0}[fit]
    height = max(1, min(view_tall, round(tall * scale)))
    width = max(1, min(view_wide, round(wide * scale)))
    seen_tall, seen_wide = min(tall, round(height / scale)), min(wide, round(width / scale))
    x0, y0 = (wide - seen_wide) // 2, (tall - seen_tall) // 2
    return Placement(
        crop=(x0, y0, x0 + max(1, seen_wide), y0 + max(1, seen_tall)),
        x=(view_wide - width) // 2,
        y=(view_tall - height) // 2,
        height=height,
        width=width,
    )
