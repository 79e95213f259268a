"""Jobs: submitted, watched, cancelled, and what they have made."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterator
from typing import IO

from mirror.serve.grpc.calls import Call
from mirror.serve.grpc.messages import job_of, parameters
from mirror.serve.grpc.v1 import service_pb2 as pb
from mirror.serve.problems import Problem
from mirror.serve.requests import jobs
from mirror.serve.uploads import Upload, too_large

_CHUNK = 1 << 18  # bytes of a result in one message
_IN_MEMORY = 1 << 20
_OPEN = (pb.JOB_STATE_QUEUED, pb.JOB_STATE_RUNNING, pb.JOB_STATE_CANCELLING)


async def submit(call: Call) -> None:
    """Take a video in pieces, and answer with the job that parses it."""
    service, caller = call.service, call.caller
    with service.admission.admitted(caller.name, caller.at_most):
        first = await call.only(pb.SubmitJobRequest)
        options = first.options  # empty where it has none
        asked = parameters(jobs.JobQuery, options, "idempotency_key", "file_name")
        wanted = await asked.wanted(service)
        key = options.idempotency_key if options.HasField("idempotency_key") else None
        if key is not None and not re.fullmatch(jobs.KEY, key):
            raise Problem(
                422, "request.invalid", "These are not as they should be: idempotency_key.",
                errors=[{"field": "request.idempotency_key"}],
            )  # fmt: skip
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            await _receive(call, first, file)
            pieces = Upload(file, options.file_name).pieces()
            kept = await jobs.add_job(service, caller, key, wanted, options.file_name, pieces)
    await call.answer(job_of(await jobs.shown(service, kept)))


async def get(call: Call) -> None:
    """Answer with a job's state."""
    request = await call.only(pb.GetJobRequest)
    job = await jobs.find_job(call.service, call.caller, request.id)
    await call.answer(job_of(await jobs.shown(call.service, job)))


async def watch(call: Call) -> None:
    """Answer with a job whenever it changes."""
    request = await call.only(pb.WatchJobRequest)
    job = await jobs.find_job(call.service, call.caller, request.id)
    with call.service.watchers.admitted(call.caller.name, call.caller.at_most):
        async for change in jobs.changes(call.service, job):
            if change is not None:
                shown = job_of(change)
                await call.answer(shown)
    if shown.state in _OPEN:  # it goes on, here or at another instance
        raise Problem(503, "service.stopping", "The service is stopping.", {"Retry-After": "5"})


async def cancel(call: Call) -> None:
    """End a job, and answer with it."""
    request = await call.only(pb.CancelJobRequest)
    job = await jobs.cancel_job(call.service, call.caller, request.id)
    await call.answer(job_of(await jobs.shown(call.service, job)))


async def read_result(call: Call) -> None:
    """Answer with a file in pieces."""
    request = await call.only(pb.ReadResultRequest)
    _, pieces = await jobs.read_result(call.service, call.caller, request.id, request.name or None)
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        for data in _cut(piece):
            await call.answer(pb.ResultChunk(data=data))


async def _receive(call: Call, first: pb.SubmitJobRequest, file: IO[bytes]) -> None:
    """Write what a client sends to a file.

    Raises:
        Problem: it is too much, nothing (INVALID_ARGUMENT), or not in order.
    """
    message: pb.SubmitJobRequest | None = first
    most, total, is_first = call.service.bounds.job_bytes, 0, True
    while message is not None:
        if not is_first and message.HasField("options"):
            raise Problem(400, "request.unordered", "Options come in the first message.")
        total, is_first = total + len(message.chunk), False
        if total > most:
            raise too_large(most)
        await asyncio.to_thread(file.write, message.chunk)
        message = await call.receive(pb.SubmitJobRequest)
    if not total:
        raise Problem(422, "input.missing", "The request has no input.")


def _cut(piece: bytes) -> Iterator[bytes]:
    for start in range(0, len(piece), _CHUNK):
        yield piece[start : start + _CHUNK]
