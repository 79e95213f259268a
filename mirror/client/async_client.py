"""The client for programs with an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import httpx
import websockets.asyncio.client
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from mirror.client import protocol
from mirror.client.answers import (
    Job,
    ParsedPicture,
    ServiceError,
    ServiceUnreachable,
    StreamAnswer,
)
from mirror.client.protocol import Format, Option, Output, StreamOutput, StreamState


class AsyncClient:
    """Asks a service; an ``async with`` block. See ``Client``: this one can do the same.

    Args:
        address: the service's.
        token: where it needs one.
        timeout_s: how long an answer may take.
    """

    def __init__(
        self,
        address: str = protocol.DEFAULT_ADDRESS,
        *,
        token: str | None = None,
        timeout_s: float = 60.0,
    ) -> None:
        self._address, self._headers = address, protocol.headers(token)
        self._timeout_s = timeout_s
        self._http = httpx.AsyncClient(
            base_url=address, headers=self._headers, timeout=timeout_s, limits=protocol.LIMITS
        )

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def parse(
        self,
        picture: bytes | Path,
        *,
        search: Literal["auto", "thorough"] = "auto",
        rle: bool = False,
        parser: str | None = None,
        begin_within_s: float | None = None,
    ) -> ParsedPicture:
        """Return what is in a picture: a JPEG, PNG or WebP."""
        more = protocol.deadline(begin_within_s)
        options: dict[str, Option] = {"search": search, "rle": rle, "parser": parser}
        answer = await self._parse(picture, "application/json", options, more)
        return ParsedPicture.of(answer.json())

    async def overlay(
        self, picture: bytes | Path, *, format: Format = "jpeg", **drawing: Option
    ) -> bytes:
        """Return the file of a picture with the parts drawn."""
        return (await self._parse(picture, f"image/{format}", drawing)).content

    async def map(
        self, picture: bytes | Path, kind: Literal["labels", "instances"] = "labels"
    ) -> bytes:
        """Return a grey PNG whose values are the ids of parts, or of people."""
        return (await self._parse(picture, f"image/png; map={kind}", {})).content

    async def submit(
        self,
        video: bytes | Path,
        *,
        outputs: Iterable[Output] = ("video", "results"),
        key: str | None = None,
        **options: Option,
    ) -> Job:
        """Have a video worked on; return at once."""
        answer = await self._ask(
            "POST", "/v1/jobs", params=protocol.query({"outputs": tuple(outputs), **options}),
            content=_pieces(video), headers=protocol.job_headers(key),
        )  # fmt: skip
        return Job.of(answer.json())

    async def job(self, id: str) -> Job:
        """Return how a job stands."""
        return Job.of((await self._ask("GET", f"/v1/jobs/{id}")).json())

    async def watch(self, id: str) -> AsyncIterator[Job]:
        """Yield a job whenever it changes, until it is over; survives connections that break."""
        for left in reversed(range(protocol.TRIES)):
            try:
                async for job in self._events(id):
                    yield job
                    if job.is_over:
                        return
            except (ServiceUnreachable, ServiceError) as error:
                if not left or not protocol.may_pass(error):
                    raise
            await asyncio.sleep(protocol.PAUSE_S)

    async def wait(self, id: str) -> Job:
        """Return a job when it is over."""
        job = await self.job(id)
        if not job.is_over:
            async for job in self.watch(id):  # noqa: B007 - the last one counts
                pass
        return job

    async def cancel(self, id: str) -> Job:
        """End a job."""
        return Job.of((await self._ask("DELETE", f"/v1/jobs/{id}")).json())

    async def download(self, id: str, name: str, path: Path) -> Path:
        """Save a file that a job has made; it has its name once it is whole."""
        part = path.with_name(f"{path.name}.part")
        with protocol.reached():
            async with self._http.stream(
                "GET", f"/v1/jobs/{id}/result", params={"name": name}
            ) as answer:
                if not answer.is_success:
                    await answer.aread()
                protocol.check(answer)
                with part.open("wb") as file:
                    async for piece in answer.aiter_bytes(protocol.PIECE):
                        await asyncio.to_thread(file.write, piece)
        return part.replace(path)

    async def stream(
        self,
        pictures: AsyncIterable[bytes],
        *,
        outputs: Iterable[StreamOutput] = ("results",),
        live: bool = False,
        fps: float | None = None,
        **options: Option,
    ) -> AsyncIterator[StreamAnswer]:
        """Yield what becomes of each picture; see ``Client.stream``."""
        wanted: dict[str, Option] = {"outputs": tuple(outputs), "live": live, "fps": fps, **options}
        address = protocol.stream_address(self._address, wanted)
        with protocol.reached():
            async with websockets.asyncio.client.connect(
                address, additional_headers=self._headers, max_size=None, compression=None,
                open_timeout=self._timeout_s,
            ) as socket:  # fmt: skip
                async for answer in _exchanged(socket, pictures):
                    yield answer

    async def _parse(
        self,
        picture: bytes | Path,
        accept: str,
        options: dict[str, Option],
        more: dict[str, str] | None = None,
    ) -> httpx.Response:
        return await self._ask(
            "POST", "/v1/parse", params=protocol.query(options),
            content=protocol.bytes_of(picture), headers={"Accept": accept, **(more or {})},
        )  # fmt: skip

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401
        with protocol.reached():
            answer = await self._http.request(method, path, **more)
        protocol.check(answer)
        return answer

    async def _events(self, id: str) -> AsyncIterator[Job]:
        with protocol.reached():
            async with self._http.stream("GET", f"/v1/jobs/{id}/events") as answer:
                if not answer.is_success:
                    await answer.aread()
                protocol.check(answer)
                async for line in answer.aiter_lines():
                    if (job := protocol.job_in(line)) is not None:
                        yield job


async def _exchanged(
    socket: ClientConnection, pictures: AsyncIterable[bytes]
) -> AsyncIterator[StreamAnswer]:
    """Send pictures beside receiving answers."""
    state, room, broken = StreamState(), asyncio.Event(), list[Exception]()
    sender = asyncio.create_task(_send(socket, pictures, state, room, broken))
    try:
        while not state.is_over:
            answer = state.heard(await socket.recv())
            if state.credits:
                room.set()
            if answer is not None:
                yield answer
    except ConnectionClosed:
        if broken:  # the pictures, for which we have closed
            raise broken[0] from None
        raise
    finally:
        sender.cancel()
        await asyncio.wait({sender})


async def _send(
    socket: ClientConnection,
    pictures: AsyncIterable[bytes],
    state: StreamState,
    room: asyncio.Event,
    broken: list[Exception],
) -> None:
    try:
        async for picture in pictures:
            while not state.credits:
                room.clear()
                await room.wait()
            state.credits -= 1
            await socket.send(picture)
        await socket.send(protocol.END)
    except ConnectionClosed:
        return  # whoever receives says why
    except Exception as error:
        broken.append(error)
        await socket.close()


async def _pieces(video: bytes | Path) -> AsyncIterator[bytes]:
    for piece in protocol.pieces_of(video):
        yield piece
