"""How far a long run is, on stderr: a bar on a terminal, nothing in a log."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from mirror.process.printable import shown


class FrameProgress:
    """Shows frames done, frames a second and the time left, in a ``with`` block.

    Args:
        title: what is going on.
        total: how many frames there will be; None where the source does not say.
        quiet: show nothing.
    """

    def __init__(self, title: str, total: int | None, quiet: bool = False) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[fps]:.0f} fps"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=quiet or sys.stderr is None or not sys.stderr.isatty(),
            transient=True,
        )
        self._task = self._progress.add_task(shown(title), total=total, fps=0.0)

    def __enter__(self) -> FrameProgress:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, frames: int, fps: float) -> None:
        """Say how many frames are done and how fast they come."""
        self._progress.update(self._task, completed=frames, fps=fps)
