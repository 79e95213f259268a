"""What runs in each worker of a cluster: a parser of its own, and a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from mirror.batch.batch_job import BatchJob
from mirror.batch.clip_run import ClipRunner
from mirror.batch.clips import Clip
from mirror.batch.engines import running_engine
from mirror.batch.errors import BatchError
from mirror.batch.records import STATE, ClipRecord, Failure
from mirror.batch.stores import LocalStore, Store, open_store

MARK = f"{STATE}/run"  # a file that all machines have to see


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
            settings = self._batch.settings
            engine = running_engine(settings, duty.workers, duty.threads)
            self._engine = self._exit.enter_context(engine)
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

    def told(self) -> tuple[int, int | None, float]:
        """Return how far it is; answered while a recording is carried out."""
        return self.progress

    def _scratch(self, store: Store) -> Path:
        own = f"worker-{os.getpid()}-{time.time_ns():x}"
        if isinstance(store, LocalStore):
            return Path(store.root) / STATE / "work" / own
        made = Path(tempfile.mkdtemp(prefix="mirror-batch-"))
        self._exit.callback(shutil.rmtree, made, ignore_errors=True)
        return made / own


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
