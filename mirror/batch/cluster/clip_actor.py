"""What runs in each worker of a cluster: a parser of its own, and a folder of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirror.batch.batch_job import BatchJob
from mirror.batch.clip_run import ClipRunner
from mirror.batch.clips import Clip
from mirror.batch.engines import running_engine
from mirror.batch.errors import BatchError
from mirror.batch.kept_segments import KeptSegments
from mirror.batch.records import STATE, ClipRecord, Failure
from mirror.batch.segments import JoinedKind, Scout, Segment, parse_segment
from mirror.batch.stores import LocalStore, Store, digest_of, fetched, open_store
from mirror.jobs.composition import limits_of
from mirror.jobs.engine import Engine
from pipeline.sources import Recorded
from pipeline.sources.limited import Limited
from pipeline.sources.recording import open_recording

MARK = f"{STATE}/run"  # a file that all machines have to see


_USUAL_RATE = 30  # frames a second, where a recording does not say


@dataclass(frozen=True, slots=True)
class Duty:
    """What every worker of a run is told.

    Attributes:
        batch: the batch, as JSON.
        store: where outputs go, as ``open_store`` takes it.
        mark: what the file ``MARK`` holds, where the store is a folder; else empty.
        fingerprint: of the batch, as the one who runs it has it.
        workers, threads: of the worker's parser.
    """

    batch: str
    store: str
    mark: str
    fingerprint: str
    workers: int
    threads: int


class KeptSource:
    """A recording as a file of this machine, until another is asked for."""

    def __init__(self) -> None:
        self._clip: Clip | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> KeptSource:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def path(self, clip: Clip) -> Path:
        """Return where it is."""
        if clip != self._clip:
            self._stack.close()
            folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="mirror-")))
            self._path = self._stack.enter_context(fetched(clip.source, folder))
            self._clip = clip
        return self._path


class _Heard:
    """How far a recording is; see ``mirror.jobs.host.Progress``."""

    def __init__(self, actor: ClipActor, total: int | None) -> None:
        self._actor, self._total = actor, total

    def __enter__(self) -> _Heard:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, frames: int, fps: float) -> None:
        self._actor.progress = (frames, self._total, fps)


class ClipActor:
    """Carries out one recording after the other. Made in a process of a cluster's.

    Args:
        duty: what it is told.

    Attributes:
        progress: frames that are out, how many there will be, and how many a second.
    """

    def __init__(self, duty: Duty) -> None:
        self.progress: tuple[int, int | None, float] = (0, None, 0.0)
        self._duty = duty
        self._batch = BatchJob.model_validate_json(duty.batch)
        self._exit = contextlib.ExitStack()
        self._source = self._exit.enter_context(KeptSource())

    def begin(self) -> Failure | None:
        """Load all that is needed; return why that cannot be, if so."""
        duty = self._duty
        try:
            if self._batch.fingerprint() != duty.fingerprint:
                return _unlike()
            store = open_store(duty.store)
            if duty.mark and store.read(MARK) != duty.mark.encode():
                return _not_shared(duty.store)
            self._run = ClipRunner(self._batch, store, self._scratch(store))
            self._segments = KeptSegments(store, duty.fingerprint)
            self._engine = self._opened_engine()
        except Exception as error:
            return Failure.of(error)
        return None

    def run(self, clip: Clip, attempt: int) -> ClipRecord | Failure:
        """Carry a recording out."""
        self.progress = (0, None, 0.0)
        try:
            return self._run(clip, self._engine, lambda _, total: _Heard(self, total), attempt)
        except Exception as error:
            return Failure.of(error)

    def parse(self, clip: Clip, segment: Segment) -> tuple[Failure | None, tuple[Any, ...]]:
        """Return what the workers make of a segment, or made of it before; or why they cannot."""
        try:
            kept = self._segments.of(clip, segment)
            if (seen_before := kept.read()) is not None:
                return None, seen_before
            assert self._engine.shared is not None
            limits = limits_of(self._batch.settings.input)
            path = self._source.path(clip)
            seen = parse_segment(path, segment, self._engine.shared, limits)
            kept.keep(seen)
            return None, seen
        except Exception as error:
            return Failure.of(error), ()

    def told(self) -> tuple[int, int | None, float]:
        """Return how far it is; answered while a recording is carried out."""
        return self.progress

    def _opened_engine(self) -> Engine:
        duty = self._duty
        running = running_engine(self._batch.settings, duty.workers, duty.threads)
        return self._exit.enter_context(running)

    def _scratch(self, store: Store) -> Path:
        own = f"worker-{os.getpid()}-{time.time_ns():x}"
        if isinstance(store, LocalStore):
            return Path(store.root) / STATE / "work" / own
        made = Path(tempfile.mkdtemp(prefix="mirror-batch-"))
        self._exit.callback(shutil.rmtree, made, ignore_errors=True)
        return made / own


class ScoutActor:
    """Prepares recordings in order, a segment at a time. Made in a process of a cluster's.

    Args:
        duty: what it is told.
    """

    def __init__(self, duty: Duty) -> None:
        self._batch = BatchJob.model_validate_json(duty.batch)
        self._exit = contextlib.ExitStack()
        self._source = self._exit.enter_context(KeptSource())
        self._opened = contextlib.ExitStack()
        self._exit.callback(self._opened.close)

    def open(self, clip: Clip, seconds: float) -> Failure | bool:
        """Begin with a recording; say whether it is longer than two segments.

        Args:
            clip: the recording.
            seconds: of a segment.
        """
        self._opened.close()
        try:
            settings = self._batch.settings
            path, limits = self._source.path(clip), limits_of(settings.input)
            source: Recorded = self._opened.enter_context(open_recording(path, limits=limits))
            if self._batch.limit is not None:
                source = Limited(source, self._batch.limit)
            rate, frames = source.footage.rate or _USUAL_RATE, source.footage.frames
            length = max(1, round(seconds * rate))
            if frames is None or frames <= 2 * length:
                return False
            with path.open("rb") as file:
                recording, _ = digest_of(file)
            self._scout = Scout(source, Engine.of(settings).kind, length, recording)
            self._opened.callback(self._scout.close)
        except Exception as error:
            return Failure.of(error)
        return True

    def next(self) -> tuple[Failure | int, Segment | None]:
        """Return how many frames the next segment has, and the segment; 0 and None at the end."""
        try:
            segment = self._scout.next()
        except Exception as error:
            return Failure.of(error), None
        return (0 if segment is None else len(segment.marks)), segment


class JoinActor(ClipActor):
    """Settles segments that were parsed elsewhere, in order, and writes what they come to."""

    def feed(self, segment: Segment, raws: tuple[Any, ...]) -> None:
        """Take in the next segment; answered when its frames are on their way."""
        self._joined.feed(segment, raws)

    def end(self) -> None:
        """Take in that there are no more."""
        self._joined.end()

    def _opened_engine(self) -> Engine:
        engine = Engine.of(self._batch.settings)
        self._joined = JoinedKind(engine.kind)
        return dataclasses.replace(engine, kind=self._joined, workers=1, threads=1)


def _unlike() -> Failure:
    return Failure.of(
        BatchError(
            "batch.other_version",
            "a worker of the cluster has another version of this program, or of a file that the "
            "batch is set by; install the same everywhere",
        )
    )


def _not_shared(place: str) -> Failure:
    return Failure.of(
        BatchError(
            "batch.not_shared",
            "{folder} is not the same folder on all machines of the cluster; write to one that "
            "they share, or to an address such as s3://bucket/folder",
            folder=Path(place),
        )
    )
