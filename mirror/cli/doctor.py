"""Say what is installed, found and broken, and what to do about each."""

from __future__ import annotations

import argparse

from rich.table import Table
from rich.text import Text

from mirror.cli.diagnosis import broken, examine
from mirror.process import terminal
from mirror.process.printable import cell

_MARKS = {"ok": "[green]✓[/]", "missing": "[yellow]-[/]", "broken": "[red]✗[/]"}

LICENCES = (
    "Licences: the code and the built-in weights are Apache-2.0; PyAV's wheel carries FFmpeg with "
    "x264 (GPL); PyQt5 is GPLv3, which matters to whoever redistributes the window; M2FP's weights "
    "are CC BY-NC 4.0: not for commercial use."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the doctor looks at everything."""


def run(options: argparse.Namespace) -> int:
    """Print every finding; return 1 if something installed is broken."""
    findings = list(examine())
    table = Table(box=None, show_header=False)
    for finding in findings:
        remedy = cell(finding.remedy, "bold")
        table.add_row(_MARKS[finding.status], cell(finding.what), cell(finding.seen), remedy)
    terminal.answer(table, Text(LICENCES, style="dim"))
    return 1 if broken(findings) else 0
