"""Ctrl-C and termination, heard without an exception in the middle of Qt's own work."""

from __future__ import annotations

import contextlib
import os
from types import TracebackType

from PyQt5 import sip
from PyQt5.QtCore import QSocketNotifier, QTimer
from PyQt5.QtWidgets import QApplication

from mirror.process.signal_policies import interruption_of
from mirror.process.termination import listening


class SignalHandler:
    """Ends Qt's loop when the process is asked to end, in a ``with`` block of the main thread.

    An exception would do so too, but not before the loop runs, nor where Qt calls back into Python:
    there it ends the process at once. And while Qt waits, nothing would raise it.
    """

    def __init__(self) -> None:
        self._heard: int | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> SignalHandler:
        self._ear, self._mouth = os.pipe()
        self._notifier = QSocketNotifier(sip.voidptr(self._ear), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(lambda *_: QApplication.exit())
        # Qt does not remember a wish from before its loop ran
        QTimer.singleShot(0, self._end_if_heard)
        self._stack.enter_context(listening(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()
        self._notifier.setEnabled(False)
        os.close(self._ear)
        os.close(self._mouth)

    @property
    def interruption(self) -> BaseException | None:
        """What would have been raised at once without the block; None if nothing was wished."""
        return None if self._heard is None else interruption_of(self._heard)

    # what a signal means; see ``Policy``

    def heard(self, number: int) -> None:
        """Wake Qt's loop; called on the listener's thread."""
        if self._heard is None:
            self._heard = number
            os.write(self._mouth, b"x")

    def due(self) -> bool:
        """Say that nothing is to be raised."""
        return False

    def take(self) -> BaseException | None:
        """Return nothing."""
        return None

    def _end_if_heard(self) -> None:
        if self._heard is not None:
            QApplication.exit()
