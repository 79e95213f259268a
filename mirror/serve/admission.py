"""Who is let in: a bounded number of requests, and an honest guess of when there is room again."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from mirror.serve.problems import Problem

_SMOOTHING = 0.1  # weight of the newest service time in their mean
_FIRST_GUESS_S = 0.3  # a picture's service time before one was measured


class Admission:
    """Counts the requests that are being answered, and refuses more than there is room for.

    Any thread may call it.

    Args:
        room: requests that may be in the house at once, those being parsed included.
        workers: how many of them are parsed at a time.
        shared: whether nobody may have more in the house than they leave room for: one client alone
            half of the room, two that come together a third each, and so on.
    """

    def __init__(self, room: int, workers: int, *, shared: bool = False) -> None:
        self.room, self._workers, self._is_shared = room, workers, shared
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()  # by client; guarded by _lock, as are the two below
        self._mean_s = _FIRST_GUESS_S
        self._is_draining = False

    @property
    def inside(self) -> int:
        """How many requests are being answered."""
        with self._lock:
            return self._inside.total()

    def drain(self) -> None:
        """Let nobody in any more."""
        with self._lock:
            self._is_draining = True

    @property
    def is_draining(self) -> bool:
        """Whether nobody is let in any more."""
        return self._is_draining

    @contextmanager
    def admitted(self, client: str, at_most: int | None = None) -> Iterator[None]:
        """Count a request for as long as the block lasts.

        Args:
            client: who asks.
            at_most: requests that this client may have in the house at once.

        Raises:
            Problem: there is no room (429), or the service is stopping (503); with Retry-After.
        """
        self._enter(client, at_most)
        try:
            yield
        finally:
            with self._lock:
                self._inside[client] -= 1
                self._inside += Counter()  # forgets clients without requests

    def served(self, seconds: float) -> None:
        """Note how long a worker was busy with one request."""
        with self._lock:
            self._mean_s += _SMOOTHING * (seconds - self._mean_s)

    def retry_after_s(self) -> int:
        """Whole seconds after which there should be room, from what requests have taken."""
        with self._lock:
            return self._retry_after_s()

    def _enter(self, client: str, at_most: int | None) -> None:
        with self._lock:
            inside = self._inside.total()
            if self._is_draining:
                raise Problem(503, "service.stopping", "The service is stopping.", self._later())
            if inside >= self.room:
                raise Problem(
                    429,
                    "service.busy",
                    "Too many requests at once.",
                    self._later(),
                    waiting=inside,
                )
            if self._is_shared:
                share = max(1, (self.room - inside + self._inside[client]) // 2)
                at_most = share if at_most is None else min(share, at_most)
            if at_most is not None and self._inside[client] >= at_most:
                raise Problem(
                    429,
                    "client.busy",
                    "Too many requests of yours at once.",
                    self._later(),
                    limit=at_most,
                )
            self._inside[client] += 1

    def _later(self) -> dict[str, str]:
        return {"Retry-After": str(self._retry_after_s())}

    def _retry_after_s(self) -> int:
        return max(1, math.ceil(self._inside.total() * self._mean_s / self._workers))
