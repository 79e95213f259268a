"""One job for each of several recordings, none of which is in another's way."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from mirror.jobs.video_job import VideoJob
from mirror.outputs.output_plan import PlannedOutputs
from pipeline.errors import SinkError
from pipeline.sinks.container import CONTAINERS
from pipeline.targets.distinct_paths import InputPath, check_apart
from pipeline.targets.path import check_folder_of, is_folder, is_there

_ENDINGS = {  # what of a job is a file or a folder of each recording -> how its name ends
    "masks": "",
    "instances": "",
    "results": ".jsonl",
    "stats": ".json",
    "sheet": ".png",
}


def default_output(source: Path) -> Path:
    """Return IN's name with -mirror before the ending; MP4 where the ending cannot be written."""
    if is_folder(source):
        whole = source.absolute()
        return whole.with_name(f"{whole.name}-mirror.mp4")
    return source.with_name(film_name(source.name))


def film_name(source: str) -> str:
    """Return what the video of a file of some name is called; see ``default_output``."""
    name = PurePath(source)
    writable = {suffix for container in CONTAINERS for suffix in container.suffixes}
    suffix = name.suffix if name.suffix.lower() in writable else ".mp4"
    return f"{name.stem}-mirror{suffix}"


def with_output(job: VideoJob) -> VideoJob:
    """Return a job whose video has a name: its own, one in the folder it names, or the usual."""
    usual = default_output(job.source)
    if job.output is None:
        return job.changed(output=usual)
    return job.changed(output=job.output / usual.name) if is_folder(job.output) else job


def one_each(job: VideoJob, sources: Sequence[Path]) -> list[VideoJob]:
    """Return a job for each source: what ``job`` names to be written are folders, then.

    Raises:
        SinkError: two of them would write one file, one what another reads, or a folder cannot be
            made.
    """
    folders = {name: getattr(job, name) for name in ("output", *_ENDINGS)}
    for folder in {folder for folder in folders.values() if folder is not None}:
        if not is_folder(folder):
            check_folder_of(folder)  # it is made when there is something for it
            if is_there(folder) or (folder == job.output and folder.suffix):
                raise SinkError(
                    "target.not_a_folder",
                    "{path} is one file, and there are several sources; name a folder",
                    path=folder,
                )
    jobs = [_of(job, source, folders) for source in sources]
    _check_apart(jobs)
    return jobs


def make_folders(job: VideoJob) -> None:
    """Make the folders of what a job writes, as far as they can be; a run says what is missing."""
    for name in ("output", *_ENDINGS):
        path: Path | None = getattr(job, name)
        if path is not None:
            with contextlib.suppress(OSError):
                path.parent.mkdir(exist_ok=True)


def _of(job: VideoJob, source: Path, folders: Mapping[str, Path | None]) -> VideoJob:
    usual, output = default_output(source), folders["output"]
    name = source.absolute().name if is_folder(source) else source.stem
    paths = {
        key: None if folders[key] is None else folders[key] / f"{name}{ending}"  # type: ignore[operator]
        for key, ending in _ENDINGS.items()
    }
    film = usual if output is None else output / usual.name
    return job.changed(source=source, output=film, **paths)


def outputs_of(job: VideoJob, calls: Mapping[str, str] | None = None) -> PlannedOutputs:
    """Return where a job's outputs go; ``calls`` says what messages call them, if not as usual."""
    return PlannedOutputs.at(
        calls or {},
        film=job.output,
        masks=job.masks,
        instances=job.instances,
        results=job.results,
        stats=job.stats,
        sheet=job.sheet,
    )


def _check_apart(jobs: Sequence[VideoJob]) -> None:
    targets = [target for job in jobs for target in outputs_of(job).all]
    paths = [target.path for target in targets]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise SinkError(
            "target.of_two_sources",
            "{path} would be made of two sources; write them to different folders",
            path=twice,
        )
    check_apart(targets, [InputPath(job.source, "a source that is read") for job in jobs])
