"""A job's pictures as a source of frames."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av

from mirror.core.parsing import Parsing
from mirror.jobs.pictures.picture_plan import PlannedPicture
from pipeline.errors import PipelineError, SourceError
from pipeline.frame import Frame
from pipeline.media.input_limits import InputLimits
from pipeline.result import Result
from pipeline.sources.managed_source import ClosableSource
from pipeline.sources.pictures import SUFFIXES, decoded
from pipeline.sources.video import VideoFile
from pipeline.targets.path import check_free, is_folder

_NO_TIME = Fraction(1)  # a picture has none: it is at 0


class PictureFiles(ClosableSource):
    """Planned pictures as a source of frames; what cannot be read, or written, is left out.

    Attributes:
        failed: those that were left out, and why.
    """

    is_live = False

    def __init__(
        self, pictures: Sequence[PlannedPicture], overwrite: bool, limits: InputLimits
    ) -> None:
        self._pictures, self._overwrite, self._limits = pictures, overwrite, limits
        self._closed = False
        self.failed: list[tuple[Path, PipelineError]] = []

    def __iter__(self) -> Iterator[Frame]:
        """Yield one frame a picture."""
        for number, picture in enumerate(self._pictures):
            if self._closed:
                return
            try:
                for output in picture.outputs:
                    if is_folder(output.path.parent):  # it is made when there is something for it
                        check_free(output.path, self._overwrite)
                image = _read(picture.source, self._limits)
            except PipelineError as error:
                self.failed.append((picture.source, error))
                continue
            frame = Frame(image, time.monotonic(), 0, _NO_TIME)
            frame.is_held, frame.sequence = True, number  # there is time to look closely
            yield frame

    def of(self, result: Result[Parsing]) -> PlannedPicture:
        """Return which picture a result is of."""
        assert result.frame.sequence is not None
        return self._pictures[result.frame.sequence]

    def close(self) -> None:
        """End the iteration at the next picture."""
        self._closed = True


def _read(path: Path, limits: InputLimits) -> av.VideoFrame:
    if path.suffix.lower() not in SUFFIXES:
        try:
            opened = VideoFile(path, limits=limits)
        except SourceError as error:
            if error.code != "source.not_readable":
                raise
            return decoded(path, limits)  # which says that it is no picture
        with opened as source:
            if not source.is_still:
                raise SourceError(
                    "source.is_video", "{path} is a video, and this is for pictures", path=path
                )
    return decoded(path, limits)
