"""Results as JSON Lines: one about the run, then one a frame."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import IO, Any

import numpy as np

from mirror.core.label_set import LabelMap, LabelSet
from mirror.core.parsing import Parsing, Person, Pose
from mirror.outputs import OutputRefused
from mirror.outputs.coach_keys import CoachKeysOf, no_coach
from mirror.outputs.result_keys import (
    SCHEMA_VERSION,
    CoachKeys,
    FrameLine,
    HeaderLine,
    LandmarkKeys,
    PersonKeys,
    RleKeys,
)
from mirror.version import __version__
from pipeline.errors import SinkError
from pipeline.frame import Frame
from pipeline.result import Result
from pipeline.targets.claims import OutputFile


def header_line(
    parser: str, parts: LabelSet, height: int, width: int, time_base: Fraction | None
) -> HeaderLine:
    """Return the line that describes a run."""
    return {
        "mirror": __version__,
        "schema_version": SCHEMA_VERSION,
        "parser": parser,
        "size": [width, height],
        "parts": {str(id): name for id, name in enumerate(parts.names) if id},
        "time_base": None if time_base is None else str(time_base),
    }


def frame_line(
    number: int,
    frame: Frame,
    parsing: Parsing,
    parts: LabelSet,
    with_rle: bool = False,
    coached: Mapping[int, CoachKeys] | None = None,
) -> FrameLine:
    """Return one frame's line. The same pixels give the same line, to the last digit.

    Args:
        number: of the frame, from 0.
        frame: the frame.
        parsing: what was found in it.
        parts: the names of the part ids.
        with_rle: whether to add every part's mask in COCO's compressed run-length encoding.
        coached: what a coach says, by people's ids.

    Raises:
        OutputRefused: masks are asked for, and pycocotools is not installed.
    """
    areas = np.bincount(parsing.labels.ravel(), minlength=len(parts.names))
    line: FrameLine = {
        "frame": number,
        "pts": frame.pts,
        "time": round(frame.time, 6),
        "people": [_person(person, coached or {}) for person in parsing.people],
        "areas": {name: int(areas[id]) for id, name in enumerate(parts.names) if id and areas[id]},
    }
    if with_rle:
        line["rle"] = coco_rle(parsing.labels, parts)
    return line


def coco_rle(labels: LabelMap, parts: LabelSet) -> dict[str, RleKeys]:
    """Return each part's mask as ``pycocotools.mask`` has it: ``size`` [H, W] and ``counts``.

    Raises:
        OutputRefused: pycocotools is not installed.
    """
    try:
        from pycocotools import mask
    except ImportError as error:
        raise OutputRefused(
            "output.pycocotools_missing",
            "COCO masks need pycocotools, which is not installed: pip install pycocotools",
        ) from error
    found: dict[str, RleKeys] = {}
    for id in np.unique(labels).tolist():
        if id:
            encoded = mask.encode(np.asfortranarray((labels == id).view(np.uint8)))
            counts = encoded["counts"].decode("ascii")
            found[parts.names[id]] = {"size": list(encoded["size"]), "counts": counts}
    return found


class ResultLines:
    """Writes result lines to a file, under its own name when complete; see ``Consumer``.

    Args:
        file: the file to be, claimed.
        header: the first line.
        parts: the names of the part ids.
        with_rle: whether to add every part's mask in COCO's run-length encoding.
        more: what else a result's line says.
        coached: what a coach says of a parsing, by people's ids.

    Raises:
        OutputRefused: masks are asked for, and pycocotools is not installed.
    """

    stage = "results"
    remarks: tuple[str, ...] = ()

    def __init__(
        self,
        file: OutputFile,
        header: Mapping[str, Any],
        parts: LabelSet,
        with_rle: bool = False,
        more: Callable[[Result[Parsing]], Mapping[str, Any]] = lambda _: {},
        coached: CoachKeysOf = no_coach,
    ) -> None:
        self._file, self._header, self._more = file, header, more
        self._parts, self._with_rle, self._coached = parts, with_rle, coached
        self._descriptor = file.descriptor  # a fifo waits here until somebody reads
        self._lines: IO[str] | None = None
        self._closed = False
        if with_rle:
            coco_rle(np.zeros((1, 1), np.uint8), parts)  # refuses before anything is written

    def consume(self, result: Result[Parsing]) -> None:
        """Write one frame's line; before the first, the one about the run."""
        self._begin()
        number, frame, parsing = result.ticket, result.frame, result.parsing
        coached = self._coached(parsing)
        line = frame_line(number, frame, parsing, self._parts, self._with_rle, coached)
        self._put({**line, **self._more(result)})

    def close(self, failure: BaseException | None = None) -> None:
        """Complete the file, or leave a part.

        Raises:
            SinkError: it cannot be written; the disk may be full.
        """
        if self._closed:
            return
        self._closed = True
        try:
            self._end(is_whole=failure is None)
        except BaseException as error:
            self._file.__exit__(type(error), error, None)
            raise
        self._file.__exit__(None if failure is None else type(failure), failure, None)

    def _begin(self) -> None:
        if self._lines is None:
            self._lines = open(self._descriptor, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            self._put(self._header)

    def _end(self, is_whole: bool) -> None:
        if is_whole:
            self._begin()
        if self._lines is None:
            return
        try:
            self._lines.close()
        except OSError as error:
            if is_whole:
                raise self._broken(error) from error

    def _put(self, line: Mapping[str, Any]) -> None:
        assert self._lines is not None
        try:
            self._lines.write(json.dumps(line, separators=(",", ":")) + "\n")
        except OSError as error:
            raise self._broken(error) from error

    def _broken(self, error: OSError) -> SinkError:
        return SinkError(
            "target.write_failed.file",
            "{path} cannot be written on: {reason}",
            path=self._file.path,
            reason=error.strerror or str(error),
        )


def _person(person: Person, coached: Mapping[int, CoachKeys]) -> PersonKeys:
    line: PersonKeys = {
        "id": person.id,
        "instance": person.instance,
        "score": round(person.score, 3),
        "box": [round(edge, 1) for edge in person.box],
    }
    if person.pose is not None:
        line["landmarks"] = _landmarks(person.pose)
        line["angles"] = {joint: round(degrees, 1) for joint, degrees in person.pose.angles.items()}
    if person.id in coached:
        line["coach"] = coached[person.id]
    return line


def _landmarks(pose: Pose) -> list[LandmarkKeys]:
    image = pose.image.tolist()
    world = [None] * len(image) if pose.world is None else pose.world.tolist()
    lines: list[LandmarkKeys] = []
    for name, (x, y, score), place in zip(pose.names, image, world, strict=True):
        line: LandmarkKeys = {
            "name": name,
            "x": round(x, 1),
            "y": round(y, 1),
            "score": round(score, 3),
        }
        if place is not None:
            line["world"] = [round(metres, 4) for metres in place]
        lines.append(line)
    return lines
