"""What goes round every call: its id, who makes it, what is told of errors, and that it is counted.

All methods are served as streams in both directions, which is the same on the wire: so callers are
told by their tokens, and let in, before anything that they send is read.
"""

from __future__ import annotations

import asyncio
import time
import urllib.parse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from mirror.serve.access import Caller
from mirror.serve.context import request_id_of
from mirror.serve.grpc.status import code_of, trailers_of
from mirror.serve.logs import events
from mirror.serve.problems import Problem, problem_of
from mirror.serve.service import Service

M = TypeVar("M", bound=Message)
Context = grpc.aio.ServicerContext[bytes, Message]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a client's that may ask.

    Attributes:
        service: what it is answered with.
        caller: whose it is.
        context: gRPC's.
    """

    service: Service
    caller: Caller
    context: Context

    async def receive(self, kind: type[M]) -> M | None:
        """Return the next message; None where the client has sent its last.

        Raises:
            Problem: it is none of the kind (INVALID_ARGUMENT).
        """
        data = await self.context.read()
        if not isinstance(data, bytes):  # EOF
            return None
        try:
            return kind.FromString(data)
        except DecodeError:
            raise Problem(400, "request.damaged", "The message cannot be read.") from None

    async def only(self, kind: type[M]) -> M:
        """Return the one message of a call.

        Raises:
            Problem: it is none of the kind, or there is none (INVALID_ARGUMENT).
        """
        message = await self.receive(kind)
        if message is None:
            raise Problem(400, "request.missing", "The call has no message.")
        return message

    async def answer(self, message: Message) -> None:
        """Send a message; return when it is on its way."""
        await self.context.write(message)

    @property
    def left_s(self) -> float | None:
        """Seconds until the call's deadline; None where it has none."""
        left_s = self.context.time_remaining()
        return None if left_s is None else max(0.0, left_s)

    def metadata(self, name: str) -> str | None:
        """Return a header of the call."""
        return _metadata(self.context, name)


Method = Callable[[Call], Awaitable[None]]


def handler_of(
    service: Service, name: str, method: Method
) -> grpc.RpcMethodHandler[bytes, Message]:
    """Return what gRPC runs for a method.

    Args:
        service: what calls are answered with.
        name: the method's, as it is counted.
        method: answers one call.
    """

    async def handle(_: object, context: Context) -> None:
        began_at, code = time.monotonic(), grpc.StatusCode.CANCELLED
        request_id = request_id_of(_metadata(context, "x-request-id"))
        events.request_id.set(request_id)  # of this task, which ends with the call
        owner, address = "", _address(context.peer())
        try:
            await context.send_initial_metadata((("x-request-id", request_id),))
            caller = service.access.caller(_metadata(context, "authorization"), address)
            owner = caller.owner
            await method(Call(service, caller, context))
            code = grpc.StatusCode.OK
        except (asyncio.CancelledError, grpc.aio.AbortError):
            raise
        except Exception as error:
            problem = problem_of(error)
            code = code_of(problem)
            if problem.status == 500:
                events.failed(problem.code, problem.status, error)
            await context.abort(code, problem.detail, trailers_of(problem, request_id))
        finally:
            seconds = time.monotonic() - began_at
            service.metrics.called(name, code.name, seconds)
            events.call_ended(name, code.name, seconds, owner, address)

    return grpc.stream_stream_rpc_method_handler(
        handle,
        request_deserializer=None,
        response_serializer=_serialized,
    )


def _serialized(message: Message) -> bytes:
    return message.SerializeToString()


def _metadata(context: Context, name: str) -> str | None:
    for key, value in context.invocation_metadata() or ():
        if key == name and isinstance(value, str):
            return value
    return None


def _address(peer: str) -> str:
    """The address in ``ipv4:127.0.0.1:50000`` or ``ipv6:%5B::1%5D:50000``."""
    _kind, _, rest = urllib.parse.unquote(peer).partition(":")
    return rest.rpartition(":")[0].strip("[]")
