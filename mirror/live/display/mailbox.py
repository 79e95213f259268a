"""A one-place mailbox between threads."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from pipeline.errors import Closed

T = TypeVar("T")


class Latest(Generic[T]):
    """Holds the newest value until it is taken. No queue: what nobody took in time is replaced."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None  # guarded by _changed, as is the one below
        self._closed = False

    def put(self, value: T) -> None:
        """Leave a value, in place of one that was not taken. Never waits."""
        with self._changed:
            self._value = value
            self._changed.notify_all()

    def take(self) -> T | None:
        """Return the value and empty the place; None where nothing is. Never waits."""
        with self._changed:
            value, self._value = self._value, None
            self._changed.notify_all()
            return value

    def wait_value(self) -> T:
        """Return the next value, as soon as there is one.

        Raises:
            Closed: the owner closed the mailbox.
        """
        with self._changed:
            while self._value is None and not self._closed:
                self._changed.wait()
            if self._value is None or self._closed:
                raise Closed
            value, self._value = self._value, None
            self._changed.notify_all()
            return value

    def wait_empty(self) -> None:
        """Wait until the last value was taken.

        Raises:
            Closed: the owner closed the mailbox.
        """
        with self._changed:
            while self._value is not None and not self._closed:
                self._changed.wait()
            if self._closed:
                raise Closed

    def close(self) -> None:
        """Wake whoever waits with Closed. What is inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
