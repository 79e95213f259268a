"""What went wrong on any of a run's threads, kept for its consumer."""

from __future__ import annotations

import threading


class FirstFailure:
    """Keeps the first of any number of failures. Any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._error: BaseException | None = None  # guarded by _lock

    def keep(self, error: BaseException) -> None:
        """Keep a failure, unless there was one before."""
        with self._lock:
            self._error = self._error or error

    def take(self) -> BaseException | None:
        """Return it, and forget it: its traceback holds all that was at work."""
        with self._lock:
            error, self._error = self._error, None
        return error

    def raise_it(self) -> None:
        """Raise it, if there is one.

        Raises:
            BaseException: the failure, as it is.
        """
        with self._lock:
            error = self._error
        if error is not None:
            try:
                raise error
            finally:
                del error  # or its traceback holds us, and we hold it
