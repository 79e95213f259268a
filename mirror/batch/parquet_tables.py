"""What was found in one recording as tables: a Parquet file for each, rows in order of time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from mirror.coach.coach import Coach
from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.outputs.json_lines import frame_line
from mirror.outputs.result_keys import FrameLine
from pipeline.errors import SinkError
from pipeline.result import Result
from pipeline.sources import Footage

TABLES_VERSION: Final = 1  # grows where a column changes its meaning; columns are only ever added
_ROWS = 50_000  # of a row group; more are not kept in memory

_FRAME = (("clip", pa.string()), ("frame", pa.int32()), ("time", pa.float64()))
_PLACE = tuple((name, pa.float32()) for name in ("x", "y", "score"))
_WORLD = tuple((f"world_{axis}", pa.float32()) for axis in "xyz")
_FAULT = pa.struct(
    [
        ("name", pa.string()),
        ("severity", pa.string()),
        ("value", pa.float64()),
        ("at", pa.float64()),
    ]
)

SCHEMAS: Final[Mapping[str, pa.Schema]] = {
    "clips": pa.schema(
        [
            ("clip", pa.string()),
            ("parser", pa.string()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("time_base", pa.string()),
            ("frames", pa.int32()),
            ("seconds", pa.float64()),
            ("exercise", pa.string()),
        ]
    ),
    "people": pa.schema(
        [
            *_FRAME,
            ("pts", pa.int64()),
            ("person", pa.int32()),
            ("instance", pa.int32()),
            ("score", pa.float32()),
            *((edge, pa.float32()) for edge in ("x0", "y0", "x1", "y1")),
            ("angles", pa.map_(pa.string(), pa.float32())),
        ]
    ),
    "landmarks": pa.schema(
        [*_FRAME, ("person", pa.int32()), ("landmark", pa.string()), *_PLACE, *_WORLD]
    ),
    "areas": pa.schema([*_FRAME, ("part", pa.string()), ("pixels", pa.int64())]),
    "repetitions": pa.schema(
        [
            ("clip", pa.string()),
            ("person", pa.int32()),
            ("exercise", pa.string()),
            ("confidence", pa.float64()),
            ("number", pa.int32()),
            *((moment, pa.float64()) for moment in ("start", "far", "end", "range")),
            *((part, pa.float64()) for part in ("out_s", "held_s", "back_s")),
            ("side", pa.string()),
            ("quality", pa.float64()),
            ("complete", pa.bool_()),
            ("faults", pa.list_(_FAULT)),
        ]
    ),
}

TABLES: Final = tuple(SCHEMAS)


class ParquetTables:
    """A consumer of results that writes the tables of one recording; comes after its coach.

    Args:
        folder: an empty one; each table becomes ``NAME.parquet`` in it.
        clip: what the recording is called.
        parser: the parser's name.
        parts: the names of the part ids.
        footage: what the source says of itself.
        coach: what counts repetitions, fed before this is.
    """

    stage = "tables"
    remarks: tuple[str, ...] = ()

    def __init__(
        self,
        folder: Path,
        clip: str,
        parser: str,
        parts: LabelSet,
        footage: Footage,
        coach: Coach,
    ) -> None:
        self._clip, self._parts, self._coach = clip, parts, coach
        self._about = {
            "clip": clip,
            "parser": parser,
            "width": footage.width,
            "height": footage.height,
            "time_base": str(footage.time_base),
        }
        self._tables = {name: _Table(folder / f"{name}.parquet", name) for name in TABLES}
        self._frames, self._first, self._last = 0, 0.0, 0.0
        self._closed = False

    def consume(self, result: Result[Parsing]) -> None:
        """Take in one frame."""
        frame = result.frame
        line = frame_line(result.ticket, frame, result.parsing, self._parts)
        if not self._frames:
            self._first = frame.time
        self._frames, self._last = self._frames + 1, frame.time
        shared = {"clip": self._clip, "frame": line["frame"], "time": line["time"]}
        self._tables["people"].add(_people(line, shared))
        self._tables["landmarks"].add(_landmarks(line, shared))
        areas = line["areas"].items()
        self._tables["areas"].add([{**shared, "part": part, "pixels": n} for part, n in areas])

    def close(self, failure: BaseException | None = None) -> None:
        """Complete the files; after a failure they are no good.

        Raises:
            SinkError: they cannot be written; the disk may be full.
        """
        if self._closed:
            return
        self._closed = True
        if failure is None:
            said = self._coach.report().as_json()
            self._tables["repetitions"].add(_repetitions(said, self._clip))
            seconds = round(self._last - self._first, 6)
            counted = {"frames": self._frames, "seconds": seconds, "exercise": said["exercise"]}
            self._tables["clips"].add([{**self._about, **counted}])
        for table in self._tables.values():
            table.close(is_whole=failure is None)


class _Table:
    """One file, written a row group at a time."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._schema = path, SCHEMAS[name]
        version = {"mirror.tables": str(TABLES_VERSION)}
        self._writer = self._guarded(
            lambda: pq.ParquetWriter(
                str(path), self._schema.with_metadata(version), compression="zstd"
            )
        )
        self._rows: list[Mapping[str, Any]] = []

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows.extend(rows)
        if len(self._rows) >= _ROWS:
            self._flush()

    def close(self, is_whole: bool) -> None:
        if is_whole:
            self._flush()
        self._guarded(self._writer.close)

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        table = pa.Table.from_pylist(rows, self._schema)
        self._guarded(lambda: self._writer.write_table(table))

    def _guarded(self, write: Any) -> Any:  # noqa: ANN401  # pyarrow has no types
        try:
            return write()
        except OSError as error:
            raise SinkError(
                "target.write_failed.file",
                "{path} cannot be written on: {reason}",
                path=self._path,
                reason=error.strerror or str(error),
            ) from error


def _people(line: FrameLine, shared: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        {
            **shared,
            "pts": line["pts"],
            "person": person["id"],
            "instance": person["instance"],
            "score": person["score"],
            **dict(zip(("x0", "y0", "x1", "y1"), person["box"], strict=True)),
            "angles": list(person["angles"].items()) if "angles" in person else None,
        }
        for person in line["people"]
    ]


def _landmarks(line: FrameLine, shared: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for person in line["people"]:
        for mark in person.get("landmarks", ()):
            world = mark.get("world", [None, None, None])
            rows.append(
                {
                    **shared,
                    "person": person["id"],
                    "landmark": mark["name"],
                    "x": mark["x"],
                    "y": mark["y"],
                    "score": mark["score"],
                    **dict(zip(("world_x", "world_y", "world_z"), world, strict=True)),
                }
            )
    return rows


def _repetitions(said: Mapping[str, Any], clip: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for person in said["people"]:
        for number, one in enumerate(person["repetitions"], 1):
            out_s, held_s, back_s = one["tempo"]
            rows.append(
                {
                    "clip": clip,
                    "person": person["id"],
                    "exercise": person["exercise"],
                    "confidence": person["confidence"],
                    "number": number,
                    **{key: one[key] for key in ("start", "far", "end", "range")},
                    "out_s": out_s,
                    "held_s": held_s,
                    "back_s": back_s,
                    **{key: one[key] for key in ("side", "quality", "complete", "faults")},
                }
            )
    return rows
