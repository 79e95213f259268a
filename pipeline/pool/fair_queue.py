"""Whose frame a worker takes next, where several lanes wait for one."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

Owner = TypeVar("Owner")
Item = TypeVar("Item")

ServiceClass = Literal["interactive", "stream", "batch"]
SERVICE_CLASSES: tuple[ServiceClass, ...] = ("interactive", "stream", "batch")  # the first go first

# how often in a row a waiting class sees the frame of another one taken. When both are due, batch
# goes first, so that its share is exact; stream is then passed over once more
PASSED_OVER_AT_MOST: dict[ServiceClass, float] = {
    "interactive": math.inf,  # goes before the others anyway
    "stream": 3,
    "batch": 7,
}


@dataclass(slots=True, eq=False)
class Line(Generic[Owner, Item]):
    """One lane's frames that wait for a worker, oldest first.

    Attributes:
        waiting: each with the time from which on it must not be begun.
        at_work: how many of them are in workers now.
        last_turn: the number of the turn in which one was last taken.
    """

    owner: Owner
    service: ServiceClass
    waiting: deque[tuple[float, Item]] = field(default_factory=deque)
    is_open: bool = True
    at_work: int = 0
    last_turn: int = 0


class FairQueue(Generic[Owner, Item]):
    """Shares turns among lines. Pure: no thread, no lock, no clock.

    - An interactive frame goes before one of a stream, and that before one of a batch. But of any
      eight frames taken while a batch's waits, at least one is a batch's; of any five while a
      stream's waits, at least one is a stream's (of any four where no batch is due).
    - Within a class, the line with the fewest frames in workers goes first; among equals, the one
      that has waited longest for its turn. So lines that are equally fast go round robin, one frame
      a turn, and one whose frames take long holds a worker rather than all of them.
    - What is overdue costs its line no turn.
    """

    def __init__(self) -> None:
        self.lines: list[Line[Owner, Item]] = []
        self._ready: dict[ServiceClass, list[Line[Owner, Item]]] = {
            service: [] for service in SERVICE_CLASSES
        }
        self._passed_over: dict[ServiceClass, int] = dict.fromkeys(SERVICE_CLASSES, 0)
        self._turns = self._waiting = self._expiring = 0

    def __len__(self) -> int:
        """How many items wait."""
        return self._waiting

    @property
    def turns(self) -> int:
        """How many items have been taken."""
        return self._turns

    def open(self, owner: Owner, service: ServiceClass) -> Line[Owner, Item]:
        """Return a new line, whose first turn comes after those of the lines there are."""
        line: Line[Owner, Item] = Line(owner, service, last_turn=self._turns)
        self.lines.append(line)
        return line

    def close(self, line: Line[Owner, Item]) -> None:
        """Forget a line and all that waits in it; no more can be pushed. May be called again."""
        if line.is_open:
            line.is_open = False
            self.lines.remove(line)
            while line.waiting:
                self._pull(line)

    def push(self, line: Line[Owner, Item], item: Item, begin_by: float = math.inf) -> bool:
        """Put an item at a line's end; False where the line is closed.

        Args:
            line: from ``open``.
            item: what waits.
            begin_by: from this time on it must not be begun.
        """
        if not line.is_open:
            return False
        if not line.waiting:
            self._ready[line.service].append(line)
        line.waiting.append((begin_by, item))
        self._waiting += 1
        self._expiring += begin_by < math.inf
        return True

    def pop(self) -> tuple[Line[Owner, Item], Item] | None:
        """Return the item whose turn it is, with its line; None where nothing waits."""
        if not self._waiting:
            return None
        line = self.lines[0] if len(self.lines) == 1 else self._line_due()
        item = self._pull(line)
        self._turns += 1
        line.last_turn = self._turns
        line.at_work += 1
        return line, item

    def finished(self, line: Line[Owner, Item]) -> None:
        """Say that one of a line's items has left its worker."""
        line.at_work -= 1

    def expire(self, now: float) -> list[tuple[Owner, Item]]:
        """Take out and return what must not be begun any more, with its owner."""
        return list(self._overdue(now)) if self._expiring else []

    def _overdue(self, now: float) -> Iterator[tuple[Owner, Item]]:
        for line in self.lines:
            while line.waiting and line.waiting[0][0] <= now:
                yield line.owner, self._pull(line)

    def _line_due(self) -> Line[Owner, Item]:
        waiting = [service for service in SERVICE_CLASSES if self._ready[service]]
        due = waiting[0]
        for service in reversed(waiting):
            if self._passed_over[service] >= PASSED_OVER_AT_MOST[service]:
                due = service
                break
        for service in waiting:
            self._passed_over[service] = 0 if service == due else self._passed_over[service] + 1
        return min(self._ready[due], key=_turn_of)

    def _pull(self, line: Line[Owner, Item]) -> Item:
        begin_by, item = line.waiting.popleft()
        if not line.waiting:
            ready = self._ready[line.service]
            ready.remove(line)
            if not ready:
                self._passed_over[line.service] = 0  # who does not wait is not passed over
        self._waiting -= 1
        self._expiring -= begin_by < math.inf
        return item


def _turn_of(line: Line[Owner, Item]) -> tuple[int, int]:
    return line.at_work, line.last_turn
