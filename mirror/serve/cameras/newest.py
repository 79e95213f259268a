"""The newest picture of a camera, for whoever waits for it: nothing queues for anybody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as viewers get it: a JPEG file, and its number among those of its camera."""

    number: int
    data: bytes


class Newest:
    """Holds one picture. ``put`` and ``close`` are for any thread, the rest for one event loop.

    Args:
        loop: that loop.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: set[asyncio.Future[None]] = set()
        self.picture: Encoded | None = None
        self.is_closed = False

    def put(self, data: bytes) -> None:
        """Replace the picture, and wake whoever waits for a newer one."""
        number = 0 if self.picture is None else self.picture.number + 1
        self.picture = Encoded(number, data)
        self._tell()

    def close(self) -> None:
        """Say that no more will come."""
        self.is_closed = True
        self._tell()

    async def after(self, number: int, within_s: float) -> Encoded | None:
        """Return a picture with a higher number; None where none comes in time, or ever."""
        try:
            async with asyncio.timeout(within_s):
                while (found := self.picture) is None or found.number <= number:
                    if self.is_closed:
                        return None
                    await self._change()
        except TimeoutError:
            return None
        return found

    async def _change(self) -> None:
        future = self._loop.create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    def _tell(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
