"""What came out, for people and for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from mirror.evaluation.judges import Figure
from mirror.evaluation.run import Outcome
from mirror.process.printable import cell
from mirror.process.printable import title as table_title
from pipeline.targets.claims import OutputFile, write_whole


def as_text(title: str, outcomes: Sequence[Outcome]) -> Group:
    """Return tables for a terminal: one column a data set, then what is told by height or part."""
    columns = {outcome.dataset: outcome.verdict.figures for outcome in outcomes}
    counts = {name: {"pictures": len(outcome.pictures)} for name, outcome in _named(outcomes)}
    whole = {name: {**counts[name], **figures} for name, figures in columns.items()}
    said: list[RenderableType] = [figures_table(title, whole)]
    for heading in dict.fromkeys(heading for one in outcomes for heading in one.verdict.tables):
        for outcome in outcomes:
            if (rows := outcome.verdict.tables.get(heading)) is not None:
                said.append(_by_row(f"{outcome.dataset}: {heading}", rows))
    said += [
        cell(f"{outcome.dataset}: {remark}", "dim")
        for outcome in outcomes
        for remark in outcome.remarks
    ]
    return Group(*said)


def write_csv(file: OutputFile, outcomes: Sequence[Outcome]) -> None:
    """Write one line a picture, with the data set's name before it.

    Raises:
        SinkError: it cannot be written.
    """
    keys = dict.fromkeys(
        key for outcome in outcomes for seen in outcome.pictures for key in seen.figures
    )
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["dataset", "id", *keys], restval="")
    writer.writeheader()
    for outcome in outcomes:
        for seen in outcome.pictures:
            writer.writerow({"dataset": outcome.dataset, "id": seen.id, **seen.figures})
    write_whole(file, text.getvalue().encode())


def _named(outcomes: Sequence[Outcome]) -> list[tuple[str, Outcome]]:
    return [(outcome.dataset, outcome) for outcome in outcomes]


def figures_table(title: str, columns: Mapping[str, Mapping[str, Figure]]) -> Table:
    """Return a table of figures, with a column for each data set or clip."""
    table = Table(title=table_title(title), title_justify="left", box=None, header_style="dim")
    table.add_column("", no_wrap=True)
    for name in columns:
        table.add_column(cell(name), justify="right", overflow="fold")
    for key in dict.fromkeys(key for figures in columns.values() for key in figures):
        table.add_row(key, *(said(figures.get(key)) for figures in columns.values()))
    return table


def _by_row(title: str, rows: Mapping[str, Mapping[str, Figure]]) -> Table:
    keys = list(dict.fromkeys(key for row in rows.values() for key in row))
    table = Table(title=table_title(title), title_justify="left", box=None, header_style="dim")
    for key in ("", *keys):
        table.add_column(key, justify="right" if key else "left")
    for name, row in rows.items():
        table.add_row(cell(name), *(said(row.get(key)) for key in keys))
    return table


def said(figure: Figure) -> str:
    """Return a figure as a text: shares and scores with three decimals, counts as they are."""
    if figure is None:
        return "–"  # noqa: RUF001
    return str(figure) if isinstance(figure, int) else f"{figure:.3f}"
