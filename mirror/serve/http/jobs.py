"""``/v1/jobs``: whole videos, worked on for as long as it takes, watched, fetched and cancelled."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mirror.serve.access import Caller
from mirror.serve.http.description import answers, file_body
from mirror.serve.jobs.job_output import FILES
from mirror.serve.jobs.record import JobRecord
from mirror.serve.requests.jobs import (
    KEY,
    JobQuery,
    add_job,
    cancel_job,
    changes,
    find_job,
    read_result,
    shown,
)
from mirror.serve.service import Service, caller_of, service_of
from mirror.serve.uploads import spool

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

_QUIET_S = 15.0  # after which a watcher hears that the connection is still there

Serving = Annotated[Service, Depends(service_of)]
Asking = Annotated[Caller, Depends(caller_of)]


@router.post(
    "", status_code=202, summary="Ask for a video to be parsed",
    openapi_extra=file_body("video", "video/mp4", "application/octet-stream"),
)  # fmt: skip
async def submit(
    request: Request,
    query: Annotated[JobQuery, Query()],
    service: Serving,
    caller: Asking,
    key: Annotated[str | None, Header(alias="Idempotency-Key", pattern=KEY)] = None,
) -> JSONResponse:
    """Take a video, as the body or a form's file, and answer with a job that parses it.

    With `Idempotency-Key`, a request that is sent again gets the same job.
    """
    with service.admission.admitted(caller.name, caller.at_most):
        wanted = await query.wanted(service)
        upload = await spool(request, service.bounds.job_bytes)
        with upload.file:
            kept = await add_job(service, caller, key, wanted, upload.name, upload.pieces())
    where = f"/v1/jobs/{kept.id}"
    return JSONResponse(await shown(service, kept), 202, {"Location": where})


@router.get("/{id}", summary="How far is a job?")
async def state(id: str, service: Serving, caller: Asking) -> dict[str, Any]:
    """Answer with the job's state, and what there is to say of it."""
    return await shown(service, await find_job(service, caller, id))


@router.get(
    "/{id}/events", summary="Watch a job", response_class=StreamingResponse,
    responses=answers("The job, whenever it changes.", "text/event-stream"),
)  # fmt: skip
async def events(id: str, service: Serving, caller: Asking) -> StreamingResponse:
    """Send the job whenever it changes, as server-sent events, until it has ended."""
    job = await find_job(service, caller, id)
    return _Watched(
        service.watchers.admitted(caller.name, caller.at_most),
        _events(service, job), media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )  # fmt: skip


@router.get(
    "/{id}/result", summary="Fetch what a job has made", response_class=Response,
    responses=answers("The file.", *sorted({kind for _, kind in FILES.values()})),
)  # fmt: skip
async def result(
    id: str,
    service: Serving,
    caller: Asking,
    name: Annotated[str | None, Query(description="of the file; the first, if left out")] = None,
) -> StreamingResponse:
    """Send one of the files that the job has made."""
    file, pieces = await read_result(service, caller, id, name)
    headers = {
        "Content-Length": str(file.size),
        "Content-Disposition": f'attachment; filename="{file.name}"',
    }
    return StreamingResponse(pieces, media_type=file.media_type, headers=headers)


@router.delete("/{id}", summary="Cancel a job")
async def cancel(id: str, service: Serving, caller: Asking) -> dict[str, Any]:
    """End a job that has not ended; one that runs takes a moment to."""
    return await shown(service, await cancel_job(service, caller, id))


class _Watched(StreamingResponse):
    """Answers as long as somebody listens, if they are let in."""

    def __init__(
        self,
        admitted: AbstractContextManager[None],
        content: AsyncIterator[str],
        **options: Any,  # noqa: ANN401 - as the base has them
    ) -> None:
        super().__init__(content, **options)
        self._admitted = admitted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ``Response``.

        Raises:
            Problem: too many watch (429); nothing is sent then.
        """
        with self._admitted:
            await super().__call__(scope, receive, send)


async def _events(service: Service, job: JobRecord) -> AsyncIterator[str]:
    said_at = time.monotonic()
    async for change in changes(service, job):
        if change is not None:
            said_at = time.monotonic()
            yield f"event: job\ndata: {json.dumps(change, separators=(',', ':'))}\n\n"
        elif time.monotonic() - said_at > _QUIET_S:
            said_at = time.monotonic()
            yield ": still here\n\n"
