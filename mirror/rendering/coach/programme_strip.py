"""Where a programme is, in one line: which set, how far, how long still."""

from __future__ import annotations

import math

from mirror.coach.exercises.definition import Words
from mirror.coach.programmes.status import ProgrammeStatus
from mirror.rendering.coach.board import GOOD, GUIDE, Board, Rect
from mirror.rendering.coach.glass import in_language
from mirror.rendering.coach.lettering import text_width
from mirror.rendering.overlay.colour_tables import DARK, WHITE

_LETTERS = 0.055  # of the picture's shorter side; see panel.py for what is read at 3 m
_MOST_WIDE = 0.92  # of the picture
_LEAST = 8  # pixels
_WORDS = {  # by the state of a programme
    "ready": Words(en="{title}: come into the picture", zh="{title}: 请站到画面中"),
    "countdown": Words(
        en="Ready in {time}  {title}, {which}", zh="{time} 后开始  {title}, {which}"
    ),
    "work": Words(en="{title}, {which}: {target}", zh="{title}, {which}: {target}"),
    "rest": Words(en="Rest {time}  {title}, {which}", zh="休息 {time}  {title}, {which}"),
    "paused": Words(en="Paused  {title}, {which}", zh="已暂停  {title}, {which}"),
    "done": Words(en="Done", zh="完成"),
    "set": Words(en="set {number} of {sets}", zh="第 {number} 组, 共 {sets} 组"),
    "of": Words(en="{done} of {wanted}", zh="{done} / {wanted}"),
}


def programme_text(status: ProgrammeStatus, language: str = "en") -> str:
    """Return the line, in a language as gettext names it."""

    def say(name: str, **fields: object) -> str:
        return in_language(_WORDS[name], language).format(title=title, which=which, **fields)

    title = in_language(status.title, language)
    which = in_language(_WORDS["set"], language).format(
        number=status.planned.place + 1, sets=status.sets
    )
    if status.state in ("countdown", "rest"):
        return say(status.state, time=_clock(status.remaining_s))
    return say(status.state, target=_target(status, language))


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


def _target(status: ProgrammeStatus, language: str) -> str:
    planned, of = status.planned, in_language(_WORDS["of"], language)
    parts = []
    if planned.repetitions is not None:
        parts.append(of.format(done=status.count, wanted=planned.repetitions))
    if planned.held_s is not None:
        parts.append(of.format(done=int(status.held_s), wanted=f"{planned.held_s:g} s"))
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
