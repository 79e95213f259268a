"""How far a batch is, on stderr: bars on a terminal, a line for each recording in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from mirror.batch.clips import Clip
from mirror.batch.engines import Shares
from mirror.batch.records import Failure
from mirror.batch.workers import Outcome, Told
from mirror.process import terminal
from mirror.process.printable import shown


class BatchProgress:
    """Shows recordings done in all, and frames of those under way, in a ``with`` block.

    Args:
        worded: puts a failure into the words of whoever shows it.
        quiet: show nothing.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        worded: Callable[[Failure], str],
        quiet: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._worded, self._quiet, self._clock = worded, quiet, clock
        self._has_bars = sys.stderr is not None and sys.stderr.isatty()
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=quiet or not self._has_bars,
            transient=True,
        )
        self._all: TaskID | None = None
        self._each: dict[Clip, TaskID] = {}
        self._clips, self._ended, self._frames, self._began_at = 0, 0, 0, clock()

    def __enter__(self) -> BatchProgress:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begins(self, clips: int, kept: int, shares: Shares) -> None:
        """See ``BatchWatcher``."""
        self._clips, self._ended, self._began_at = clips, kept, self._clock()
        self._all = self._progress.add_task("all", total=clips, completed=kept, rate="")
        if not self._quiet and not self._has_bars:
            done = f", {kept} of them dealt with before" if kept else ""
            each = f"{shares.workers} x {shares.threads} threads each"
            how = f"{shares.processes} at a time, with {each}"
            terminal.warn(
                f"{clips} videos{done}; {how if kept < clips else 'nothing is left to do'}"
            )

    def told(self, told: Told) -> None:
        """See ``BatchWatcher``."""
        if told.clip not in self._each:
            name = shown(told.clip.name)
            self._each[told.clip] = self._progress.add_task(name, total=told.total, rate="")
        self._progress.update(
            self._each[told.clip], completed=told.frames, rate=f"{told.fps:.0f} fps"
        )

    def ended(self, outcome: Outcome) -> None:
        """See ``BatchWatcher``."""
        self._ended += 1
        result = outcome.result
        if (task := self._each.pop(outcome.clip, None)) is not None:
            self._progress.remove_task(task)
        if not isinstance(result, Failure):
            self._frames += result.frames
        if self._all is not None:
            rate = self._frames / max(1e-9, self._clock() - self._began_at)
            self._progress.update(self._all, completed=self._ended, rate=f"{rate:.0f} fps")
        if not self._quiet and not self._has_bars:
            terminal.warn(
                f"{self._ended} of {self._clips}: {outcome.clip.name}: {self._of(result)}"
            )

    def _of(self, result: object) -> str:
        if isinstance(result, Failure):
            return f"failed: {self._worded(result)}"
        frames, wall_s = getattr(result, "frames", 0), getattr(result, "wall_s", 0.0)
        rate = f", {frames / wall_s:.1f} fps" if wall_s else ""
        return f"{frames} frames{rate}"
