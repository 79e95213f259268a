"""What is made of each picture, written as soon as it is parsed."""

from __future__ import annotations

from pathlib import Path

from mirror.core.parsing import Parsing
from mirror.jobs.engine import Engine
from mirror.jobs.picture_job import PictureJob
from mirror.jobs.pictures.picture_files import PictureFiles
from mirror.jobs.pictures.picture_plan import PlannedPicture
from mirror.outputs.map_files import describe, instance_file, label_file
from mirror.outputs.picture_file import write_picture
from mirror.process import termination
from mirror.rendering.renderer import Renderer
from pipeline.errors import PipelineError
from pipeline.result import Result
from pipeline.targets.claims import Claims, claimed
from pipeline.targets.distinct_paths import InputPath
from pipeline.targets.path import cannot_be_made


class PictureWriter:
    """Writes what is made of each picture; see ``Consumer``. What cannot be written is noted.

    Args:
        job: what is wanted.
        source: says which picture a result is of, and takes those in that failed.
        renderer: what draws.
        engine: has the parts, and their colours.
    """

    stage = "write"
    remarks: tuple[str, ...] = ()

    def __init__(
        self, job: PictureJob, source: PictureFiles, renderer: Renderer, engine: Engine
    ) -> None:
        self._job, self._source, self._renderer = job, source, renderer
        self._parts, self._palette = engine.kind.parts, engine.style.palette
        self._write_labels = label_file(engine.style.palette)
        self._has_written = False

    def consume(self, result: Result[Parsing]) -> None:
        """Write one picture, and its maps."""
        picture = self._source.of(result)
        try:
            for output in picture.outputs:
                _make(output.path.parent)
            read = [InputPath(picture.source)]
            overwrite = self._job.overwrite
            with claimed(picture.outputs, read, overwrite, termination.held) as claims:
                self._write(picture, result, claims)
            self._has_written = True
        except PipelineError as error:
            self._source.failed.append((picture.source, error))

    def close(self, failure: BaseException | None = None) -> None:
        """Say what the values of maps mean; every picture is complete by itself.

        Raises:
            SinkError: it cannot be said where the maps are.
        """
        if self._has_written and failure is None:
            self._has_written = False
            job = self._job
            overwrite, held = job.overwrite, termination.held
            describe(job.masks, job.instances, self._parts, self._palette, overwrite, held)

    def _write(self, picture: PlannedPicture, result: Result[Parsing], claims: Claims) -> None:
        drawn = self._renderer.render(result.frame, result.parsing)
        self._renderer.end_scene()  # the next picture has nothing to do with this one
        write_picture(claims.file(picture.image), drawn, self._job.quality)
        if picture.masks is not None:
            self._write_labels(claims.file(picture.masks), result.parsing)
        if picture.instances is not None:
            instance_file(claims.file(picture.instances), result.parsing)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_be_made(folder, error) from error
