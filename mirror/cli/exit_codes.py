"""What a run ends with: its exit code, and the line that says why it is not 0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mirror.cli.error_words import told
from mirror.jobs.run_report import RunReport
from mirror.process import terminal

FAILED = 1
INCOMPLETE = 3  # what could be read was written, but the source promised more


def code_of(report: RunReport) -> int:
    """Return a run's exit code; say on stderr if its source did not hold what it promised."""
    if report.complete:
        return 0
    how = "breaks off" if report.promised is None else f"promised {report.promised} frames"
    terminal.warn(
        f"incomplete: what could be read was written, {report.frames} frames; the input {how}"
    )
    return INCOMPLETE


def say_failure(of: Path, error: Exception) -> None:
    """Say on stderr, in one line, why one of several sources came to nothing."""
    text = told(error)
    terminal.warn(text if str(of) in text else f"{of}: {text}")


def say_which_failed(failed: Sequence[Path], of: int) -> None:
    """Say on stderr, in one line, which of several sources came to nothing."""
    if of > 1:
        terminal.warn(f"{len(failed)} of {of} failed: {', '.join(map(str, failed))}")
