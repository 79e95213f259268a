"""Where a programme is, in one line: which set, how far, how long still."""

from __future__ import annotations

import math

from mirror.coach.programmes.run import ProgrammeStatus
from mirror.rendering.coach.board import GOOD, GUIDE, Board, Rect, text_width
from mirror.rendering.overlay.colour_tables import DARK, WHITE

_LETTERS = 0.055  # of the picture's shorter side; see panel.py for what is read at 3 m
_MOST_WIDE = 0.92  # of the picture
_LEAST = 8  # pixels


def programme_text(status: ProgrammeStatus) -> str:
    """Return the line, in English."""
    title = status.title.en.encode("ascii", "replace").decode()  # what OpenCV's letters can write
    which = f"set {status.planned.place + 1} of {status.sets}"
    if status.state == "ready":
        return f"{title}: come into the picture"
    if status.state == "done":
        return "Done"
    if status.state == "paused":
        return f"Paused  {title}, {which}"
    if status.state in ("countdown", "rest"):
        name = "Ready in" if status.state == "countdown" else "Rest"
        return f"{name} {_clock(status.remaining_s)}  {title}, {which}"
    return f"{title}, {which}: {_target(status)}"


def programme_board(text: str, rect: Rect, size: tuple[int, int], is_working: bool) -> Board:
    """Return the line, written: green while it counts, blue while it does not."""
    letters = _letters(text, size)
    plate = GOOD if is_working else GUIDE
    board = Board(rect, size, plate, 0.92)
    x, y, _, tall = rect
    ink = DARK if is_working else WHITE
    board.write(text, x + letters, y + (tall + letters) // 2, letters, ink)
    return board


def programme_size(text: str, size: tuple[int, int]) -> tuple[int, int]:
    """Return how wide and tall the line's strip is in a picture of some height and width."""
    letters = _letters(text, size)
    return text_width(text, letters) + 2 * letters, round(2.2 * letters)


def _target(status: ProgrammeStatus) -> str:
    planned = status.planned
    parts = []
    if planned.repetitions is not None:
        parts.append(f"{status.count} of {planned.repetitions}")
    if planned.held_s is not None:
        parts.append(f"{int(status.held_s)} of {planned.held_s:g} s")
    if planned.work_s is not None:
        parts.append(_clock(status.remaining_s))
    return "  ".join(parts)


def _clock(seconds: float | None) -> str:
    whole = math.ceil(seconds or 0.0)
    return f"{whole // 60}:{whole % 60:02d}"


def _letters(text: str, size: tuple[int, int]) -> int:
    wanted = max(_LEAST, round(_LETTERS * min(size)))
    room = _MOST_WIDE * size[1] - 2 * wanted
    wide = text_width(text, wanted)
    return wanted if wide <= room else max(_LEAST, int(wanted * room / wide))
