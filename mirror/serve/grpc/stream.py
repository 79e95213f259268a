"""``Stream``: pictures in, answers out, in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message

from mirror.serve.grpc.calls import Call
from mirror.serve.grpc.messages import filled, parameters, result_of
from mirror.serve.grpc.v1 import service_pb2 as pb
from mirror.serve.problems import Problem
from mirror.serve.requests.streams import StreamQuery
from mirror.serve.stream.session import Session
from mirror.version import __version__

_KINDS: Mapping[str, type[Message]] = {
    "hello": pb.Hello,
    "dropped": pb.Dropped,
    "failed": pb.Failed,
    "end": pb.End,
}


async def stream(call: Call) -> None:
    """Answer each picture that comes."""
    service = call.service
    with service.streams.admitted(call.caller):
        first = await call.receive(pb.StreamRequest)
        options = pb.StreamOptions() if first is None else first.options  # empty where it has none
        asked = parameters(StreamQuery, options)
        async with service.parsers.using(asked.parser) as parser:
            connection = _Connection(call, first, parser.name)
            await Session(connection, service, parser, asked.options(parser)).run()


class _Connection:
    """A stream's connection over gRPC; see ``Connection``."""

    is_paced = True  # by HTTP/2's flow control: what is not read is not sent

    def __init__(self, call: Call, first: pb.StreamRequest | None, parser: str) -> None:
        self._call, self._parser = call, parser
        self._first, self._has_ended = first, first is None

    async def receive(self) -> bytes | None:
        """See ``Connection``."""
        first, self._first = self._first, None
        if first is not None and first.HasField("image"):
            return first.image
        message = None
        if not self._has_ended:
            message = await self._call.receive(pb.StreamRequest)
        if message is None:
            self._has_ended = True
            return None
        if not message.HasField("image"):
            raise Problem(400, "stream.unknown_message", "All but the first message are pictures.")
        return message.image

    async def send(self, message: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
        """See ``Connection``."""
        kind = message["type"]
        response = pb.StreamResponse(credits=message.get("credits", 0))
        if kind == "frame":
            response.frame.CopyFrom(self._frame(message, pictures))
        else:
            getattr(response, kind).CopyFrom(filled(_KINDS[kind], message))
        await self._call.answer(response)

    def _frame(self, message: Mapping[str, Any], pictures: Mapping[str, bytes]) -> pb.Frame:
        own = {
            name: message[name] for name in ("frame", "pts", "time", "timing") if name in message
        }
        frame = filled(pb.Frame, own)
        if "people" in message:
            said = {**message, "parser": self._parser, "version": __version__}
            frame.result.CopyFrom(result_of(said))
        frame.labels, frame.overlay = pictures.get("labels", b""), pictures.get("overlay", b"")
        return frame
