"""What a run ends with: its exit code, and the line that says why it is not 0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mirror.cli.error_words import worded
from mirror.jobs.run_report import RunReport
from mirror.process import terminal
from pipeline.errors import PipelineError

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


def say_failed(failed: Sequence[tuple[Path, PipelineError]], of: int) -> None:
    """Say on stderr, one line each, what failed and why; then which of how many they were."""
    for _, error in failed:
        notes = "; ".join(getattr(error, "__notes__", ()))
        terminal.warn(f"{worded(error)}{f' ({notes})' if notes else ''}")
    if of > 1:
        names = ", ".join(str(path) for path, _ in failed)
        terminal.warn(f"{len(failed)} of {of} failed: {names}")
