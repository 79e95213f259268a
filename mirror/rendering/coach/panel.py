"""One person's panel: how often, how far, how fast."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from mirror.coach.counting.repetition import Repetition
from mirror.coach.feedback.live_coaching import Feedback
from mirror.coach.feedback.phase_words import HELD, phase_words
from mirror.rendering.coach.board import GOOD, WARNING, Board, Rect
from mirror.rendering.coach.glass import Glass, in_language
from mirror.rendering.coach.lettering import text_width, writable
from mirror.rendering.overlay.colour_tables import DARK, WHITE

# Letters are read at about 200 times their height: 15 mm at 3 m, 5 % of a picture 300 mm high.
# A rule of thumb; nobody has measured it here.
_COUNT, _LINE, _PAD, _GAUGE = 0.19, 0.045, 0.025, 0.04  # of the picture's shorter side
_SMALLER = (0.85, 0.6)
_TEMPO, _SET = "0.0 / 0.0 / 0.0 s", "Set 0  00:00"


@dataclass(frozen=True, slots=True)
class PanelLayout:
    """How large a panel is, and what is on it.

    Attributes:
        count: height of the number, in pixels, as all others.
        line: height of a line's capitals; 0 leaves lines out.
        lines: how many there are; a single one is the set's.
        pad: between things.
        gauge: width of the gauge.
    """

    count: int
    line: int
    pad: int
    gauge: int
    lines: int = 3

    @property
    def size(self) -> tuple[int, int]:
        """A panel's width and height: they do not change while somebody exercises."""
        across = self.room + self.gauge + 3 * self.pad
        lines = self.lines * (self.line + self.pad) if self.line else 0
        return across, self.count + 2 * self.pad + lines

    @property
    def room(self) -> int:
        """How wide what is written may be."""
        wide = text_width("00", self.count)
        widest = _TEMPO if self.lines > 1 else _SET
        return max(wide, text_width(widest, self.line)) if self.line else wide


@functools.lru_cache(maxsize=16)
def layouts(size: tuple[int, int], has_sets: bool = False) -> tuple[PanelLayout, ...]:
    """Return what suits a picture of some height and width, the largest first.

    The smaller ones are for where there is no room: they leave out lines, the set's as the last.
    """
    side = min(size)
    count, line, pad, gauge = (max(2, round(side * one)) for one in (_COUNT, _LINE, _PAD, _GAUGE))
    found = [PanelLayout(count, line, pad, gauge, 4 if has_sets else 3)]
    for share in _SMALLER:
        high, gap, wide = (max(2, round(share * one)) for one in (count, pad, gauge))
        if has_sets:
            found.append(PanelLayout(high, max(2, round(share * line)), gap, wide, 1))
        found.append(PanelLayout(high, 0, gap, wide))
    return tuple(found)


def panel(
    feedback: Feedback, layout: PanelLayout, rect: Rect, size: tuple[int, int], glass: Glass
) -> Board:
    """Return the panel of one person, drawn.

    Args:
        feedback: what it shows.
        layout: how large it is.
        rect: where it is.
        size: height and width of the picture.
        glass: the set, and the language.
    """
    board = Board(rect, size, DARK, 0.78)
    x, y, _, tall = rect
    ink = WARNING if feedback.faults else GOOD
    gauge = (x + layout.pad, y + layout.pad, layout.gauge, tall - 2 * layout.pad)
    _draw_gauge(board, gauge, feedback.progress, ink)
    left = x + layout.gauge + 2 * layout.pad
    base = y + layout.pad + layout.count
    number = str(int(feedback.held_s) if _is_held(feedback) else feedback.count)
    board.write(number, left, base, _fitting(number, layout.count, layout.room))
    if layout.line:
        is_short = layout.lines == 1
        for text in [writable(glass.set_line)] if is_short else _lines(feedback, glass):
            base += layout.pad + layout.line
            board.write(text, left, base, _fitting(text, layout.line, layout.room))
    return board


def _lines(feedback: Feedback, glass: Glass) -> list[str]:
    phase = ""
    if _is_held(feedback):
        phase = in_language(HELD, glass.language)
    elif feedback.phase is not None:
        phase = in_language(phase_words(feedback.exercise, feedback.phase), glass.language)
    of_set = [writable(glass.set_line)] if glass.set_line else []
    return [_title(feedback, glass.language), phase, *of_set, _tempo(feedback.last)]


def _fitting(text: str, height: int, room: int) -> int:
    """How high the capitals of a text are at most, so that it fits."""
    return min(height, height * room // max(1, text_width(text, height)))


def _is_held(feedback: Feedback) -> bool:
    return feedback.exercise is not None and feedback.exercise.hold is not None


def _draw_gauge(board: Board, rect: Rect, progress: float | None, ink: int) -> None:
    """A column that fills from its top down as somebody goes to the far end."""
    x, y, wide, tall = rect
    board.fill(rect, WHITE, 0.3)
    if progress is not None:
        board.fill((x, y, wide, max(1, round(progress * tall))), ink)


def _title(feedback: Feedback, language: str) -> str:
    return "..." if feedback.exercise is None else in_language(feedback.exercise.title, language)


def _tempo(last: Repetition | None) -> str:
    if last is None:
        return ""
    return f"{last.out_s:.1f} / {last.held_s:.1f} / {last.back_s:.1f} s"
