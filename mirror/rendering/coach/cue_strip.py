"""The one thing that is told, in words as large as fit."""

from __future__ import annotations

from mirror.rendering.coach.board import CUE, GUIDE, Board, Rect, ink_on
from mirror.rendering.coach.glass import Strip
from mirror.rendering.coach.lettering import text_width, writable
from mirror.rendering.overlay.colour_tables import DARK

_LETTERS = 0.06  # of the picture's shorter side; see panel.py for what is read at 3 m
_MOST_WIDE = 0.92  # of the picture
_LEAST = 8  # pixels
_PLATES = {"cue": CUE, "guide": GUIDE, "plain": DARK}


def strip_size(strip: Strip, size: tuple[int, int]) -> tuple[int, int]:
    """Return how wide and tall a strip is in a picture of some height and width."""
    letters = _letters(strip, size)
    return text_width(writable(strip.text), letters) + 2 * letters, round(2.2 * letters)


def cue_strip(strip: Strip, rect: Rect, size: tuple[int, int]) -> Board:
    """Return the strip, written; blue where it is about the place, yellow about the movement."""
    letters, plate = _letters(strip, size), _PLATES[strip.tone]
    board = Board(rect, size, plate, 0.92)
    x, y, _, tall = rect
    base = y + (tall + letters) // 2
    board.write(writable(strip.text), x + letters, base, letters, ink_on(plate))
    return board


def _letters(strip: Strip, size: tuple[int, int]) -> int:
    wanted = max(_LEAST, round(_LETTERS * min(size)))
    room = _MOST_WIDE * size[1] - 2 * wanted
    wide = text_width(writable(strip.text), wanted)
    return wanted if wide <= room else max(_LEAST, int(wanted * room / wide))
