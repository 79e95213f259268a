"""A measured figure beside the goal it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}  # whether a goal is met
_BETWEEN = 10  # columns between the cells of a line, with the mark


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        name: what was measured.
        value: the figure, in ``unit``.
        unit: such as ``ms CPU`` or ``fps``.
        goal: what it should be; None where it stands for the record only.
        better: whether the goal is the least or the most that the figure should be.
        note: what it was measured against.
    """

    name: str
    value: float
    unit: str
    goal: float | None = None
    better: Literal["more", "less"] = "more"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.better == "more" else self.value <= self.goal

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON's own types."""
        return {**asdict(self), "met": self.met}


def as_table(title: str, rows: Sequence[Row], width: int) -> Table:
    """Return rows as a table for a terminal of so many columns.

    Where what they are measured against does not fit beside the figures, it stands below them.
    """
    lines = [(row.name, _figure(row), _goal(row), _MARKS[row.met], row.note) for row in rows]
    needed = sum(max((len(line[place]) for line in lines), default=0) for place in (0, 1, 2, 4))
    beside = needed + _BETWEEN <= width
    table = Table(title=title, title_justify="left", box=None, header_style="dim")
    table.add_column("measured")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("goal", justify="right", no_wrap=True)
    table.add_column("")
    if beside:
        table.add_column("against", style="dim")
    for name, figure, goal, mark, note in lines:
        if beside:
            table.add_row(name, figure, goal, mark, note)
        else:
            below = Padding(Text(note, "dim"), (0, 0, 0, 2))
            table.add_row(Group(name, below) if note else name, figure, goal, mark)
    return table


def _figure(row: Row) -> str:
    return f"{row.value:.3g} {row.unit}"


def _goal(row: Row) -> str:
    sign = "≥" if row.better == "more" else "≤"
    return "" if row.goal is None else f"{sign} {row.goal:.3g}"
