"""A measured figure beside the goal it is held against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rich.table import Table


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


def as_table(title: str, rows: Iterable[Row]) -> Table:
    """Return rows as a table for a terminal."""
    table = Table(title=title, title_justify="left", box=None, header_style="dim")
    table.add_column("measured", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("goal", justify="right", no_wrap=True)
    table.add_column("")
    table.add_column("against", style="dim")
    for row in rows:
        sign = "≥" if row.better == "more" else "≤"
        goal = "" if row.goal is None else f"{sign} {row.goal:g}"
        mark = {True: "[green]✓[/]", False: "[red]✗[/]", None: ""}[row.met]
        table.add_row(row.name, f"{row.value:.3g} {row.unit}", goal, mark, row.note)
    return table
