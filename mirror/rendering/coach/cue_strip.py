"""The one thing that is told, in words as large as fit."""

from __future__ import annotations

from mirror.coach.feedback.cues import Cue
from mirror.rendering.coach.board import CUE, GUIDE, Board, Rect, ink_on, text_width

_LETTERS = 0.06  # of the picture's shorter side; see panel.py for what is read at 3 m
_MOST_WIDE = 0.92  # of the picture
_LEAST = 8  # pixels


def strip_size(cue: Cue, size: tuple[int, int]) -> tuple[int, int]:
    """Return how wide and tall a cue's strip is in a picture of some height and width."""
    letters = _letters(cue, size)
    return text_width(_text(cue), letters) + 2 * letters, round(2.2 * letters)


def cue_strip(cue: Cue, rect: Rect, size: tuple[int, int], is_guide: bool) -> Board:
    """Return the strip, written; blue where it is about the place, yellow about the movement."""
    letters = _letters(cue, size)
    plate = GUIDE if is_guide else CUE
    board = Board(rect, size, plate, 0.92)
    x, y, _, tall = rect
    board.write(_text(cue), x + letters, y + (tall + letters) // 2, letters, ink_on(plate))
    return board


def _text(cue: Cue) -> str:
    return cue.words.en.encode("ascii", "replace").decode()


def _letters(cue: Cue, size: tuple[int, int]) -> int:
    wanted = max(_LEAST, round(_LETTERS * min(size)))
    room = _MOST_WIDE * size[1] - 2 * wanted
    wide = text_width(_text(cue), wanted)
    return wanted if wide <= room else max(_LEAST, int(wanted * room / wide))
