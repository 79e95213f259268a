"""What goes wrong, as the service says it: codes with fields, after RFC 9457 (problem details)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from mirror.serve.jobs.store import StoreAway
from mirror.serve.logs import events
from pipeline.errors import FrameOverdue, PoolClosed, WorkerCrashed, WorkerHung

_LATER = {"Retry-After": "5"}  # seconds in which another instance may have taken over
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that cannot be answered as it was meant.

    Args:
        status: of HTTP.
        code: what a program goes by, such as ``picture.too_large``; stable.
        detail: one sentence for people. Never a path, nor what an exception said.
        headers: of the answer, such as ``Retry-After``.
        **fields: what else a program may want to know, such as the limit.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **fields: object,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.fields = dict(headers or {}), fields

    def body(self, request_id: str) -> dict[str, Any]:
        """Return the members of the problem details object."""
        return {
            "type": f"urn:smart-mirror:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
            **self.fields,
        }


def problem_of(error: Exception) -> Problem:
    """Return what a client is told of any error; of one that nobody expected, only that it was."""
    match error:
        case Problem():
            return error
        case FrameOverdue():
            return Problem(504, "request.overdue", "No worker was free before the deadline.")
        case WorkerHung():
            return Problem(500, "parse.too_long", "Parsing took too long and was given up.")
        case WorkerCrashed():
            return _parse_failed()
        case PoolClosed():
            return Problem(503, "service.stopping", "The service is stopping.", _LATER)
        case StoreAway():
            return Problem(503, "store.away", "Jobs cannot be looked up at the moment.", _LATER)
        case RequestValidationError():
            return _invalid(error)
        case HTTPException():
            return _of_http(error)
        case _:
            # the server closes the connection then; clients would use it again
            return Problem(
                500, "service.failed", "Something went wrong in the service.",
                {"Connection": "close"},
            )  # fmt: skip


def problem_of_frame(error: Exception) -> Problem:
    """Return what a client is told of one frame of many that failed, whatever the parser raised."""
    problem = problem_of(error)
    events.failed(problem.code, problem.status, error)
    return _parse_failed() if problem.code == "service.failed" else problem


def as_response(request: Request, error: Exception) -> JSONResponse:
    """Return the answer that says what went wrong."""
    problem = problem_of(error)
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED and (methods := _methods_at(request)):
        problem.headers = {**problem.headers, "Allow": ", ".join(sorted(methods))}
    if problem.status == 500:
        events.failed(problem.code, problem.status, error)
    request_id = str(getattr(request.state, "request_id", ""))
    return JSONResponse(
        problem.body(request_id), problem.status, problem.headers, media_type=MEDIA_TYPE
    )


def _methods_at(request: Request) -> set[str]:
    """What an address can be asked with; the framework names those of its first route alone."""
    path = getattr(request.scope.get("route"), "path", "")
    return {method.upper() for method in request.app.openapi()["paths"].get(path, ())}


def _parse_failed() -> Problem:
    return Problem(500, "parse.failed", "The parser broke down over this picture.")


def _invalid(error: RequestValidationError) -> Problem:
    """Name each field that is wrong; never what came, which may be a secret."""
    fields = [
        {"field": ".".join(str(step) for step in wrong["loc"]), "detail": wrong["msg"]}
        for wrong in error.errors()
    ]
    named = ", ".join(entry["field"] for entry in fields)
    return Problem(
        422, "request.invalid", f"These are not as they should be: {named}.", None, errors=fields
    )


def _of_http(error: HTTPException) -> Problem:
    codes = {404: "request.not_found", 405: "request.method_not_allowed"}
    code = codes.get(error.status_code, "request.refused")
    detail = f"{HTTPStatus(error.status_code).phrase}."
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = "There is no such address; /docs describes those that there are."
    return Problem(error.status_code, code, detail, error.headers)
