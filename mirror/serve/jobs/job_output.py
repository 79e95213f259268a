"""What a job makes: parsed in a folder of its own, one file for everything that is asked for."""

from __future__ import annotations

import zipfile
from pathlib import Path

from mirror.jobs.cancellation import Cancellation
from mirror.jobs.composition import style_of
from mirror.jobs.engine import Engine
from mirror.jobs.execution import execute
from mirror.jobs.host import Host
from mirror.jobs.video_job import VideoJob
from mirror.serve.jobs.lease import JobProgress
from mirror.serve.jobs.record import JobRecord, Output
from mirror.serve.shared_parser import SharedParser
from pipeline.media.input_limits import InputLimits

FILES: dict[Output, tuple[str, str]] = {  # what is asked for -> file, media type
    "video": ("video.mp4", "video/mp4"),
    "results": ("results.jsonl", "application/jsonl"),
    "masks": ("masks.zip", "application/zip"),
    "instances": ("instances.zip", "application/zip"),
}


def parsed(
    job: JobRecord,
    source: Path,
    parser: SharedParser,
    progress: JobProgress,
    cancellation: Cancellation,
    limits: InputLimits,
) -> dict[Output, Path]:
    """Do what a job is about beside its input; return the files and folders that it made."""
    wanted, settings = job.wanted, job.wanted.settings
    paths = {output: source.with_name(_target(output)) for output in wanted.outputs}
    engine = Engine(
        parser.kind,
        style_of(parser.kind.parts, settings.overlay),
        parser.workers,
        parser.threads,
        shared=parser.pool,
    )
    execute(
        VideoJob(
            source=source,
            output=paths.get("video"),
            results=paths.get("results"),
            masks=paths.get("masks"),
            instances=paths.get("instances"),
            rle=wanted.rle,
            settings=settings,
        ),
        Host(progress=progress.begin, cancellation=cancellation, engine=engine, limits=limits),
    )
    return paths


def _target(output: Output) -> str:
    """The file or folder that a run writes."""
    name = FILES[output][0]
    return name.removesuffix(".zip") + "-made" if name.endswith(".zip") else name


def as_file(made: Path) -> Path:
    """Return what was made as one file: a folder becomes an archive beside it."""
    if not made.is_dir():
        return made
    path = made.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:  # they are compressed already
        for file in sorted(made.iterdir()):
            archive.write(file, file.name)
    return path
