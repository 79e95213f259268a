"""What the window shows, and where, when there is little room. Plain values; no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

PANEL_WIDTH = 380
_PICTURE_WIDTH = 420  # less is no picture to put a panel beside
_PANEL_HEIGHT = 600  # shows the legend without scrolling
_PANEL_SHARE = 0.42  # of the height of a window that has no room beside the picture
_NARROW = 600  # where buttons beside a sentence leave no room for it

_FIRST_SIZE = (1280, 800)  # of the window where the screen has room; width and height
_FIRST_SHARE = 0.9  # of a smaller screen's sides: its frame needs room, too

Place = Literal["beside", "below"]


def first_size(width: int, height: int) -> tuple[int, int]:
    """Return how wide and high a window is at first on a screen with so much room."""
    widest, highest = _FIRST_SIZE
    return min(widest, int(width * _FIRST_SHARE)), min(highest, int(height * _FIRST_SHARE))


def panel_place(width: int) -> Place:
    """Return where the panel is, seen from the picture, which it never covers."""
    return "beside" if width >= PANEL_WIDTH + _PICTURE_WIDTH else "below"


def panel_height(height: int) -> int:
    """Return how high a panel below the picture is."""
    return min(_PANEL_HEIGHT, round(height * _PANEL_SHARE))


def is_narrow(width: int) -> bool:
    """Return whether a sentence and its buttons go below one another."""
    return width < _NARROW


def folded(widths: Mapping[str, int], room: int) -> set[str]:
    """Return the names of what is left out so that the others fit.

    Args:
        widths: what each takes with its gap, the most important first.
        room: what there is for all.
    """
    out: set[str] = set()
    for name, width in widths.items():
        room -= width
        if room < 0:
            out.add(name)
    return out
