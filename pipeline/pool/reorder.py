"""Puts what was finished out of order back in order."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from pipeline.errors import Closed, EndOfStream

T = TypeVar("T")


class Reorder(Generic[T]):
    """Gives items out in ticket order. Pure: no thread, no lock, no clock.

    Tickets are dense (0, 1, 2, …), since they are given when a frame is taken and not when it is
    captured; so a missing one is late, never lost. What is held is bounded by the frames in flight.
    """

    def __init__(self) -> None:
        self._due = 0
        self._early: dict[int, T] = {}

    def __len__(self) -> int:
        """How many items wait for one before them."""
        return len(self._early)

    def push(self, ticket: int, item: T) -> list[T]:
        """Take in one item; return all whose turn has come, in order.

        Raises:
            ValueError: the ticket was seen before.
        """
        if ticket < self._due or ticket in self._early:
            raise ValueError(f"ticket {ticket} came twice; the next one due is {self._due}")
        if ticket == self._due and not self._early:  # most of them
            self._due += 1
            return [item]
        self._early[ticket] = item
        in_order: list[T] = []
        while self._due in self._early:
            in_order.append(self._early.pop(self._due))
            self._due += 1
        return in_order


class ReorderChannel(Generic[T]):
    """Hands items over to one reader, in ticket order. Who pushes never waits.

    What is in here is bounded by whoever gives the tickets: the frames in flight.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._reorder: Reorder[T] = Reorder()  # guarded by _lock, as are all below
        self._in_order: deque[T] = deque()
        self._pushed = self._taken = 0
        self._count: int | None = None
        self._closed = False

    @property
    def pushed(self) -> int:
        """How many items have been handed in."""
        return self._pushed

    def push(self, ticket: int, item: T) -> None:
        """Hand in one item. It is let go of where the channel is closed."""
        with self._lock:
            if self._closed:
                return
            self._pushed += 1
            if in_order := self._reorder.push(ticket, item):
                if not self._in_order:
                    self._changed.notify()
                self._in_order.extend(in_order)

    def take(self, timeout_s: float | None = None) -> T:
        """Return the item whose turn it is; wait for it.

        Raises:
            EndOfStream: all have been taken that there will ever be.
            Closed: the owner closed the channel.
            TimeoutError: it did not come within ``timeout_s``.
        """
        with self._lock:
            while not self._in_order and self._taken != self._count and not self._closed:
                if not self._changed.wait(timeout_s):
                    raise TimeoutError
            if self._closed:
                raise Closed
            if not self._in_order:
                raise EndOfStream
            self._taken += 1
            return self._in_order.popleft()

    def end(self, count: int) -> None:
        """Say how many tickets there were."""
        with self._lock:
            self._count = count
            self._changed.notify_all()

    def close(self) -> None:
        """Let go of all items and wake the reader. Any thread may call it, any number of times."""
        with self._lock:
            self._closed = True
            self._in_order.clear()
            self._reorder = Reorder()
            self._changed.notify_all()
