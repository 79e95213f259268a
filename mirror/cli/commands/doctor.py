"""Say what is installed, found and broken, and what to do about each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mirror.cli.diagnosis import Finding, broken, examine
from mirror.process import terminal
from mirror.process.printable import cell, shown

_MARKS = {"ok": "[green]✓[/]", "missing": "[yellow]-[/]", "broken": "[red]✗[/]"}
_PLAIN_MARKS = {"ok": "ok", "missing": "-", "broken": "BROKEN"}

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
    try:
        _show(findings)
    except ImportError:  # rich is one of the things that may be missing
        _show_plainly(findings)
    return 1 if broken(findings) else 0


def _show(findings: Sequence[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False)
    for finding in findings:
        remedy = cell(finding.remedy, "bold")
        table.add_row(_MARKS[finding.status], cell(finding.what), cell(finding.seen), remedy)
    terminal.answer(table, Text(LICENCES, style="dim"))


def _show_plainly(findings: Sequence[Finding]) -> None:
    for finding in findings:
        parts = [_PLAIN_MARKS[finding.status], finding.what, finding.seen, finding.remedy]
        print("  ".join(shown(part) for part in parts if part))
    print(LICENCES)
