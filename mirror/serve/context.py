"""What goes round every request: its id, its time, and headers that keep browsers careful."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mirror.serve.logs import events
from mirror.serve.problems import as_response

_REQUEST_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
}


def request_id_of(given: str | None) -> str:
    """Return the id that a request came with, if it is one; else a new one."""
    if given and _REQUEST_ID.fullmatch(given):
        return given
    # an id is no secret, and the system's own randomness lets go of the interpreter's lock, which
    # takes milliseconds to come back by when workers want it too
    return f"{random.getrandbits(64):016x}"


class RequestContext:
    """Middleware: gives every request an id, or keeps the one that came; echoes it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope).get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        events.request_id.set(request_id)  # of this task, which ends with the request

        has_begun = False

        async def with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:
            if has_begun or scope["type"] != "http":
                raise  # the server cuts the connection off
            # Starlette would answer outside of this, without an id
            await as_response(Request(scope), error)(scope, receive, with_headers)


class OnlyHosts:
    """Middleware: refuses what was meant for another host, as pages of strangers' make browsers do.

    Args:
        app: what is guarded.
        hosts: names by which the service may be called; empty for any.
        is_open: whether nobody needs a token, which pages of strangers do not have.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], is_open: bool) -> None:
        self._app, self._hosts = app, frozenset(host.lower() for host in hosts)
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] in ("http", "websocket") and not self._is_meant(scope):
            await _refuse(scope, send)
            return
        await self._app(scope, receive, send)

    def _is_meant(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin", "")
        page = _name(origin.partition("://")[2])
        if self._hosts:
            return _name(host) in self._hosts and (not origin or page in self._hosts)
        # browsers let any page send a request anywhere, and read what a WebSocket answers
        is_looked_at = self._is_open or scope["type"] == "websocket"
        return not (origin and is_looked_at) or page == _name(host)


def _name(authority: str) -> str:
    """A host without its port."""
    return re.sub(r":\d*$", "", authority).strip("[]").lower()


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": 421, "headers": []})
    await send({"type": "http.response.body", "body": b""})
