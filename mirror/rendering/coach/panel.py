"""One person's panel: how often, how far, how fast."""

from __future__ import annotations

from dataclasses import dataclass

from mirror.coach.counting.repetition import Repetition
from mirror.coach.feedback.live_coaching import Feedback
from mirror.rendering.coach.board import GOOD, WARNING, Board, Rect, text_width
from mirror.rendering.overlay.colour_tables import DARK, WHITE

# Signs are read at a distance of 200 times the height of their letters (ISO 3864-1, 2011, 6.2
# says so of safety signs, roughly). At 3 m: 15 mm, which is 5 % of a picture 300 mm high.
_COUNT, _LINE, _PAD, _GAUGE = 0.19, 0.045, 0.025, 0.04  # of the picture's shorter side
_PHASES = {"start": "start", "out": "out", "far": "far end", "back": "back", None: ""}
_TEMPO = "0.0 / 0.0 / 0.0 s"


@dataclass(frozen=True, slots=True)
class PanelMetrics:
    """How large things are in a picture, in pixels."""

    count: int
    line: int
    pad: int
    gauge: int

    @classmethod
    def of(cls, size: tuple[int, int]) -> PanelMetrics:
        """Return what suits a picture of some height and width."""
        side = min(size)
        shares = (_COUNT, _LINE, _PAD, _GAUGE)
        count, line, pad, gauge = (max(2, round(side * share)) for share in shares)
        return cls(count, line, pad, gauge)

    def panel(self, feedback: Feedback) -> tuple[int, int]:
        """Return a panel's width and height: they do not change while somebody exercises."""
        texts = (_title(feedback), _TEMPO)
        wide = max(text_width("00", self.count), *(text_width(one, self.line) for one in texts))
        across = wide + self.gauge + 3 * self.pad
        return across, self.count + 3 * self.line + 5 * self.pad


def panel(feedback: Feedback, rect: Rect, size: tuple[int, int]) -> Board:
    """Return the panel of one person, drawn.

    Args:
        feedback: what it shows.
        rect: where it is.
        size: height and width of the picture.
    """
    metrics = PanelMetrics.of(size)
    board = Board(rect, size, DARK, 0.78)
    x, y, _, tall = rect
    ink = WARNING if feedback.faults else GOOD
    gauge = (x + metrics.pad, y + metrics.pad, metrics.gauge, tall - 2 * metrics.pad)
    _draw_gauge(board, gauge, feedback.progress, ink)
    left = x + metrics.gauge + 2 * metrics.pad
    base = y + metrics.pad + metrics.count
    board.write(str(feedback.count), left, base, metrics.count)
    lines = (_title(feedback), _PHASES[feedback.phase], _tempo(feedback.last))
    for text in lines:
        base += metrics.pad + metrics.line
        board.write(text, left, base, metrics.line)
    return board


def _draw_gauge(board: Board, rect: Rect, progress: float | None, ink: int) -> None:
    """A column that fills from its top down as somebody goes to the far end."""
    x, y, wide, tall = rect
    board.fill(rect, WHITE, 0.3)
    if progress is not None:
        board.fill((x, y, wide, max(1, round(progress * tall))), ink)


def _title(feedback: Feedback) -> str:
    return "..." if feedback.exercise is None else _ascii(feedback.exercise.title.en)


def _tempo(last: Repetition | None) -> str:
    if last is None:
        return ""
    return f"{last.out_s:.1f} / {last.held_s:.1f} / {last.back_s:.1f} s"


def _ascii(text: str) -> str:
    """What OpenCV's own letters can write."""
    return text.encode("ascii", "replace").decode()
