"""What came out, as a picture. Needs matplotlib, which the extra ``eval`` brings."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mirror.core.errors import MirrorError
from mirror.evaluation.run import Outcome
from pipeline.targets.claims import OutputFile, write_whole


class PlotRefused(MirrorError):
    """A plot cannot be made here."""


def check_plot(path: Path) -> None:
    """Find out before a long run whether a plot can be made.

    Raises:
        PlotRefused: matplotlib is not installed, or cannot write such a file.
    """
    figure = figure_for(1)
    if path.suffix.lower().removeprefix(".") not in figure.canvas.get_supported_filetypes():
        raise PlotRefused(
            "plot.unknown_ending",
            "{path} ends in no kind of plot; try .png, .svg or .pdf",
            path=path,
        )


def write_plot(file: OutputFile, title: str, outcomes: Sequence[Outcome]) -> None:
    """Draw every picture's figure from the worst to the best, and each table as bars.

    Raises:
        PlotRefused: see ``check_plot``.
        SinkError: it cannot be written.
    """
    tables = [
        (f"{outcome.dataset}: {heading}", rows)
        for outcome in outcomes
        for heading, rows in outcome.verdict.tables.items()
    ]
    figure = figure_for(1 + len(tables))
    axes = figure.subplots(1 + len(tables), 1, squeeze=False)[:, 0]
    ranked = ", ".join(dict.fromkeys(outcome.verdict.ranked_by for outcome in outcomes))
    for outcome in outcomes:
        ranks = sorted(seen.rank for seen in outcome.pictures)
        shares = [(place + 0.5) / len(ranks) for place in range(len(ranks))]
        axes[0].plot(shares, ranks, label=f"{outcome.dataset} ({len(ranks)})")
    axes[0].set(
        title=title, xlabel="share of pictures, the worst first", ylabel=ranked, ylim=(0, 1)
    )
    axes[0].legend(loc="lower right")
    axes[0].grid(alpha=0.3)
    for axis, (heading, rows) in zip(axes[1:], tables, strict=True):
        told = set().union(*rows.values())
        key = next(key for key in ("iou", "recall", "pck") if key in told)
        values = [float(row.get(key) or 0.0) for row in rows.values()]
        axis.barh(list(rows), values)
        axis.invert_yaxis()
        axis.set(title=heading, xlim=(0, 1))
        axis.grid(alpha=0.3, axis="x")
    drawn = io.BytesIO()
    figure.savefig(drawn, format=file.path.suffix[1:].lower())
    write_whole(file, drawn.getvalue())


def figure_for(panels: int, width: float = 9) -> Any:  # noqa: ANN401 - it may not be installed
    """Return a figure of matplotlib's with room for so many panels, one below the other.

    Raises:
        PlotRefused: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise PlotRefused(
            "plot.matplotlib_missing",
            "a plot needs matplotlib, which is not installed: pip install 'smart-mirror[eval]'",
        ) from error
    return Figure(figsize=(width, 4 * panels), layout="constrained")
