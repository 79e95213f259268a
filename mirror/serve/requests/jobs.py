"""Jobs: what may be asked of them, and what their owners are told."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import PurePath
from typing import Annotated, Any

from pydantic import Field

from mirror.core.settings import Config, VideoConfig
from mirror.serve.access import Caller
from mirror.serve.jobs.record import JobRecord, Output, ResultFile, Wanted, new_id
from mirror.serve.jobs.store import StoreAway, StoreFull
from mirror.serve.logs import events
from mirror.serve.problems import Problem
from mirror.serve.requests.drawing import DrawingQuery
from mirror.serve.service import Service

KEY = r"^[\w.-]{1,128}$"  # what a client may call a job, so that it can be asked for twice

_ENDINGS = ("mp4", "mov", "mkv", "webm", "avi", "m4v", "mpg", "mpeg", "ts", "gif", "y4m", "mjpeg")
_LOOKS_S = 0.3  # between looks at a job that is watched


class JobQuery(DrawingQuery):
    """What may be asked of a job."""

    outputs: Annotated[list[Output], Field(description="what is to be made", min_length=1)] = [  # noqa: RUF012 - pydantic copies it
        "video",
        "results",
    ]
    rle: Annotated[bool, Field(description="add every part's mask to the results")] = False
    side_by_side: bool = False
    quality: Annotated[int, Field(ge=0, le=63, description="of the video; lower is better")] = 20

    async def wanted(self, service: Service) -> Wanted:
        """Return what the job is to make.

        Raises:
            Problem: there is no such parser, part or palette (422), or the parser cannot be had.
        """
        async with service.parsers.using(self.parser) as parser:
            self.renderer(parser.parts)  # says what is wrong with it
        overlay = self.overlay().changed(side_by_side=self.side_by_side)
        settings = Config(overlay=overlay, video=VideoConfig(quality=self.quality))
        return Wanted(
            outputs=tuple(dict.fromkeys(self.outputs)), rle=self.rle, parser=self.parser,
            settings=settings,
        )  # fmt: skip


async def add_job(
    service: Service,
    caller: Caller,
    key: str | None,
    wanted: Wanted,
    name: str,
    pieces: Iterable[bytes],
) -> JobRecord:
    """Keep a new job, and have it begun; return it, or the one that has the key already.

    Args:
        service: does it.
        caller: whose it is.
        key: what they call it.
        wanted: what it is to make.
        name: what the client calls the input; of it, only a well-known ending is kept.
        pieces: the input.

    Raises:
        Problem: there is no room for it (507).
    """
    now = time.time()
    job = JobRecord(
        id=new_id(now), owner=caller.owner, key=key, wanted=wanted, created_at=now,
        input_name=f"input.{_ending(name)}",
    )  # fmt: skip
    try:
        kept = await asyncio.to_thread(service.store.add, job, pieces)
    except StoreFull:
        raise Problem(507, "store.full", "There is no room for more inputs and results.") from None
    events.job_kept(kept.id, kept.owner, kept.input_size)
    service.runner.look()
    return kept


async def find_job(service: Service, caller: Caller, id: str) -> JobRecord:
    """Return a job of the caller's.

    Raises:
        Problem: there is none (404); somebody else's is not there.
    """
    job = await asyncio.to_thread(service.store.get, id)
    if job is None or job.owner != caller.owner:
        raise Problem(404, "job.not_found", "There is no such job.")
    return job


async def cancel_job(service: Service, caller: Caller, id: str) -> JobRecord:
    """End a job that has not ended, and return it; one that runs takes a moment to.

    Raises:
        Problem: there is none of the caller's (404).
    """
    job = await find_job(service, caller, id)
    ended = await asyncio.to_thread(service.store.cancel, job.id)
    service.runner.cancel(job.id)
    return ended or job


async def read_result(
    service: Service, caller: Caller, id: str, name: str | None
) -> tuple[ResultFile, Iterator[bytes]]:
    """Return one of the files that a job has made, and what is in it.

    Args:
        service: keeps it.
        caller: whose it is.
        id: the job's.
        name: of the file; None: the first.

    Raises:
        Problem: there is no such job or file (404), not yet (409), or not any more (410).
    """
    job = await find_job(service, caller, id)
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
    return file, service.store.read(job.id, job.attempt, file.name)


async def shown(service: Service, job: JobRecord) -> dict[str, Any]:
    """Return what a client sees of a job."""
    found: dict[str, Any] = {
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
        found["position"] = await asyncio.to_thread(service.store.position, job)
    if job.failure is not None:
        found["error"] = {"code": job.failure.code, "detail": job.failure.detail}
    return found


async def changes(service: Service, job: JobRecord) -> AsyncIterator[dict[str, Any] | None]:
    """Look at a job until it has ended, or the service does; yield it where it is another.

    Yields None where it is still the same, or nobody knows, several times a second.
    """
    before: dict[str, Any] | None = None
    while True:
        now = before
        with contextlib.suppress(StoreAway):  # who watches does not notice
            now = await shown(service, job)
        yield None if now == before else now
        before = now
        if not job.is_open or service.admission.is_draining:
            return
        await asyncio.sleep(_LOOKS_S)
        try:
            found = await asyncio.to_thread(service.store.get, job.id)
        except StoreAway:
            continue
        if found is None:
            return
        job = found


def _ending(name: str) -> str:
    """A file's ending, if it is one that videos have; FFmpeg looks at what is in it anyway."""
    ending = PurePath(name).suffix.lower().removeprefix(".")
    return ending if ending in _ENDINGS and re.fullmatch("[a-z0-9]+", ending) else "bin"
