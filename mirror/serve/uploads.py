"""What clients send: bounded in size before it is read, and given up when they leave."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import IO, Any, TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException

from mirror.serve.problems import Problem
from mirror.serve.requests.checked import checked_json

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

_PIECE = 1 << 20  # bytes of a file that are in memory at once


class ClientLeft(Exception):
    """Nobody is there any more to be answered."""


async def read_picture(request: Request, most_bytes: int) -> bytes:
    """Return the picture of a request: its whole body, or its form's first file.

    Raises:
        Problem: it is larger than that (413), or there is none (400, 422).
    """
    if _is_form(request, most_bytes):
        return await _of_form(request, most_bytes)
    return await _of_body(request, most_bytes)


async def spool(request: Request, most_bytes: int) -> Upload:
    """Return what a request came with, in a file that is gone when it is closed.

    Raises:
        Problem: it is larger than that (413), or there is nothing (400, 422).
    """
    if not _is_form(request, most_bytes):
        return await _spooled(request, most_bytes)
    bounded = Request(request.scope, _Bounded(request, most_bytes))
    try:
        form = await bounded.form(max_files=1, max_fields=32)
    except MultiPartException:
        raise Problem(400, "form.damaged", "The form cannot be read.") from None
    for value in form.values():
        if isinstance(value, UploadFile):
            return Upload(value.file, value.filename or "")
    raise Problem(422, "input.missing", "The form has no file in it.")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came, and what the client calls it."""

    file: IO[bytes]
    name: str

    def pieces(self) -> Iterator[bytes]:
        """Yield it in pieces."""
        self.file.seek(0)
        while piece := self.file.read(_PIECE):
            yield piece


async def _spooled(request: Request, most_bytes: int) -> Upload:
    file, total = tempfile.SpooledTemporaryFile(_PIECE), 0  # noqa: SIM115 - the caller closes it
    try:
        async for piece in request.stream():
            total += len(piece)
            if total > most_bytes:
                raise too_large(most_bytes)
            await asyncio.to_thread(file.write, piece)
        if not total:
            raise Problem(422, "input.missing", "The request has no input.")
    except BaseException:
        file.close()
        raise
    return Upload(file, "")


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what ``work`` returns; where the client leaves before that, cancel it.

    Raises:
        ClientLeft: the client left.
    """
    task, watch = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientLeft
        return task.result()
    finally:
        for one in (task, watch):
            one.cancel()
        await asyncio.gather(task, watch, return_exceptions=True)


async def read_json(request: Request, kind: type[M], most_bytes: int = 1 << 14) -> M:
    """Return what a request's JSON says. FastAPI by itself would read on for ever.

    Raises:
        Problem: it is larger than that (413), or none of the kind (422, with the fields).
    """
    return checked_json(kind, await read_body(request, most_bytes), "body")


async def _of_body(request: Request, most_bytes: int) -> bytes:
    if data := await read_body(request, most_bytes):
        return data
    raise Problem(422, "picture.missing", "The request has no picture.")


async def read_body(request: Request, most_bytes: int) -> bytes:
    """Return a request's whole body.

    Raises:
        Problem: it is larger than that (413).
    """
    pieces, total = [], 0
    async for piece in request.stream():
        total += len(piece)
        if total > most_bytes:
            raise too_large(most_bytes)
        pieces.append(piece)
    return b"".join(pieces)


async def _of_form(request: Request, most_bytes: int) -> bytes:
    bounded = Request(request.scope, _Bounded(request, most_bytes))
    try:
        async with bounded.form(max_files=4, max_fields=32) as form:
            for value in form.values():
                if isinstance(value, UploadFile):
                    return await value.read()
    except MultiPartException:
        raise Problem(400, "form.damaged", "The form cannot be read.") from None
    raise Problem(422, "picture.missing", "The form has no file in it.")


def _is_form(request: Request, most_bytes: int) -> bool:
    """Whether a form comes, after a look at how long it says it is.

    Raises:
        Problem: that is more than may be (413).
    """
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > most_bytes:
        raise too_large(most_bytes)
    return request.headers.get("content-type", "").startswith("multipart/form-data")


class _Bounded:
    """A receive that refuses a body that turns out larger than it may be."""

    def __init__(self, request: Request, most_bytes: int) -> None:
        self._request, self._left, self._most = request, most_bytes + 4096, most_bytes

    async def __call__(self) -> Any:  # noqa: ANN401 - a message of ASGI's
        message = await self._request.receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise too_large(self._most)
        return message


def too_large(most_bytes: int) -> Problem:
    """Return what is said of more than may be sent."""
    return Problem(
        413, "request.too_large", f"A request has {most_bytes / (1 << 20):g} MB at most.",
        max_bytes=most_bytes,
    )  # fmt: skip


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
