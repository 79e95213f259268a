"""Charts as SVG: an angle over time, and the tempo of a repetition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.coach.counting.repetition import Repetition

Values = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Band:
    """Some time in a chart: a repetition, or something held.

    Attributes:
        start, end: seconds.
        far: seconds of its far end; None where there is none.
        is_faulty: whether something was wrong.
    """

    start: float
    end: float
    far: float | None
    is_faulty: bool


_WIDE, _TALL = 1000, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 24, 26
_GONE_S = 0.5  # without a sample: nobody was there, and nothing is known between
_POINTS = 1500  # of a line: more than there are pixels say nothing
_TEMPO_WIDE, _TEMPO_TALL = 160, 14


def angle_chart(times: Values, sides: Values, bands: Sequence[Band], unit: str) -> str:
    """Return a signal over time, left and right, with repetitions, or what was held, marked.

    Args:
        times: (T,) seconds.
        sides: (T, 2) of the left and the right side, NaN where not seen.
        bands: what is marked, red where something was wrong.
        unit: of the signal, written at the axis.
    """
    axes = _Axes(times, sides)
    marked = "".join(_band(axes, number, one) for number, one in enumerate(bands, 1))
    lines = "".join(
        f'<path class="{name}" d="{_path(axes, times, sides[:, place])}"/>'
        for place, name in enumerate(("left", "right"))
    )
    return (
        f'<svg viewBox="0 0 {_WIDE} {_TALL}" role="img">{marked}{"".join(axes.ticks(unit))}'
        f"{lines}</svg>"
    )


def tempo_bar(one: Repetition, longest_s: float) -> str:
    """Return a repetition's tempo, as long as it is for the longest of all, in seconds."""
    scale = _TEMPO_WIDE / max(longest_s, 1e-6)
    x, bars = 0.0, []
    for name, seconds in (("out", one.out_s), ("hold", one.held_s), ("back", one.back_s)):
        wide = seconds * scale
        bars.append(
            f'<rect class="{name}" x="{x:.1f}" y="0" width="{wide:.1f}" height="{_TEMPO_TALL}"/>'
        )
        x += wide
    size = f'width="{_TEMPO_WIDE}" height="{_TEMPO_TALL}"'
    return (
        f'<svg class="tempo" {size} viewBox="0 0 {_TEMPO_WIDE} {_TEMPO_TALL}">{"".join(bars)}</svg>'
    )


class _Axes:
    """Where values lie in a chart."""

    def __init__(self, times: Values, values: Values) -> None:
        known = values[np.isfinite(values)]
        low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
        room = max(0.05 * (high - low), 1e-3)
        self._low, self._high = low - room, high + room
        self._start = float(times[0]) if len(times) else 0.0
        self._end = max(float(times[-1]) if len(times) else 1.0, self._start + 1e-3)

    def x(self, time: float | Values) -> Values:
        share = (np.asarray(time) - self._start) / (self._end - self._start)
        return _LEFT + share * (_WIDE - _LEFT - _RIGHT)

    def y(self, value: float | Values) -> Values:
        share = (np.asarray(value) - self._low) / (self._high - self._low)
        return _TALL - _BOTTOM - share * (_TALL - _TOP - _BOTTOM)

    def ticks(self, unit: str) -> Iterator[str]:
        for value in _round_steps(self._low, self._high, 5):
            y = float(self.y(value))
            across = f'x1="{_LEFT}" x2="{_WIDE - _RIGHT}"'
            yield f'<line class="grid" {across} y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}{unit}</text>'
        for time in _round_steps(self._start, self._end, 10):
            yield (
                f'<text x="{float(self.x(time)):.1f}" y="{_TALL - 6}" text-anchor="middle">'
                f"{time:g} s</text>"
            )


def _band(axes: _Axes, number: int, one: Band) -> str:
    x0, x1 = (float(axes.x(time)) for time in (one.start, one.end))
    kind = "faulty" if one.is_faulty else "clean"
    tall = _TALL - _TOP - _BOTTOM
    band = f'<rect class="{kind}" x="{x0:.1f}" y="{_TOP}" width="{x1 - x0:.1f}" height="{tall}"/>'
    if one.far is not None:
        far = f"{float(axes.x(one.far)):.1f}"
        band += f'<line class="far" x1="{far}" x2="{far}" y1="{_TOP}" y2="{_TALL - _BOTTOM}"/>'
    middle = f'x="{(x0 + x1) / 2:.1f}" y="{_TOP - 8}" text-anchor="middle"'
    return f"{band}<text {middle}>{number}</text>"


def _path(axes: _Axes, times: Values, values: Values) -> str:
    """A line with a gap wherever nothing was seen."""
    step = max(1, len(times) // _POINTS)
    xs, ys = axes.x(times[::step]), axes.y(values[::step])
    late = np.diff(times[::step], prepend=times[:1]) > max(_GONE_S, 2 * step * _frame_s(times))
    steps, is_down = [], False
    for x, y, is_late in zip(xs.tolist(), ys.tolist(), late.tolist(), strict=True):
        is_down = is_down and not is_late
        if np.isfinite(y):
            steps.append(f"{'L' if is_down else 'M'}{x:.1f} {y:.1f}")
        is_down = bool(np.isfinite(y))
    return "".join(steps)


def _frame_s(times: Values) -> float:
    return float(np.median(np.diff(times))) if len(times) > 1 else 0.0


def _round_steps(low: float, high: float, count: int) -> list[float]:
    """Round values between two ends, about so many."""
    rough = (high - low) / count
    size = 10.0 ** np.floor(np.log10(rough))
    step = next(size * one for one in (1, 2, 5, 10) if size * one >= rough)
    return [
        float(one) for one in np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step + 0.0
    ]
