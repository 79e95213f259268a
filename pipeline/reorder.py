"""Puts what was finished out of order back in order."""

from __future__ import annotations

from typing import Generic, TypeVar

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
        self._early[ticket] = item
        in_order: list[T] = []
        while self._due in self._early:
            in_order.append(self._early.pop(self._due))
            self._due += 1
        return in_order
