"""``/submit`` and ``/result/{id}``, as a published tutorial's page asks a parser for pictures.

A page written for it works unchanged. Everybody else is better served by ``/v1/parse``.
"""

from __future__ import annotations

import asyncio
import base64
import collections
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from mirror.rendering.overlay import Style, draw
from mirror.serve.access import Caller
from mirror.serve.http.description import file_body
from mirror.serve.http.parse import PICTURES
from mirror.serve.pictures import decode, encode
from mirror.serve.problems import Problem
from mirror.serve.service import Service, caller_of, service_of
from mirror.serve.shared_parser import ParsedPicture
from mirror.serve.uploads import read_picture

router = APIRouter(tags=["tutorial"])

_KEPT = 256  # answers that nobody has fetched

Serving = Annotated[Service, Depends(service_of)]
Asking = Annotated[Caller, Depends(caller_of)]


class Tasks:
    """Pictures that are being parsed, or were; the oldest make room. For one event loop."""

    def __init__(self) -> None:
        self._tasks: collections.OrderedDict[str, tuple[str, asyncio.Task[bytes]]] = (
            collections.OrderedDict()
        )

    def add(self, owner: str, task: asyncio.Task[bytes]) -> str:
        """Keep a task; return its id."""
        id = secrets.token_urlsafe(18)
        self._tasks[id] = owner, task
        while len(self._tasks) > _KEPT:
            _, (_, oldest) = self._tasks.popitem(last=False)
            oldest.cancel()
        return id

    def get(self, id: str, owner: str) -> asyncio.Task[bytes] | None:
        """Return an owner's task."""
        found = self._tasks.get(id)
        return found[1] if found is not None and found[0] == owner else None


@router.post("/submit", summary="Leave a picture", openapi_extra=file_body("image", *PICTURES))
async def submit(request: Request, service: Serving, caller: Asking) -> dict[str, str]:
    """Take a form's picture, and answer with the id by which its overlay is asked for."""
    data = await read_picture(request, service.bounds.picture_bytes)
    image = await service.parser.beside(decode, data, service.bounds.pixels)
    entered = service.admission.admitted(caller.name, caller.at_most)
    entered.__enter__()

    async def parse() -> bytes:
        try:
            found = await service.parser.parse(image, caller.name)
            service.admission.served(found.parse_s)
            return await service.parser.beside(_drawn, service, found)
        finally:
            entered.__exit__(None, None, None)

    task = asyncio.create_task(parse())
    task.add_done_callback(_heard)
    return {"task_id": _tasks_of(request).add(caller.owner, task)}


@router.get("/result/{id}", summary="Ask for the picture that was left")
async def result(id: str, request: Request, caller: Asking) -> dict[str, Any]:
    """Answer `processing`, `done` with the overlay as base64 JPEG, or `error`."""
    task = _tasks_of(request).get(id, caller.owner)
    if task is None:
        raise Problem(404, "task.not_found", "There is no such task.")
    if not task.done():
        return {"status": "processing"}
    if task.cancelled() or task.exception() is not None:
        return {"status": "error"}
    return {"status": "done", "image": base64.b64encode(task.result()).decode()}


def _drawn(service: Service, found: ParsedPicture) -> bytes:
    return encode(draw(found.frame.bgr, found.parsing, Style.of(service.parser.parts)), "jpeg")


def _heard(task: asyncio.Task[bytes]) -> None:
    """Look at what a task raised, which its answer says; or asyncio would say that nobody did."""
    if not task.cancelled():
        task.exception()


def _tasks_of(request: Request) -> Tasks:
    tasks: Tasks = request.app.state.tasks
    return tasks
