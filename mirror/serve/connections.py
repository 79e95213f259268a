"""Connections: whoever holds one and asks for nothing is let go, and there may be many."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_WITHIN_S = 10.0  # from the first sign of a client until the head of its request is here
_MOST_DESCRIPTORS = 65_536

if TYPE_CHECKING:
    from uvicorn.protocols.http.h11_impl import H11Protocol as HttpProtocol
else:
    HttpProtocol = AutoHTTPProtocol


class ImpatientProtocol(HttpProtocol):
    """Closes a connection on which no request is under way and none comes.

    By itself uvicorn would wait for ever for a first request, and for the rest of any request's
    head. Between two requests it waits for ``timeout_keep_alive``.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as the base has it
        """See ``asyncio.Protocol``."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``."""
        if self._late is None and not self._is_asked:
            self._wait_for_head()
        super().data_received(data)
        if self._is_asked:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._stop_waiting()
        super().connection_lost(exc)

    @property
    def _is_asked(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self._late = self.loop.call_later(HEAD_WITHIN_S, self._let_go)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _let_go(self) -> None:
        self._late = None
        is_ours = self.transport.get_protocol() is self  # not a WebSocket's by now
        if is_ours and not self._is_asked:
            self.transport.abort()


def allow_many() -> None:
    """Let this process have as many connections as the system gives it: shells give 1,024."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if most == resource.RLIM_INFINITY else min(most, _MOST_DESCRIPTORS)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
