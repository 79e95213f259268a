"""``/v1/jobs``: whole videos, worked on for as long as it takes, watched, fetched and cancelled."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import Field

from mirror.core.settings import Config, VideoConfig
from mirror.serve.access import Caller
from mirror.serve.http.drawing import DrawingQuery
from mirror.serve.jobs.record import JobRecord, Output, Wanted, new_id
from mirror.serve.jobs.store import StoreFull
from mirror.serve.problems import Problem
from mirror.serve.service import Service, caller_of, service_of
from mirror.serve.uploads import spool

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

_ENDINGS = ("mp4", "mov", "mkv", "webm", "avi", "m4v", "mpg", "mpeg", "ts", "gif", "y4m", "mjpeg")
_KEY = r"^[\w.-]{1,128}$"
_LOOKS_S = 0.3  # between looks at a job that is watched
_QUIET_S = 15.0  # after which a watcher hears that the connection is still there

Serving = Annotated[Service, Depends(service_of)]
Asking = Annotated[Caller, Depends(caller_of)]


class JobQuery(DrawingQuery):
    """What may be asked of a job."""

    outputs: Annotated[list[Output], Field(description="what is to be made", min_length=1)] = [  # noqa: RUF012 - pydantic copies it
        "video",
        "results",
    ]
    rle: Annotated[bool, Field(description="add every part's mask to the results")] = False
    side_by_side: bool = False
    quality: Annotated[int, Field(ge=0, le=63, description="of the video; lower is better")] = 20

    def wanted(self, service: Service) -> Wanted:
        """Return what the job is to make.

        Raises:
            Problem: there is no such part or palette (422).
        """
        self.style(service.parser.parts)  # says what is wrong with it
        overlay = self.overlay().changed(side_by_side=self.side_by_side)
        settings = Config(overlay=overlay, video=VideoConfig(quality=self.quality))
        return Wanted(outputs=tuple(dict.fromkeys(self.outputs)), rle=self.rle, settings=settings)


@router.post("", status_code=202, summary="Ask for a video to be parsed")
async def submit(
    request: Request,
    query: Annotated[JobQuery, Query()],
    service: Serving,
    caller: Asking,
    key: Annotated[str | None, Header(alias="Idempotency-Key", pattern=_KEY)] = None,
) -> JSONResponse:
    """Take a video, as the body or a form's file, and answer with a job that parses it.

    With `Idempotency-Key`, a request that is sent again gets the same job.
    """
    wanted = query.wanted(service)
    with service.admission.admitted(caller.name, caller.at_most):
        upload = await spool(request, service.bounds.job_bytes)
        with upload.file:
            now = time.time()
            job = JobRecord(
                id=new_id(now), owner=caller.owner, key=key, wanted=wanted, created_at=now,
                input_name=f"input.{_ending(upload.name)}",
            )  # fmt: skip
            try:
                kept = await asyncio.to_thread(service.store.add, job, upload.pieces())
            except StoreFull:
                raise Problem(
                    507, "store.full", "There is no room for more inputs and results."
                ) from None
    service.runner.look()
    where = f"/v1/jobs/{kept.id}"
    return JSONResponse(await _shown(service, kept), 202, {"Location": where})


@router.get("/{id}", summary="How far is a job?")
async def state(id: str, service: Serving, caller: Asking) -> dict[str, Any]:
    """Answer with the job's state, and what there is to say of it."""
    return await _shown(service, await _job(id, service, caller))


@router.get("/{id}/events", summary="Watch a job", response_class=StreamingResponse)
async def events(id: str, service: Serving, caller: Asking) -> StreamingResponse:
    """Send the job whenever it changes, as server-sent events, until it has ended."""
    job = await _job(id, service, caller)
    return StreamingResponse(
        _changes(service, job), media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )  # fmt: skip


@router.get("/{id}/result", summary="Fetch what a job has made", response_class=Response)
async def result(
    id: str,
    service: Serving,
    caller: Asking,
    name: Annotated[str | None, Query(description="of the file; the first, if left out")] = None,
) -> StreamingResponse:
    """Send one of the files that the job has made."""
    job = await _job(id, service, caller)
    if job.state == "expired":
        raise Problem(410, "job.expired", "The results were kept for a while, and are gone.")
    if job.state != "done":
        raise Problem(409, "job.not_done", f"The job is {job.state}.", state=job.state)
    file = next((one for one in job.results if name in (None, one.name)), None)
    if file is None:
        raise Problem(
            404, "result.not_found", "The job has made no file of that name.",
            names=[one.name for one in job.results],
        )  # fmt: skip
    headers = {
        "Content-Length": str(file.size),
        "Content-Disposition": f'attachment; filename="{file.name}"',
    }
    pieces: Iterator[bytes] = service.store.read(job.id, job.attempt, file.name)
    return StreamingResponse(pieces, media_type=file.media_type, headers=headers)


@router.delete("/{id}", summary="Cancel a job")
async def cancel(id: str, service: Serving, caller: Asking) -> dict[str, Any]:
    """End a job that has not ended; one that runs takes a moment to."""
    job = await _job(id, service, caller)
    ended = await asyncio.to_thread(service.store.cancel, job.id)
    service.runner.cancel(job.id)
    return await _shown(service, ended or job)


async def _job(id: str, service: Service, caller: Caller) -> JobRecord:
    """A job of the caller's; somebody else's is not there."""
    job = await asyncio.to_thread(service.store.get, id)
    if job is None or job.owner != caller.owner:
        raise Problem(404, "job.not_found", "There is no such job.")
    return job


async def _shown(service: Service, job: JobRecord) -> dict[str, Any]:
    """What a client sees of a job."""
    shown: dict[str, Any] = {
        "id": job.id,
        "state": "cancelling" if job.is_open and job.is_cancelled else job.state,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "frames": job.frames,
        "total": job.total,
        "fps": round(job.fps, 2),
        "left_s": None if job.left_s is None else round(job.left_s, 1),
        "attempt": job.attempt,
        "results": [
            {
                "name": file.name,
                "type": file.media_type,
                "size": file.size,
                "href": f"/v1/jobs/{job.id}/result?name={file.name}",
            }
            for file in job.results
        ],
    }
    if job.state == "queued":
        shown["position"] = await asyncio.to_thread(service.store.position, job)
    if job.failure is not None:
        shown["error"] = {"code": job.failure.code, "detail": job.failure.detail}
    return shown


async def _changes(service: Service, job: JobRecord) -> AsyncIterator[str]:
    before, said_at = "", time.monotonic()
    while True:
        now = json.dumps(await _shown(service, job), separators=(",", ":"))
        if now != before:
            before, said_at = now, time.monotonic()
            yield f"event: job\ndata: {now}\n\n"
        elif time.monotonic() - said_at > _QUIET_S:
            said_at = time.monotonic()
            yield ": still here\n\n"
        if not job.is_open:
            return
        await asyncio.sleep(_LOOKS_S)
        found = await asyncio.to_thread(service.store.get, job.id)
        if found is None:
            return
        job = found


def _ending(name: str) -> str:
    """A file's ending, if it is one that videos have; FFmpeg looks at what is in it anyway."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    return ending if ending in _ENDINGS and re.fullmatch("[a-z0-9]+", ending) else "bin"
