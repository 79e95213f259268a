"""What was measured of each service, as a table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mirror.bench.serve.figures import Figures

_COLUMNS = ("", "clients at", "/s", "p50", "p95", "p99", "CPU", "MB", "errors")


def as_table(title: str, loads: Sequence[Figures], missing: Mapping[str, str]) -> RenderableType:
    """Return one line a load, and what was left out.

    Args:
        title: above it.
        loads: those with as many clients one after the other.
        missing: services that were left out, and what brings them.
    """
    table = Table(title=title, title_justify="left", box=None, header_style="dim")
    for name in _COLUMNS:
        table.add_column(name, justify="left" if name == "clients at" else "right", no_wrap=True)
    clients = 0
    for figures in loads:
        said = "" if figures.clients == clients else str(figures.clients)
        clients = figures.clients
        table.add_row(said, figures.system, *_cells(figures))
    left_out = [
        Text(f"  without {name}: {brings}", "dim") for name, brings in sorted(missing.items())
    ]
    return Group(table, *left_out)


def _cells(figures: Figures) -> list[str]:
    seconds = (figures.p50_s, figures.p95_s, figures.p99_s)
    return [
        f"{figures.rate:.3g}",
        *(f"{value:.3g} s" for value in seconds),
        f"{figures.cpu_ms:.0f} ms",
        f"{figures.memory_mb:.0f}",
        str(figures.errors + figures.wrong),
    ]
