"""One client's connection: as little of HTTP/1.1 as will do, since the load shares the cores."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping


class Connection:
    """Asks one server, one request after the other; opens anew what the server has closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, bytes]:
        """Return the status and the body of an answer.

        Raises:
            OSError, EOFError: nobody answered.
        """
        is_old = self._streams is not None
        try:
            return await self._ask(method, path, headers, body)
        except (OSError, EOFError):
            self.close()
            if not is_old:
                raise
        # the server has closed it between two requests, as it may
        return await self._ask(method, path, headers, body)

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}", "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        with contextlib.suppress(ConnectionError):  # it may have answered before it has read all
            await writer.drain()
        version, status, fields = _head(await reader.readuntil(b"\r\n\r\n"))
        content = await _content(reader, fields)
        if "close" in fields.get("connection", "") or version == "HTTP/1.0":
            self.close()
        return status, content


def _head(head: bytes) -> tuple[str, int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    version, status = first.split(" ")[:2]
    pairs = (line.partition(":") for line in lines if line)
    return version, int(status), {name.lower(): value.strip() for name, _, value in pairs}


async def _content(reader: asyncio.StreamReader, fields: Mapping[str, str]) -> bytes:
    if (length := fields.get("content-length")) is not None:
        return await reader.readexactly(int(length))
    if fields.get("transfer-encoding") != "chunked":
        return await reader.read()
    pieces = []
    while size := int(await reader.readline(), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(pieces)
