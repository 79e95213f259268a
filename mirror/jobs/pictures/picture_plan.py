"""Which pictures a job is about, and what becomes of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mirror.jobs.picture_job import PictureJob
from pipeline.errors import SinkError
from pipeline.sources.pictures import SUFFIXES, pictures_in
from pipeline.targets.distinct_paths import InputPath, OutputPath, check_apart
from pipeline.targets.path import check_folder_of, is_folder

WRITABLE = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}
_ENDINGS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}


@dataclass(frozen=True, slots=True)
class PlannedPicture:
    """One picture, and the files that are made of it.

    Attributes:
        source: the picture's file.
        image: the drawn picture's.
        masks, instances: its maps'; None where they are not wanted.
    """

    source: Path
    image: OutputPath
    masks: OutputPath | None
    instances: OutputPath | None

    @property
    def outputs(self) -> list[OutputPath]:
        """All files that are made of it."""
        return [one for one in (self.image, self.masks, self.instances) if one is not None]


def planned(job: PictureJob, also_read: Sequence[InputPath] = ()) -> list[PlannedPicture]:
    """Return every picture of a job, in order, with what is to be made of it.

    Raises:
        SourceError: a folder among the job's sources holds no picture, or may not be read.
        SinkError: two files to be written would have one name, or replace what is read.
    """
    pictures = [picture for source in job.sources for picture in _pictures_of(source, job)]
    for folder in {output.path.parent for picture in pictures for output in picture.outputs}:
        if not is_folder(folder):
            check_folder_of(folder)  # it is made when there is something for it
    _check_names([output for picture in pictures for output in picture.outputs])
    targets = [output for picture in pictures for output in picture.outputs]
    if job.results is not None:
        targets.append(OutputPath("--results", job.results))
    read = [InputPath(picture.source, "a picture that is read") for picture in pictures]
    check_apart(targets, [*read, *also_read])
    return pictures


def _pictures_of(source: Path, job: PictureJob) -> list[PlannedPicture]:
    if not is_folder(source):
        return [_planned(source, source.parent if job.output is None else job.output, job)]
    whole = source.absolute()
    folder = job.output or whole.with_name(f"{whole.name}-mirror")
    return [_planned(picture, folder, job) for picture in pictures_in(source)]


def _planned(source: Path, folder: Path, job: PictureJob) -> PlannedPicture:
    is_whole_name = _names_a_file(job)
    image = folder if is_whole_name else folder / f"{source.stem}-mirror{_ending(source, job)}"

    def beside(folder: Path | None, flag: str) -> OutputPath | None:
        return None if folder is None else OutputPath(flag, folder / f"{source.stem}.png")

    return PlannedPicture(
        source,
        OutputPath("-o", image),
        beside(job.masks, "--masks"),
        beside(job.instances, "--instances"),
    )


def _names_a_file(job: PictureJob) -> bool:
    """Whether ``-o`` is the picture itself: it ends like one, and is no folder.

    Raises:
        SinkError: it ends so, and there are several, or nothing of that ending is written.
    """
    output = job.output
    if output is None or is_folder(output) or output.suffix.lower() not in SUFFIXES:
        return False
    if output.suffix.lower() not in WRITABLE:
        raise SinkError(
            "picture.bad_ending",
            "{path} ends in none of {endings}, which is what pictures are written as",
            path=output,
            endings=", ".join(WRITABLE),
        )
    if len(job.sources) > 1 or is_folder(job.sources[0]):
        raise SinkError(
            "picture.needs_folder",
            "{path} is one file, and there are several pictures; name a folder",
            path=output,
        )
    return True


def _ending(source: Path, job: PictureJob) -> str:
    if job.format is not None:
        return _ENDINGS[job.format]
    return source.suffix if source.suffix.lower() in WRITABLE else ".png"


def _check_names(outputs: Sequence[OutputPath]) -> None:
    seen: set[Path] = set()
    for output in outputs:
        if output.path in seen:
            raise SinkError(
                "picture.same_name",
                "{path} would be made of two pictures; write them to different folders",
                path=output.path,
            )
        seen.add(output.path)
