"""What clients send: bounded in size before it is read, and given up when they leave."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass
from typing import IO, Any, TypeVar

from fastapi import Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect

from mirror.serve.problems import Problem
from mirror.serve.requests.checked import checked_json

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

STALLED_S = 30.0  # in which something of a request has to come
SLOWEST_BYTES_A_SECOND = 2048  # that it may come with, on the whole
_PIECE = 1 << 20  # bytes of a file that are in memory at once
_OF_FORMS = 4096  # bytes that a form may have besides its file
_MOST_FILES = 4


class ClientLeft(Exception):
    """Nobody is there any more to be answered."""


async def read_picture(request: Request, most_bytes: int) -> bytes:
    """Return the picture of a request: its whole body, or its form's first file.

    Raises:
        Problem: it is larger than that (413), does not come (408), or there is none (400, 422).
        ClientLeft: the client left.
    """
    if _is_form(request):
        async with _form(request, most_bytes) as upload:
            data = b"" if upload is None else await upload.read()
    else:
        data = await read_body(request, most_bytes)
    if not data:
        raise Problem(422, "picture.missing", "The request has no picture.")
    return data


async def spool(request: Request, most_bytes: int) -> Upload:
    """Return what a request came with, in a file that is gone when it is closed.

    Raises:
        Problem: it is larger than that (413), does not come (408), or there is none (400, 422).
        ClientLeft: the client left.
    """
    if not _is_form(request):
        return await _spooled(request, most_bytes)
    async with _form(request, most_bytes, is_kept=True) as upload:
        if upload is None:
            raise _no_input()
        return Upload(upload.file, upload.filename or "")


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
    file = tempfile.SpooledTemporaryFile(_PIECE)  # noqa: SIM115 - the caller closes it
    try:
        async for piece in _pieces(request, most_bytes):
            await asyncio.to_thread(file.write, piece)
        if not file.tell():
            raise _no_input()
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


async def read_body(request: Request, most_bytes: int) -> bytes:
    """Return a request's whole body.

    Raises:
        Problem: it is larger than that (413), or does not come (408).
        ClientLeft: the client left.
    """
    return b"".join([piece async for piece in _pieces(request, most_bytes)])


async def _pieces(request: Request, most_bytes: int) -> AsyncIterator[bytes]:
    _check_length(request, most_bytes)
    with _leaving():
        async for piece in Request(request.scope, _Incoming(request, most_bytes)).stream():
            yield piece


@contextlib.asynccontextmanager
async def _form(
    request: Request, most_bytes: int, is_kept: bool = False
) -> AsyncIterator[UploadFile | None]:
    """Yield a form's first file, if it has any; it is closed afterwards unless it is kept."""
    _check_length(request, most_bytes)
    incoming = Request(request.scope, _Incoming(request, most_bytes + _OF_FORMS))
    try:
        with _leaving():
            form = await incoming.form(max_files=_MOST_FILES, max_fields=32)
    except MultiPartException:
        raise Problem(400, "form.damaged", "The form cannot be read.") from None
    files = [value for value in form.values() if isinstance(value, UploadFile)]
    upload = next(iter(files), None)
    try:
        yield upload
    finally:
        for file in files:
            if file is not upload or not is_kept:
                await file.close()


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


def _check_length(request: Request, most_bytes: int) -> None:
    """Refuse what says itself that it is too large, before it is read.

    Raises:
        Problem: it does (413).
    """
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > most_bytes + _OF_FORMS:
        raise too_large(most_bytes)


@contextlib.contextmanager
def _leaving() -> Iterator[None]:
    try:
        yield
    except ClientDisconnect:
        raise ClientLeft from None


class _Incoming:
    """A receive that refuses a body that is larger than it may be, or hardly comes.

    Whoever sends holds a place among those who are let in: so nothing may come for so long, and
    what has come must have had a pace.
    """

    def __init__(self, request: Request, most_bytes: int) -> None:
        self._request, self._most = request, most_bytes
        self._came, self._began_at = 0, time.monotonic()

    async def __call__(self) -> Any:  # noqa: ANN401 - a message of ASGI's
        late_s = time.monotonic() - self._began_at - self._came / SLOWEST_BYTES_A_SECOND
        try:
            async with asyncio.timeout(STALLED_S - max(0.0, late_s)):
                message = await self._request.receive()
        except TimeoutError:
            raise Problem(
                408, "request.stalled", "The request did not come, or too slowly.",
                {"Connection": "close"},
            ) from None  # fmt: skip
        self._came += len(message.get("body", b""))
        if self._came > self._most:
            raise too_large(self._most)
        return message


def _no_input() -> Problem:
    return Problem(422, "input.missing", "The request has no input.")


def too_large(most_bytes: int) -> Problem:
    """Return what is said of more than may be sent."""
    return Problem(
        413, "request.too_large", f"A request has {most_bytes / (1 << 20):g} MB at most.",
        max_bytes=most_bytes,
    )  # fmt: skip


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
