"""What goes wrong, as gRPC says it: a status code, and google.rpc.Status with the particulars."""

from __future__ import annotations

import json
from collections.abc import Iterable

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from mirror.serve.problems import Problem

DOMAIN = "smart-mirror"
_CODES = {  # of HTTP's, as google.rpc.Code pairs them where it does
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    408: grpc.StatusCode.ABORTED,
    409: grpc.StatusCode.FAILED_PRECONDITION,
    410: grpc.StatusCode.NOT_FOUND,
    413: grpc.StatusCode.INVALID_ARGUMENT,
    415: grpc.StatusCode.INVALID_ARGUMENT,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    500: grpc.StatusCode.INTERNAL,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
    507: grpc.StatusCode.RESOURCE_EXHAUSTED,
}


def code_of(problem: Problem) -> grpc.StatusCode:
    """Return the status code that stands for what HTTP would say."""
    return _CODES.get(problem.status, grpc.StatusCode.INTERNAL)


def trailers_of(problem: Problem, request_id: str) -> tuple[tuple[str, str | bytes], ...]:
    """Return the metadata that say what went wrong, to whoever wants more than the code."""
    retry_after_s = problem.headers.get("Retry-After")
    status = Status(code=code_of(problem).value[0], message=problem.detail)
    for detail in _details(problem, request_id, retry_after_s):
        packed = Any()
        packed.Pack(detail)
        status.details.append(packed)
    trailers: list[tuple[str, str | bytes]] = [
        ("mirror-code", problem.code),
        *rpc_status.to_status(status).trailing_metadata,
    ]
    if retry_after_s is not None:  # which clients that retry by themselves heed (gRFC A6)
        trailers.append(("grpc-retry-pushback-ms", str(1000 * int(retry_after_s))))
    return tuple(trailers)


def _details(problem: Problem, request_id: str, retry_after_s: str | None) -> Iterable[Message]:
    fields = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in problem.fields.items()
        if name != "errors"
    }
    yield ErrorInfo(reason=problem.code, domain=DOMAIN, metadata=fields)
    yield RequestInfo(request_id=request_id)
    errors = problem.fields.get("errors")
    if isinstance(errors, list):
        yield BadRequest(
            field_violations=[
                BadRequest.FieldViolation(
                    field=str(error.get("field", "")), description=str(error.get("detail", ""))
                )
                for error in errors
            ]
        )
    if retry_after_s is not None:
        yield RetryInfo(retry_delay=Duration(seconds=int(retry_after_s)))
