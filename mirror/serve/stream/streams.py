"""The streams of a service: how many there may be, how patient it is, and their common end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mirror.serve.access import Caller
from mirror.serve.admission import Admission

_LOOKS_S = 0.05  # between looks at streams that are ending
_GUESS_S = 10.0  # a stream lasts as long as its client likes; this is when to ask again


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds after which a client is given up.

    Attributes:
        token_s: until the first message of one that has to send a token.
        idle_s: without a message.
        unread_s: in which it reads nothing of what is sent.
    """

    token_s: float = 5.0
    idle_s: float = 60.0
    unread_s: float = 30.0


class Streams:
    """Bounds the streams that are open, and ends them together.

    Args:
        most: how many there may be; each has threads of its own.
        patience: how long clients are waited for.
    """

    def __init__(self, most: int = 16, patience: Patience = Patience()) -> None:
        self.most, self.patience = most, patience
        self._admission = Admission(most, 1)
        self._strangers = 0  # connections that have not said a token yet
        self._stopping = asyncio.Event()
        self.threads = ThreadPoolExecutor(most, "stream")

    @property
    def open(self) -> int:
        """How many streams there are."""
        return self._admission.inside

    @contextlib.contextmanager
    def admitted(self, caller: Caller) -> Iterator[None]:
        """Count a stream for as long as the block lasts.

        Raises:
            Problem: there are as many as there may be (429), or the service is stopping (503).
        """
        with self._admission.admitted(caller.name, caller.at_most):
            yield

    @contextlib.contextmanager
    def stranger(self) -> Iterator[bool]:
        """Count a connection that has yet to say a token; yields whether there is room for it."""
        self._strangers += 1
        try:
            yield self._strangers <= 2 * self.most
        finally:
            self._strangers -= 1

    async def stopping(self) -> None:
        """Wait until streams are to end."""
        await self._stopping.wait()

    async def drain(self, within_s: float) -> None:
        """Take no more; wait until those that are open have answered what they took, at most so."""
        self._admission.drain()
        self._stopping.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.open:
                    await asyncio.sleep(_LOOKS_S)

    def close(self) -> None:
        """Let go of the threads."""
        self.threads.shutdown(wait=False, cancel_futures=True)
