"""The service as a process: where it listens, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from mirror.core.schema import ConfigError
from mirror.core.settings import Config, ServeConfig
from mirror.parsers.catalogue import AnyKind
from mirror.process import service_manager
from mirror.process.signal_policies import interruption_of
from mirror.process.termination import ENDS_WITHIN_S, Listener, listening
from mirror.serve.app import make_app
from mirror.serve.assembly import hosts_of, make_service
from mirror.serve.connections import ImpatientProtocol, allow_many
from mirror.serve.logs import events
from mirror.serve.logs.output import logging_to
from mirror.serve.service import Service
from mirror.serve.stream.streams import Streams

if TYPE_CHECKING:
    from mirror.serve.grpc.server import GrpcServer

_BACKLOG = 2048  # connections that may wait to be taken in
_UNREAD_MS = 60_000  # after which the system ends the connection of somebody who reads nothing


class Server:
    """Listens from the beginning, and answers while ``run`` lasts; main thread only.

    The first signal lets nobody in any more, and gives those who are in a while to be answered; the
    second does not wait.

    Args:
        config: every setting.
        kind: the parser.
        workers: threads that parse.
        threads: threads that each of them computes with.

    Attributes:
        address: where it can be reached.

    Raises:
        ConfigError: the address cannot be listened on, or a file it needs cannot be read.
    """

    def __init__(self, config: Config, kind: AnyKind, workers: int, threads: int) -> None:
        serve = config.serve
        self._socket = listening_socket(serve.host, serve.port)
        try:
            service = make_service(config, kind, workers, threads)
        except BaseException:
            self._socket.close()
            raise
        self._admission, streams = service.admission, service.streams
        grpc_server = None
        try:
            grpc_server = open_grpc(service, serve)
        except BaseException:
            self._socket.close()
            service.store.close()
            raise
        app = make_app(
            service,
            hosts_of(serve),
            contextlib.nullcontext if grpc_server is None else grpc_server.answering,
        )
        self.address = _address(self._socket, secure=bool(serve.tls_certificate))
        self._server = _Uvicorn(
            uvicorn.Config(
                app,
                loop="asyncio",  # uvloop takes the signals to itself
                http=ImpatientProtocol,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=max(1, round(serve.grace_s)),
                ssl_certfile=serve.tls_certificate or None,
                ssl_keyfile=serve.tls_key or None,
                ws_max_size=service.bounds.picture_bytes,
                ws_per_message_deflate=False,  # pictures are compressed; bombs would be, too
            ),
            lambda: _drain(streams, grpc_server, serve.grace_s),
        )
        try:
            _load_certificate(self._server.config, serve)
        except BaseException:
            self._socket.close()
            service.store.close()
            raise
        self._grace_s, self._serve = serve.grace_s, serve
        self._told: int | None = None
        self._listener: Listener | None = None

    def run(self) -> None:
        """Answer until a signal comes.

        Raises:
            KeyboardInterrupt, Terminated: it came, and everybody who was in has been answered.
        """
        with (
            logging_to(sys.stderr, self._serve.log_format, self._serve.log_level),
            listening(self) as self._listener,
        ):
            allow_many()
            events.told(f"listening on {self.address}", at=self.address)
            self._server.run([self._socket])
            events.told("stopped")
        if self._told is not None:
            raise interruption_of(self._told)

    # what a signal means; see ``Policy``

    def heard(self, number: int) -> None:
        """End gently at the first signal, and at once at the second."""
        self._server.force_exit = self._told is not None
        if self._told is None and self._listener is not None:
            self._listener.put_off(self._grace_s + ENDS_WITHIN_S)
        self._told = self._told or number
        self._admission.drain()
        events.told("stopping", grace_s=self._grace_s)
        service_manager.tell("STOPPING=1")
        self._server.should_exit = True

    def due(self) -> bool:
        """Say that there is nothing to raise: the loop ends by itself."""
        return False

    def take(self) -> BaseException | None:
        """Return nothing."""
        return None


class _Uvicorn(uvicorn.Server):
    """Leaves signals to us, and ends streams gently: by itself it would cut them off."""

    def __init__(self, config: uvicorn.Config, before_end: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._before_end = before_end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, have streams end, and then the rest."""
        for server in self.servers:
            server.close()
        if not self.force_exit:
            await self._before_end()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _load_certificate(config: uvicorn.Config, serve: ServeConfig) -> None:
    """Read what TLS needs before anybody is told that the service listens.

    Raises:
        ConfigError: it cannot be used.
    """
    if serve.tls_key and not serve.tls_certificate:
        raise ConfigError("serve.tls_refused", "TLS cannot be used: {reason}",
                          reason="there is a key, but no certificate")  # fmt: skip
    try:
        config.load()
    except OSError as error:  # what OpenSSL says is one, too
        raise ConfigError(
            "serve.tls_refused", "TLS cannot be used: {reason}",
            reason=error.strerror or "the certificate and the key are not a pair in PEM",
        ) from error  # fmt: skip


async def _drain(streams: Streams, grpc_server: GrpcServer | None, within_s: float) -> None:
    async with asyncio.TaskGroup() as ending:
        ending.create_task(streams.drain(within_s))
        if grpc_server is not None:
            ending.create_task(grpc_server.drain(within_s))


def open_grpc(service: Service, serve: ServeConfig) -> GrpcServer | None:
    """Return what answers over gRPC, where settings ask for that.

    Raises:
        ConfigError: its packages are missing, or its address cannot be listened on.
    """
    if not serve.grpc_port:
        return None
    try:
        from mirror.serve.grpc.server import GrpcServer, Listening
    except ImportError as error:
        raise ConfigError(
            "serve.grpc_missing", "gRPC needs {package}", package="smart-mirror[grpc]"
        ) from error
    listening_socket(serve.host, serve.grpc_port).close()  # gRPC itself would not say why it cannot
    certificate, key = (
        Path(name) if name else None for name in (serve.tls_certificate, serve.tls_key)
    )
    return GrpcServer(service, Listening(serve.host, serve.grpc_port, certificate, key))


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        with contextlib.ExitStack() as stack:
            # asyncio sends small pieces at once (TCP_NODELAY) where a socket is said to be TCP's;
            # elsewhere an answer's body waits 40 ms for the client to acknowledge its head
            listener = stack.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):  # connections that it takes inherit it
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MS)
            listener.bind(address)
            listener.listen(_BACKLOG)
            stack.pop_all()
            return listener
    except OSError as error:
        raise ConfigError(
            "serve.address_taken",
            "{address} cannot be listened on ({reason}); choose another port",
            address=f"{host}:{port}",
            reason=error.strerror or str(error),
        ) from error


def _address(listener: socket.socket, secure: bool) -> str:
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{name}:{port}"
