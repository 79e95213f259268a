"""Counts requests as they are answered, and tells of them."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mirror.serve.logs import events
from mirror.serve.metrics.recorder import Metrics

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CLIENT_LEFT = 499


class Measured:
    """Middleware: counts every request of HTTP, by its route and its answer's code; logs it.

    Args:
        app: what answers.
        metrics: where it is counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_at, code = time.monotonic(), _CLIENT_LEFT  # unless something is answered

        async def noting(message: Message) -> None:
            nonlocal code
            if message["type"] == "http.response.start":
                code = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            code = 500
            raise
        finally:
            seconds = time.monotonic() - began_at
            self._metrics.answered(_method(scope), _route(scope), code, seconds)
            caller = str(scope.get("state", {}).get("caller", ""))
            events.request_ended(
                _method(scope), str(scope["path"]), code, seconds, caller, address_of(scope)
            )


def address_of(scope: Scope) -> str:
    """Return where a request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _method(scope: Scope) -> str:
    """The method; a client can invent any, and each would be a series of its own."""
    method = str(scope["method"])
    return method if method in _METHODS else "other"


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "none"))
