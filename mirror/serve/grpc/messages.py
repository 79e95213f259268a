"""From what the service says in JSON to messages, and from messages to parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from pydantic import BaseModel

from mirror.serve.grpc.v1 import service_pb2 as pb
from mirror.serve.requests.checked import checked

M = TypeVar("M", bound=Message)
Q = TypeVar("Q", bound=BaseModel)

_RESULT = ("parser", "version", "size", "people", "areas", "rle")


def parameters(kind: type[Q], message: Message, *left_out: str) -> Q:
    """Return what a message asks for, as the HTTP interface's parameters have it.

    Args:
        kind: of parameters.
        message: its fields, and those of its ``drawing``, are called as they are.
        left_out: fields that are none.

    Raises:
        Problem: one cannot have such a value (INVALID_ARGUMENT).
    """
    values = MessageToDict(message, preserving_proto_field_name=True)
    for name in left_out:
        values.pop(name, None)
    values |= values.pop("drawing", {})
    return checked(kind, values, "request")


def filled(kind: type[M], said: Mapping[str, Any]) -> M:
    """Return a message of what is said; keys that it has no field for are left out."""
    return ParseDict(dict(said), kind(), ignore_unknown_fields=True)


def result_of(said: Mapping[str, Any]) -> pb.Result:
    """Return what was found in a picture."""
    return filled(pb.Result, {name: said[name] for name in _RESULT if name in said})


def job_of(said: Mapping[str, Any]) -> pb.Job:
    """Return a job as its owner sees it."""
    return filled(pb.Job, {**said, "state": f"JOB_STATE_{said['state'].upper()}"})
