"""List the models that ship with the product, and verify them."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.table import Table

from mirror import weights


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the one word that says what to do."""
    parser.add_argument("action", choices=("list", "verify"), nargs="?", default="list")


def run(options: argparse.Namespace) -> int:
    """Print a line a model; ``verify`` reads each whole and ends with 1 if one is damaged."""
    table = Table(box=None)
    for column in ("model", "size", "licence", "state"):
        table.add_column(column)
    damaged = 0
    for name in weights.NAMES:
        state = "shipped"
        if options.action == "verify":
            state, fault = _verified(name)
            damaged += fault
        size = f"{weights.path(name).stat().st_size / 1e6:.1f} MB"
        table.add_row(name, size, "Apache-2.0", state)
    Console().print(table)
    return 1 if damaged else 0


def _verified(name: str) -> tuple[str, bool]:
    try:
        weights.verify(name)
    except weights.WeightsBroken as error:
        return str(error), True
    return "checksum right", False
