"""What is worth a line: requests, calls, streams and jobs as they end, and what failed on the way.

A line has a sentence for people and fields for programs. Neither ever holds a token, what a client
sent, or an address' parameters.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")  # of what is being answered

_access = logging.getLogger("mirror.serve.access")
_failures = logging.getLogger("mirror.serve.failures")
_jobs = logging.getLogger("mirror.serve.jobs")
_life = logging.getLogger("mirror.serve")

_OFTEN_ASKED = frozenset({"/healthz", "/readyz", "/metrics"})  # by whoever watches the service


def request_ended(
    method: str, path: str, status: int, seconds: float, caller: str, address: str
) -> None:
    """Tell of a request that was answered, or whose client left (499)."""
    level = logging.DEBUG if path in _OFTEN_ASKED and status < 500 else logging.INFO
    _access.log(
        level, "%s %s %d in %.0f ms", method, path, status, 1e3 * seconds,
        extra=_fields(protocol="http", method=method, path=path, status=status,
                      seconds=round(seconds, 4), caller=caller, address=address),
    )  # fmt: skip


def call_ended(method: str, code: str, seconds: float, caller: str, address: str) -> None:
    """Tell of a gRPC call that has ended."""
    _access.info(
        "%s %s in %.0f ms", method, code, 1e3 * seconds,
        extra=_fields(protocol="grpc", method=method, code=code, seconds=round(seconds, 4),
                      caller=caller, address=address),
    )  # fmt: skip


def stream_ended(code: int, seconds: float, caller: str, address: str) -> None:
    """Tell of a WebSocket that was closed."""
    _access.info(
        "stream %d after %.1f s", code, seconds,
        extra=_fields(protocol="websocket", code=code, seconds=round(seconds, 4), caller=caller,
                      address=address),
    )  # fmt: skip


def job_kept(id: str, owner: str, size: int) -> None:
    """Tell of a job that came with the request that is being answered."""
    _jobs.info("job %s was taken in", id, extra=_fields(job=id, caller=owner, bytes=size))


def job_begun(id: str, attempt: int) -> None:
    """Tell of a job that is being worked on."""
    _jobs.info("job %s is begun", id, extra=_fields(job=id, attempt=attempt))


def job_ended(id: str, state: str, code: str | None = None) -> None:
    """Tell of a job that has ended here."""
    _jobs.log(
        logging.WARNING if state == "failed" else logging.INFO,
        "job %s is %s", id, state, extra=_fields(job=id, state=state, code=code),
    )  # fmt: skip


def failed(code: str, status: int, error: BaseException | None) -> None:
    """Tell of what a client is only told the code of: with all that is known."""
    _failures.error("%s", code, exc_info=error, extra=_fields(code=code, status=status))


def told(words: str, **fields: object) -> None:
    """Tell of something in the service's life."""
    _life.info("%s", words, extra=_fields(**fields))


def _fields(**fields: object) -> dict[str, object]:
    return {"fields": {name: value for name, value in fields.items() if value not in (None, "")}}
