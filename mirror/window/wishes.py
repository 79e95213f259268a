"""Ctrl-C and termination, heard without an exception in the middle of Qt's own work."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import Any

from PyQt5.QtCore import QTimer
from PyQt5.QtWidgets import QApplication


class Wishes:
    """Ends Qt's loop when the process is asked to end, in a ``with`` block of the main thread.

    An exception would do so too, but not before the loop runs, nor where Qt calls back into Python:
    there it ends the process at once.
    """

    def __init__(self) -> None:
        self._before: dict[signal.Signals, Any] = {}
        self._heard: signal.Signals | None = None

    def __enter__(self) -> Wishes:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._hear)
        # Qt does not remember a wish from before its loop ran
        QTimer.singleShot(0, self._end_if_heard)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def carry_out(self) -> None:
        """Do what would have been done at once without the block, if something was wished."""
        if self._heard is not None:
            self._before[self._heard](self._heard, None)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._heard = signal.Signals(number)
        QApplication.exit()

    def _end_if_heard(self) -> None:
        if self._heard is not None:
            QApplication.exit()
