"""How a stream and its client hear of each other, whatever the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class ClientGone(Exception):
    """The client has left.

    Args:
        code: what it said of it, where the protocol knows such.
    """

    def __init__(self, code: int = 1005) -> None:
        super().__init__(code)
        self.code = code


class Connection(Protocol):
    """One client's connection; for one event loop.

    Attributes:
        is_paced: whether the protocol makes a client wait that has no credit. Else it has to count,
            and one that does not is refused.
    """

    is_paced: bool

    async def receive(self) -> bytes | None:
        """Return the next picture's file; None where the client says that there are no more.

        Raises:
            ClientGone: it left.
            Problem: it said something that nobody knows.
        """
        ...

    async def send(self, message: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
        """Send a message, and the pictures that belong to it; return when they are on their way.

        Raises:
            ClientGone: it left.
        """
        ...
