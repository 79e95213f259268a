"""How sets of one exercise went from time to time, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from mirror.coach.counting.holding import Held
from mirror.coach.counting.repetition import Repetition
from mirror.outputs.coach_history import KeptSet

_MOST = 24  # sets; older ones are in the history
_WIDE, _TALL, _TOP, _BOTTOM, _SIDE = 1000, 150, 20, 22, 10
_LABELS = 8  # days that are written below


def trend_chart(before: Sequence[KeptSet], count: int, held_s: float, range_: float | None) -> str:
    """Return bars of what was done in each set, this one last, and a line of how far it went.

    Args:
        before: earlier sets of the exercise, the oldest first; one at least.
        count: repetitions of this set.
        held_s: seconds held in it.
        range_: mean range of its repetitions; None where there are none.
    """
    is_held = held_s > 0 and not count
    past = before[-_MOST + 1 :]
    figures = [one.held_s if is_held else float(one.repetitions) for one in past]
    ranges = [one.range for one in past]
    figures.append(held_s if is_held else float(count))
    ranges.append(range_)
    days = [date.fromtimestamp(one.at).isoformat() for one in past] + ["now"]
    step = (_WIDE - 2 * _SIDE) / len(figures)
    return (
        f'<svg viewBox="0 0 {_WIDE} {_TALL}" role="img">'
        f"{''.join(_bars(figures, days, step))}{_line(ranges, step)}</svg>"
    )


def mean_range(items: Sequence[Repetition | Held]) -> float | None:
    """Return the mean range of repetitions; None where there are none."""
    ranges = [one.range for one in items if isinstance(one, Repetition)]
    return sum(ranges) / len(ranges) if ranges else None


def _bars(figures: Sequence[float], days: Sequence[str], step: float) -> Iterator[str]:
    most = max(figures) or 1.0
    high = _TALL - _TOP - _BOTTOM
    shown = max(1, -(-len(days) // _LABELS))
    wide = min(0.6 * step, 60.0)
    for place, (figure, day) in enumerate(zip(figures, days, strict=True)):
        middle = _SIDE + (place + 0.5) * step
        tall = high * figure / most
        y = _TALL - _BOTTOM - tall
        kind = "now" if place == len(figures) - 1 else "past"
        yield (
            f'<rect class="{kind}" x="{middle - wide / 2:.1f}" y="{y:.1f}" '
            f'width="{wide:.1f}" height="{tall:.1f}"/>'
            f'<text x="{middle:.1f}" y="{y - 5:.1f}" text-anchor="middle">{figure:.0f}</text>'
        )
        if (len(figures) - 1 - place) % shown == 0:
            yield f'<text x="{middle:.1f}" y="{_TALL - 6}" text-anchor="middle">{day}</text>'


def _line(ranges: Sequence[float | None], step: float) -> str:
    """A line from 0 to the farthest, with a gap where a set has no range."""
    known = [one for one in ranges if one is not None]
    if len(known) < 2 or max(known) <= 0:
        return ""
    high, steps, is_down = _TALL - _TOP - _BOTTOM, [], False
    for place, one in enumerate(ranges):
        if one is not None:
            x, y = _SIDE + (place + 0.5) * step, _TALL - _BOTTOM - high * one / max(known)
            steps.append(f"{'L' if is_down else 'M'}{x:.1f} {y:.1f}")
        is_down = one is not None
    return f'<path class="ranges" d="{"".join(steps)}"/>'
