"""A hand-over between threads that can end, be closed, and never hangs whoever waits on it."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from pipeline.errors import Closed, EndOfStream

T = TypeVar("T")


class Channel(Generic[T]):
    """A bounded queue with three ends, which a reader can tell apart.

    ``end`` is the writer's: what is inside is still taken, then the reader gets EndOfStream.
    ``close`` is the owner's: every waiter, and whoever comes later, gets Closed at once.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._filled = threading.Condition(self._lock)
        self._emptied = threading.Condition(self._lock)
        self._items: deque[T] = deque()  # guarded by _lock, as are the two below
        self._ended = False
        self._closed = False

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> None:
        """Hand one item over; wait while the channel is full.

        Raises:
            Closed: the owner closed the channel.
        """
        with self._lock:
            while len(self._items) >= self._size and not self._closed:
                self._emptied.wait()
            if self._closed:
                raise Closed
            self._items.append(item)
            self._filled.notify()

    def take(self, timeout_s: float | None = None) -> T:
        """Return the oldest item; wait for one.

        Raises:
            EndOfStream: the writer ended, and everything has been taken.
            Closed: the owner closed the channel.
            TimeoutError: nothing came within ``timeout_s``.
        """
        with self._lock:
            while not self._items and not self._ended and not self._closed:
                if not self._filled.wait(timeout_s):
                    raise TimeoutError
            if self._closed:
                raise Closed
            if not self._items:
                raise EndOfStream
            item = self._items.popleft()
            self._emptied.notify()
            return item

    def end(self) -> None:
        """Say that nothing more will come."""
        with self._lock:
            self._ended = True
            self._filled.notify_all()

    def close(self) -> None:
        """Wake every waiter with Closed. Any thread may call it, any number of times."""
        with self._lock:
            self._closed = True
            self._items.clear()
            self._filled.notify_all()
            self._emptied.notify_all()
