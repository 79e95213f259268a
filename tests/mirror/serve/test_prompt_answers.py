"""What keeps the service prompt while its workers have the cores."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import pkgutil
import socket

import pytest

pytest.importorskip("fastapi", reason="pip install 'smart-mirror[serve]' brings it")

from mirror.serve import http
from mirror.serve.server import listening_socket


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_answers_body_does_not_wait_until_its_head_is_acknowledged(host: str) -> None:
    async def option_of_an_accepted_connection() -> int:
        accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            taken: socket.socket = writer.get_extra_info("socket")
            accepted.set_result(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with contextlib.closing(listening_socket(host, 0)) as listener:
            address = listener.getsockname()[:2]
            async with await asyncio.start_server(accept, sock=listener):
                _, writer = await asyncio.open_connection(*address)
                found = await accepted
                writer.close()
                await writer.wait_closed()
        return found

    assert asyncio.run(option_of_an_accepted_connection()) != 0


def test_a_request_is_led_to_its_answer_without_a_thread() -> None:
    led = 0
    for module in pkgutil.iter_modules(http.__path__, f"{http.__name__}."):
        router = getattr(importlib.import_module(module.name), "router", None)
        for route in [] if router is None else router.routes:
            for dependency in route.dependant.dependencies:
                assert inspect.iscoroutinefunction(dependency.call), (route, dependency.call)
                led += 1
    assert led > 20
