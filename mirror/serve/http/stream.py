"""``WS /v1/stream``: who may open a stream, and what they want of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, ValidationError

from mirror.serve.access import Caller
from mirror.serve.logs import events
from mirror.serve.metrics.measured import address_of
from mirror.serve.problems import Problem, problem_of
from mirror.serve.requests.checked import checked
from mirror.serve.requests.streams import StreamQuery
from mirror.serve.service import Service
from mirror.serve.stream.connection import ClientGone
from mirror.serve.stream.session import Session

router = APIRouter(prefix="/v1", tags=["streams"])

_LISTS = ("outputs", "draw", "effects")
_LEAVING = (1000, 1001, 1005, 1006, 1009, 1012)  # others can be anything: a client's own choice


@router.websocket("/stream")
async def stream(websocket: WebSocket) -> None:
    """Parse the pictures that come, and answer each of them in order; see the documentation."""
    service: Service = websocket.app.state.service
    began_at, owner, code = time.monotonic(), "", 1006
    await websocket.accept()
    try:
        caller = await _caller(websocket, service)
        owner = caller.owner
        query = _query(websocket)
        with service.streams.admitted(caller):
            async with service.parsers.using(query.parser) as parser:
                options = query.options(parser)
                await Session(SocketConnection(websocket), service, parser, options).run()
        code = 1000
        await websocket.close()
    except (ClientGone, WebSocketDisconnect) as left:
        code = left.code if left.code in _LEAVING else 1005
    except Exception as error:
        problem = problem_of(error)
        code = close_code(problem)
        if problem.status == 500:
            events.failed(problem.code, problem.status, error)
        await _say(websocket, problem)
    finally:
        service.metrics.stream_closed(code)
        address = address_of(websocket.scope)
        events.stream_ended(code, time.monotonic() - began_at, owner, address)


async def _caller(websocket: WebSocket, service: Service) -> Caller:
    """Who asks: the header says it, or the first message, since browsers send no such header.

    An address would be the wrong place for a token: addresses are logged, and remembered.

    Raises:
        Problem: there is no valid token (401).
    """
    address = websocket.client.host if websocket.client else ""
    given = websocket.headers.get("authorization")
    if given is not None or not service.access.needs_token:
        return service.access.caller(given, address)
    with service.streams.stranger() as there_is_room:
        if not there_is_room:
            raise Problem(429, "service.busy", "Too many connections at once.")
        try:
            async with asyncio.timeout(service.streams.patience.token_s):
                token = json.loads(await websocket.receive_text())["token"]
        except (TimeoutError, ValueError, KeyError, TypeError):
            token = ""
    return service.access.caller(f"Bearer {token}", address)


class SocketConnection:
    """A stream's connection over a WebSocket that was accepted; see ``Connection``."""

    is_paced = False

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive(self) -> bytes | None:
        """See ``Connection``."""
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise ClientGone(message.get("code", 1005))
        if (data := message.get("bytes")) is not None:
            return bytes(data)
        if _is_end(message.get("text") or ""):
            return None
        raise Problem(400, "stream.unknown_message", "Nobody knows what is meant by that.")

    async def send(self, message: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
        """See ``Connection``: JSON, which says how long the pictures are that follow it."""
        sizes = {name: len(data) for name, data in pictures.items()}
        try:
            await self._websocket.send_text(json.dumps({**message, **sizes}, separators=(",", ":")))
            for data in pictures.values():
                await self._websocket.send_bytes(data)
        except WebSocketDisconnect as left:
            raise ClientGone(left.code) from None


class _End(BaseModel):
    """The one message of text that a client sends when its stream runs."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["end"]


def close_code(problem: Problem) -> int:
    """Return the code that a stream is closed with: 4000 and the status that HTTP would have."""
    return 1012 if problem.code == "service.stopping" else 4000 + problem.status


async def _say(websocket: WebSocket, problem: Problem) -> None:
    """Tell a client why its stream ends, and close it, if it listens at all."""
    request_id = str(getattr(websocket.state, "request_id", ""))
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(1.0):
            await websocket.send_json({**problem.body(request_id), "type": "error"})
            await websocket.close(close_code(problem), problem.code)


def _is_end(text: str) -> bool:
    try:
        _End.model_validate_json(text)
    except ValidationError:
        return False
    return True


def _query(websocket: WebSocket) -> StreamQuery:
    params = websocket.query_params
    values = {name: params.getlist(name) if name in _LISTS else params[name] for name in params}
    return checked(StreamQuery, values, "query")
