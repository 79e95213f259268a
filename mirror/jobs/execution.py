"""Carries a job out, whoever asks for it: a command line, an HTTP request, Ray, a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, assert_never, overload

from pydantic import ConfigDict, Field, TypeAdapter

from mirror.jobs.host import Host
from mirror.jobs.picture_job import PictureJob
from mirror.jobs.stream_job import StreamJob
from mirror.jobs.video_job import VideoJob

if TYPE_CHECKING:
    from mirror.jobs.pictures.picture_run import PictureReport
    from mirror.jobs.run_report import RunReport
    from mirror.jobs.streams.stream_run import StreamReport

AnyJob = VideoJob | StreamJob | PictureJob
# reads any of them from JSON
JOBS: TypeAdapter[AnyJob] = TypeAdapter(
    Annotated[AnyJob, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)


@overload
def execute(job: VideoJob, host: Host = ...) -> RunReport: ...
@overload
def execute(job: StreamJob, host: Host = ...) -> StreamReport: ...
@overload
def execute(job: PictureJob, host: Host = ...) -> PictureReport: ...
def execute(job: AnyJob, host: Host | None = None) -> RunReport | StreamReport | PictureReport:
    """Run a job to its end, on the calling thread; return what there is to say of it.

    Args:
        job: what is to be done.
        host: what whoever runs it adds; nothing, if it is left out.

    Raises:
        PipelineError: something of it cannot be; says why. What was written is kept as parts.
        JobCancelled: the host has cancelled it; streams end well then.
        Whatever a parser raises.
    """
    host = host or Host()
    match job:
        case VideoJob():
            # imported here: what the other kinds need takes 40 ms
            from mirror.jobs.videos.video_run import run_video

            return run_video(job, host)
        case StreamJob():
            from mirror.jobs.streams.stream_setup import run_stream

            return run_stream(job, host)
        case PictureJob():
            from mirror.jobs.pictures.picture_run import run_pictures

            return run_pictures(job, host)
        case _:
            assert_never(job)
