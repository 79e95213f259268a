"""gRPC beside HTTP: its address, its methods, its health, and its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from mirror.serve.grpc import jobs, pictures, stream
from mirror.serve.grpc.calls import Method, handler_of
from mirror.serve.grpc.v1 import service_pb2
from mirror.serve.service import Service

_METHODS: dict[str, Method] = {
    "Parse": pictures.parse,
    "SubmitJob": jobs.submit,
    "GetJob": jobs.get,
    "WatchJob": jobs.watch,
    "CancelJob": jobs.cancel,
    "ReadResult": jobs.read_result,
    "Stream": stream.stream,
}
_SERVING = health_pb2.HealthCheckResponse.ServingStatus
_NAME = service_pb2.DESCRIPTOR.services_by_name["Mirror"].full_name
_BESIDE_THE_PICTURE = 64 << 10  # bytes of a message
_MORE_CALLS = 64  # than there is room for; they are told so, or look after the service
_LOOKS_S = 0.1  # between looks whether the service has become ready, or stops


@dataclass(frozen=True, slots=True)
class Listening:
    """Where gRPC listens.

    Attributes:
        host, port: its address; port 0: any that is free.
        certificate, key: files, for TLS; None: none.
    """

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


class GrpcServer:
    """Answers calls during a ``with`` block; for the event loop that it is entered in.

    Args:
        service: what calls are answered with.
        where: to listen.

    Attributes:
        port: that it listens on, once entered.
    """

    def __init__(self, service: Service, where: Listening) -> None:
        self._service, self._where, self.port = service, where, where.port
        self._server: grpc.aio.Server | None = None
        self._health = health.aio.HealthServicer()

    @contextlib.asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Answer during the block.

        Raises:
            RuntimeError: the address cannot be listened on.
        """
        self._server = server = self._made()
        self.port = self._listen(server)
        await server.start()
        telling = asyncio.create_task(self._tell_health())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            await server.stop(0.0)

    async def drain(self, within_s: float) -> None:
        """Take no more calls; wait until those that are open have ended, at most so long."""
        if self._server is not None:
            await self._health.enter_graceful_shutdown()
            await self._server.stop(within_s)

    def _made(self) -> grpc.aio.Server:
        service = self._service
        most = service.admission.room + service.streams.most + _MORE_CALLS
        server = grpc.aio.server(
            maximum_concurrent_rpcs=most,
            options=[
                ("grpc.so_reuseport", 0),  # two services on one port would share their clients
                (
                    "grpc.max_receive_message_length",
                    service.bounds.picture_bytes + _BESIDE_THE_PICTURE,
                ),
                # messages that unpack to more than may be; pictures are compressed anyway
                ("grpc.compression_enabled_algorithms_bitset", 1),
                ("grpc.keepalive_time_ms", 60_000),  # whoever is gone without a word is let go
                ("grpc.keepalive_timeout_ms", 20_000),
            ],
        )
        handlers = {name: handler_of(service, name, method) for name, method in _METHODS.items()}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_NAME, handlers),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        reflection.enable_server_reflection(
            (_NAME, health.SERVICE_NAME, reflection.SERVICE_NAME), server
        )
        return server

    def _listen(self, server: grpc.aio.Server) -> int:
        where = self._where
        host = f"[{where.host}]" if ":" in where.host else where.host
        address = f"{host}:{where.port}"
        if where.certificate is None or where.key is None:
            return server.add_insecure_port(address)
        pair = where.key.read_bytes(), where.certificate.read_bytes()
        return server.add_secure_port(address, grpc.ssl_server_credentials([pair]))

    async def _tell_health(self) -> None:
        """Say that the service serves from when it is warm until it is to stop."""
        told: bool | None = None
        while True:
            is_ready = self._service.is_ready
            if is_ready != told:
                status = _SERVING.SERVING if is_ready else _SERVING.NOT_SERVING
                for name in ("", _NAME):
                    await self._health.set(name, status)
            told = is_ready
            await asyncio.sleep(_LOOKS_S)
