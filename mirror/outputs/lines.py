"""Results as JSON Lines: one about the run, then one a frame."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from types import TracebackType
from typing import IO, Any

import av
import numpy as np

import mirror
from mirror.core.label_set import LabelMap, LabelSet
from mirror.core.parsing import Parsing, Person, Pose
from mirror.outputs import OutputRefused
from pipeline.errors import SinkError
from pipeline.frame import Frame
from pipeline.result import Result
from pipeline.targets.claims import OutputFile


def header_line(
    parser: str, parts: LabelSet, height: int, width: int, time_base: Fraction | None
) -> dict[str, Any]:
    """Return the line that describes a run."""
    return {
        "mirror": mirror.__version__,
        "parser": parser,
        "size": [width, height],
        "parts": {str(id): name for id, name in enumerate(parts.names) if id},
        "time_base": None if time_base is None else str(time_base),
    }


def frame_line(
    number: int, frame: Frame, parsing: Parsing, parts: LabelSet, with_rle: bool = False
) -> dict[str, Any]:
    """Return one frame's line. The same pixels give the same line, to the last digit.

    Args:
        number: of the frame, from 0.
        frame: the frame.
        parsing: what was found in it.
        parts: the names of the part ids.
        with_rle: whether to add every part's mask in COCO's compressed run-length encoding.

    Raises:
        OutputRefused: masks are asked for, and pycocotools is not installed.
    """
    areas = np.bincount(parsing.labels.ravel(), minlength=len(parts.names))
    line: dict[str, Any] = {
        "frame": number,
        "pts": frame.pts,
        "time": round(frame.time, 6),
        "people": [_person(person) for person in parsing.people],
        "areas": {name: int(areas[id]) for id, name in enumerate(parts.names) if id and areas[id]},
    }
    if with_rle:
        line["rle"] = coco_rle(parsing.labels, parts)
    return line


def coco_rle(labels: LabelMap, parts: LabelSet) -> Mapping[str, Any]:
    """Return each part's mask as ``pycocotools.mask`` has it: ``size`` [H, W] and ``counts``.

    Raises:
        OutputRefused: pycocotools is not installed.
    """
    try:
        from pycocotools import mask
    except ImportError as error:
        raise OutputRefused(
            "COCO masks need pycocotools, which is not installed: pip install pycocotools"
        ) from error
    found = {}
    for id in np.unique(labels).tolist():
        if id:
            encoded = mask.encode(np.asfortranarray((labels == id).view(np.uint8)))
            counts = encoded["counts"].decode("ascii")
            found[parts.names[id]] = {"size": list(encoded["size"]), "counts": counts}
    return found


class ResultLines:
    """Writes result lines to a file, under its own name when complete; see ``Output``.

    Args:
        file: the file to be, claimed.
        header: the first line.
        parts: the names of the part ids.
        with_rle: whether to add every part's mask in COCO's run-length encoding.
    """

    stage = "results"
    remarks: tuple[str, ...] = ()

    def __init__(
        self,
        file: OutputFile,
        header: Mapping[str, Any],
        parts: LabelSet,
        with_rle: bool = False,
    ) -> None:
        self._file, self._header = file, header
        self._parts, self._with_rle = parts, with_rle
        self._lines: IO[str] | None = None

    def __enter__(self) -> ResultLines:
        if self._with_rle:
            coco_rle(np.zeros((1, 1), np.uint8), self._parts)  # refuses before anything is written
        self._file.__enter__()
        self._lines = open(self._file.descriptor, "w", encoding="utf-8", closefd=False)
        self._put(self._header)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._lines is not None
        try:
            self._lines.close()
        except OSError as failure:
            if error is None:
                broken = self._broken(failure)
                self._file.__exit__(type(broken), broken, None)
                raise broken from failure
        self._file.__exit__(kind, error, traceback)

    def write(self, result: Result[Parsing], drawn: av.VideoFrame) -> None:
        """Write one frame's line."""
        self._put(
            frame_line(result.ticket, result.frame, result.parsing, self._parts, self._with_rle)
        )

    def _put(self, line: Mapping[str, Any]) -> None:
        assert self._lines is not None
        try:
            self._lines.write(json.dumps(line, separators=(",", ":")) + "\n")
        except OSError as error:
            raise self._broken(error) from error

    def _broken(self, error: OSError) -> SinkError:
        return SinkError(
            "{path} cannot be written on: {reason}", path=self._file.path, reason=error.strerror
        )


def _person(person: Person) -> dict[str, Any]:
    line: dict[str, Any] = {
        "id": person.id,
        "score": round(person.score, 3),
        "box": [round(edge, 1) for edge in person.box],
    }
    if person.pose is not None:
        line["landmarks"] = _landmarks(person.pose)
        line["angles"] = {joint: round(degrees, 1) for joint, degrees in person.pose.angles.items()}
    return line


def _landmarks(pose: Pose) -> list[dict[str, Any]]:
    image = pose.image.tolist()
    world = [None] * len(image) if pose.world is None else pose.world.tolist()
    lines: list[dict[str, Any]] = []
    for name, (x, y, score), place in zip(pose.names, image, world, strict=True):
        line = {"name": name, "x": round(x, 1), "y": round(y, 1), "score": round(score, 3)}
        if place is not None:
            line["world"] = [round(metres, 4) for metres in place]
        lines.append(line)
    return lines
