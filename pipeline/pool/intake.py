"""The way in: bounded, with a ticket for each frame taken and a reason for each frame dropped."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import Closed, EndOfStream
from pipeline.frame import Frame

WhenFull = Literal["wait", "drop-oldest"]


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """What bounds the way in.

    Attributes:
        size: frames that may wait.
        in_flight: frames taken whose results have not left yet, at most.
        when_full: what the source meets at a full queue.
        max_age_s: frames that waited longer are dropped; None: however long they wait.
    """

    size: int
    in_flight: int
    when_full: WhenFull = "wait"
    max_age_s: float | None = None


@dataclass(frozen=True, slots=True)
class IntakeStatistics:
    """A snapshot of the way in.

    Attributes:
        captured: frames that the source has delivered.
        taken: frames that got a ticket.
        waiting: frames in the queue.
        in_flight: frames taken whose results have not left yet.
        dropped: frames that nobody will parse, by reason: ``overtaken`` (a newer one came while
            the queue was full), ``stale`` (waited longer than allowed).
    """

    captured: int
    taken: int
    waiting: int
    in_flight: int
    dropped: Mapping[str, int]


class Intake:
    """Hands frames from the source's thread to the one that takes them.

    The queue is bounded: a file waits when it is full, so that nothing is lost; a live source
    drops the oldest, so that nothing gets late. Frames in flight are bounded too: ``take`` waits
    until a result has left, and with it memory and the reorder stage are bounded.
    """

    def __init__(self, limits: IntakeLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ready = threading.Condition(self._lock)  # the taker waits for it
        self._emptied = threading.Condition(self._lock)  # the source does
        self._limits = limits  # guarded by _lock, as are all below
        self._frames: deque[Frame] = deque()
        self._dropped: Counter[str] = Counter()
        self._captured = self._taken = self._in_flight = 0
        self._ended = self._closed = False

    def put(self, frame: Frame) -> None:
        """Hand in one frame; wait, or drop the oldest, while the queue is full.

        Raises:
            Closed: the owner closed the intake.
        """
        with self._lock:
            while self._is_full() and self._limits.when_full == "wait" and not self._closed:
                self._emptied.wait()
            if self._closed:
                raise Closed
            while self._is_full():
                self._drop_oldest()
            self._frames.append(frame)
            self._captured += 1
            if len(self._frames) == 1 or self._limits.max_age_s is not None:
                self._ready.notify()  # else it is room in flight that the taker waits for

    def take(self) -> tuple[int, Frame]:
        """Return the next ticket and its frame; wait for a frame, and for room in flight.

        Raises:
            EndOfStream: the source ended, and everything has been taken.
            Closed: the owner closed the intake.
        """
        with self._lock:
            while not self._closed:
                self._drop_stale()
                if self._frames and self._in_flight < self._limits.in_flight:
                    return self._give_ticket()
                if self._ended and not self._frames:
                    raise EndOfStream
                self._ready.wait()
            raise Closed

    def release(self) -> None:
        """Say that a result has left: there is room in flight for one more."""
        with self._lock:
            self._in_flight -= 1
            if self._in_flight == self._limits.in_flight - 1:
                self._ready.notify()

    def set_limits(self, limits: IntakeLimits) -> None:
        """Bound all from now on like this. Any thread may call it, at any time.

        Whoever waits meets the new limits at once. Of what waits already, so much is dropped as is
        too much now, where full means drop. What is in flight goes on: where that is too much now,
        none is taken until so many results have left.
        """
        with self._lock:
            self._limits = limits
            while len(self._frames) > limits.size and limits.when_full == "drop-oldest":
                self._drop_oldest()
            self._ready.notify_all()
            self._emptied.notify_all()

    def end(self) -> None:
        """Say that the source has no more frames."""
        with self._lock:
            self._ended = True
            self._ready.notify_all()

    def close(self) -> None:
        """Wake every waiter with Closed. Any thread may call it, any number of times."""
        with self._lock:
            self._closed = True
            self._frames.clear()
            self._ready.notify_all()
            self._emptied.notify_all()

    def statistics(self) -> IntakeStatistics:
        """Return a snapshot. Any thread may call it."""
        with self._lock:
            return IntakeStatistics(
                captured=self._captured,
                taken=self._taken,
                waiting=len(self._frames),
                in_flight=self._in_flight,
                dropped=dict(self._dropped),
            )

    def _is_full(self) -> bool:
        return len(self._frames) >= self._limits.size

    def _drop_oldest(self) -> None:
        self._frames.popleft()
        self._dropped["overtaken"] += 1

    def _drop_stale(self) -> None:
        if self._limits.max_age_s is None:
            return
        oldest_allowed = self._clock() - self._limits.max_age_s
        while self._frames and self._frames[0].captured_at < oldest_allowed:
            self._frames.popleft()
            self._dropped["stale"] += 1
            self._emptied.notify()

    def _give_ticket(self) -> tuple[int, Frame]:
        if self._is_full():
            self._emptied.notify()
        frame = self._frames.popleft()
        ticket = self._taken
        self._taken += 1
        self._in_flight += 1
        return ticket, frame
