"""One recording of a batch, from its source to its record, wherever that is done."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from mirror.batch.batch_job import BatchJob
from mirror.batch.clips import Clip
from mirror.batch.errors import BatchError, not_read
from mirror.batch.parquet_tables import TABLES, ParquetTables
from mirror.batch.records import ClipRecord, OutputRecord, Records
from mirror.batch.stores import Store, digest_of, fetched
from mirror.coach.coach import Coach
from mirror.coach.exercises.catalogue import find_exercise, shipped
from mirror.coach.exercises.definition import Exercise
from mirror.coach.programmes.catalogue import find_programme, is_programme
from mirror.jobs.coaching import AUTO
from mirror.jobs.engine import Engine
from mirror.jobs.execution import execute
from mirror.jobs.host import Host, OpenProgress, RunContext
from mirror.jobs.run_report import RunReport
from mirror.jobs.video_job import VideoJob
from mirror.jobs.videos.video_plan import film_name
from mirror.outputs import Output
from pipeline.errors import SinkError

_ENDINGS = {"results": ".jsonl", "masks": "-masks", "instances": "-instances", "sheet": ".png"}


def output_names(batch: BatchJob, clip: Clip) -> dict[str, str]:
    """Return what each output of a recording is called, below the batch's output."""
    name = PurePosixPath(clip.name)
    names = {what: f"{name.with_suffix('')}{_ENDINGS[what]}" for what in _ENDINGS}
    names["video"] = str(name.with_name(film_name(name.name)))
    tables = {f"tables/{table}": f"tables/{table}/{clip.key}.parquet" for table in TABLES}
    return {**{what: names[what] for what in batch.write}, **tables}


class ClipRunner:
    """Carries out recordings of one batch, one after the other, on one thread.

    Args:
        batch: the batch.
        store: where outputs go.
        scratch: a folder of this machine that is this runner's alone, on the store's own disk if
            that has one.
    """

    def __init__(self, batch: BatchJob, store: Store, scratch: Path) -> None:
        self._batch, self._store, self._scratch = batch, store, scratch
        self._records, self._fingerprint = Records(store), batch.fingerprint()

    def __call__(
        self, clip: Clip, engine: Engine, progress: OpenProgress, attempt: int = 1
    ) -> ClipRecord:
        """Parse a recording, give all outputs their names and keep the record of it.

        Args:
            clip: the recording.
            engine: what parses.
            progress: see ``Host``.
            attempt: which this is, from 1.

        Raises:
            PipelineError: something of it cannot be; says why. None of its outputs is there.
            OSError: it cannot be read, or what it came to cannot be kept.
            Whatever a parser raises.
        """
        with self._own_folder() as made, fetched(clip.source, made / "in") as source:
            digest, before = _read_by(source)
            report = self._parse(clip, source, made, engine, progress)
            if before != _identity(source):
                raise BatchError(
                    "batch.source_changed",
                    "{path} was changed while it was read; parse it again",
                    path=Path(clip.source),
                )
            record = ClipRecord(
                clip=clip.name,
                source=clip.source,
                state="begun",
                source_sha256=digest,
                fingerprint=self._fingerprint,
                frames=report.frames,
                people=report.people,
                wall_s=round(report.wall_s, 3),
                complete=report.complete,
                remarks=tuple(map(str, report.remarks)),
                attempts=attempt,
            )
            return self._published(clip, made, record)

    @contextlib.contextmanager
    def _own_folder(self) -> Iterator[Path]:
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(parents=True)
        try:
            yield self._scratch
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _parse(
        self, clip: Clip, source: Path, made: Path, engine: Engine, progress: OpenProgress
    ) -> RunReport:
        batch, tables = self._batch, made / "tables"
        tables.mkdir()
        names = output_names(batch, clip)
        wanted = {what: made / PurePosixPath(names[what]).name for what in batch.write}
        job = VideoJob(
            source=source,
            output=wanted.get("video"),
            results=wanted.get("results"),
            masks=wanted.get("masks"),
            instances=wanted.get("instances"),
            sheet=wanted.get("sheet"),
            rle=batch.rle,
            coach=batch.coach,
            limit=batch.limit,
            settings=batch.settings,
        )

        def consumers(context: RunContext) -> Sequence[Output]:
            coach = Coach(_exercises(batch.coach))
            kind, footage = context.engine.kind, context.source.footage  # type: ignore[attr-defined]
            written = ParquetTables(tables, clip.name, kind.name, kind.parts, footage, coach)
            return [coach, written]

        name = clip.source if source != Path(clip.source) else None
        host = Host(progress=progress, consumers=consumers, engine=engine, source_name=name)
        try:
            return execute(job, host)
        except SinkError as error:
            if str(made) not in str(error):
                raise
            # it tells of a part, which goes with the folder
            raise BatchError(
                "batch.not_written",
                "what comes of {path} cannot be written: {reason}",
                path=Path(clip.source),
                reason=str(error.fields.get("reason", error)),
            ) from error

    def _published(self, clip: Clip, made: Path, record: ClipRecord) -> ClipRecord:
        """Give outputs their names: the record says before which, and after it that all have."""
        outputs = self._made(clip, made)
        names = tuple(OutputRecord(name=name) for _, name in outputs)
        before = self._records.read(clip)
        self._records.write(clip, record.changed(outputs=names))
        described = []
        for file, name in outputs:
            with file.open("rb") as content:
                digest, count = digest_of(content)
            self._store.take_in(file, name)
            described.append(OutputRecord(name=name, sha256=digest, bytes=count))
        for name in _outdated(before, names):
            self._store.remove(name)
        done = record.changed(state="done", outputs=tuple(described))
        self._records.write(clip, done)
        return done

    def _made(self, clip: Clip, made: Path) -> list[tuple[Path, str]]:
        """Every file that there is now, and what it is to be called, in order."""
        found: list[tuple[Path, str]] = []
        for what, name in output_names(self._batch, clip).items():
            folder, _, table = what.partition("/")
            place = made / folder / f"{table}.parquet" if table else made / PurePosixPath(name).name
            if place.is_dir():
                found += [(file, f"{name}/{file.name}") for file in sorted(place.iterdir())]
            else:
                found.append((place, name))
        for file, _ in found:
            with file.open("rb+") as written:
                os.fsync(written.fileno())
        return found


def _outdated(before: ClipRecord | None, now: Sequence[OutputRecord]) -> Iterator[str]:
    """Numbered files of a longer run before, which would seem to belong to this one."""
    names = {one.name for one in now}
    folders = {name.rpartition("/")[0] for name in names if _is_numbered(name)}
    for one in () if before is None else before.outputs:
        if one.name not in names and one.name.rpartition("/")[0] in folders:
            yield one.name


def _is_numbered(name: str) -> bool:
    return name.rpartition("/")[0].endswith((_ENDINGS["masks"], _ENDINGS["instances"]))


def _exercises(name: str | None) -> tuple[Exercise, ...]:
    """What is counted: what the coach is asked for, of a programme all that its steps name."""
    if name is None or name == AUTO:
        return tuple(shipped().values())
    if is_programme(name):
        found = find_programme(name).exercises.values()
        return tuple({exercise.name: exercise for exercise in found}.values())
    return (find_exercise(name),)


def _read_by(source: Path) -> tuple[str, tuple[int, int, int]]:
    """A recording's checksum, and what tells whether it was changed since."""
    try:
        before = _identity(source)
        with source.open("rb") as file:
            return digest_of(file)[0], before
    except OSError as error:
        raise not_read(str(source), error) from error


def _identity(source: Path) -> tuple[int, int, int]:
    found = source.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino
