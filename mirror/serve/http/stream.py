"""``WS /v1/stream``: who may open a stream, and what they want of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from fractions import Fraction
from typing import Annotated, Literal

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import Field, ValidationError

from mirror.serve.access import Caller
from mirror.serve.http.drawing import DrawingQuery
from mirror.serve.problems import Problem, problem_of
from mirror.serve.service import Service
from mirror.serve.stream.session import Session, Wishes, close_code, say

router = APIRouter(prefix="/v1", tags=["streams"])

_LISTS = ("outputs", "draw")
_LEAVING = (1000, 1001, 1005, 1006, 1009, 1012)  # others can be anything: a client's own choice
_RATE_TICKS = 1001  # such as 30000/1001 frames a second


class StreamQuery(DrawingQuery):
    """What may be asked of a stream."""

    outputs: Annotated[
        list[Literal["results", "labels", "overlay"]],
        Field(min_length=1, default_factory=lambda: ["results"], description="what comes back"),
    ]
    format: Annotated[Literal["jpeg", "webp"], Field(description="of overlays")] = "jpeg"
    rle: Annotated[bool, Field(description="add every part's mask to the results")] = False
    live: Annotated[bool, Field(description="drop the oldest frame that waits, not the pace")] = (
        False
    )
    fps: Annotated[
        float | None, Field(gt=0, le=1000, description="of the media time; else that of arrival")
    ] = None
    timeout_ms: Annotated[
        int | None, Field(ge=1, le=600_000, description="drop what no worker has begun by then")
    ] = None

    def wishes(self, service: Service) -> Wishes:
        """Return what the stream is to do.

        Raises:
            Problem: there is no such part or palette (422).
        """
        return Wishes(
            style=self.style(service.parser.parts),
            results="results" in self.outputs,
            labels="labels" in self.outputs,
            overlay=self.format if "overlay" in self.outputs else None,
            rle=self.rle,
            live=self.live,
            rate=None if self.fps is None else Fraction(self.fps).limit_denominator(_RATE_TICKS),
            begin_within_s=None if self.timeout_ms is None else self.timeout_ms / 1000,
        )


@router.websocket("/stream")
async def stream(websocket: WebSocket) -> None:
    """Parse the pictures that come, and answer each of them in order; see the documentation."""
    service: Service = websocket.app.state.service
    await websocket.accept()
    try:
        caller = await _caller(websocket, service)
        wishes = _query(websocket).wishes(service)
        with service.streams.admitted(caller):
            await Session(websocket, service, wishes).run()
        service.metrics.stream_closed(1000)
        await websocket.close()
    except WebSocketDisconnect as left:
        service.metrics.stream_closed(left.code if left.code in _LEAVING else 1005)
    except Exception as error:
        problem = problem_of(error)
        service.metrics.stream_closed(close_code(problem))
        with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            await say(websocket, problem, str(getattr(websocket.state, "request_id", "")))


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


def _query(websocket: WebSocket) -> StreamQuery:
    params = websocket.query_params
    values = {name: params.getlist(name) if name in _LISTS else params[name] for name in params}
    try:
        return StreamQuery.model_validate(values)
    except ValidationError as error:
        fields = [".".join(("query", *map(str, wrong["loc"]))) for wrong in error.errors()]
        raise Problem(
            422, "request.invalid", f"These are not as they should be: {', '.join(fields)}.",
            errors=[{"field": field} for field in fields],
        ) from None  # fmt: skip
