"""Jobs in an SQLite file: they outlive the process, on one machine."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from mirror.serve.jobs import changes
from mirror.serve.jobs.held_folder import held_folder
from mirror.serve.jobs.record import (
    STATES,
    Failure,
    JobRecord,
    ResultFile,
    State,
    first_id,
)
from mirror.serve.jobs.store import (
    INPUT,
    UPLOAD_S,
    USUAL_KEEPING,
    Keeping,
    StoreFull,
    saying_away,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, key TEXT, state TEXT NOT NULL,
    created_at REAL NOT NULL, leased_until REAL NOT NULL, finished_at REAL, record TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS keys ON jobs (owner, key) WHERE key IS NOT NULL;
CREATE INDEX IF NOT EXISTS due ON jobs (state, created_at);
CREATE TABLE IF NOT EXISTS chunks (
    job TEXT NOT NULL, attempt INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    data BLOB NOT NULL, PRIMARY KEY (job, attempt, name, number)
) WITHOUT ROWID;
"""
_VERSION = 1  # of the schema
_BUSY_S = 10.0  # how long another process may hold the file
_is_away = saying_away(sqlite3.OperationalError)  # such as a file that others hold for too long


class SqliteStore:
    """See ``JobStore``. Several processes of one machine may share the file.

    Args:
        path: the file, made where it is not there; None keeps all in a temporary one.
        keeping: how long and how much is kept.
        clock: seconds since 1970.

    Raises:
        sqlite3.Error: the file cannot be used.
    """

    def __init__(
        self,
        path: Path | None = None,
        keeping: Keeping = USUAL_KEEPING,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keeping, self._clock = keeping, clock
        self._stack = contextlib.ExitStack()
        # what goes with the process need not outlive the machine: nobody waits for the disk
        synchronous = "OFF" if path is None else "FULL"
        if path is None:
            path = self._stack.enter_context(held_folder("mirror-jobs-")) / "jobs.db"
        # films of people are in it, and none of anybody else's business
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        self._lock = threading.RLock()  # one connection, one user at a time
        self._database = sqlite3.connect(
            path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
        self._stack.callback(self._database.close)
        self._prepare(synchronous)

    def _prepare(self, synchronous: str) -> None:
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(f"PRAGMA synchronous = {synchronous}")
        with self._changing():
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                raise sqlite3.DatabaseError(f"the file is of version {version}, not {_VERSION}")
            for statement in _SCHEMA.split(";"):
                self._database.execute(statement)
            self._database.execute(f"PRAGMA user_version = {_VERSION}")

    @_is_away
    def add(self, job: JobRecord, data: Iterable[bytes]) -> JobRecord:
        """See ``JobStore``."""
        if (known := self._known(job)) is not None:
            return known
        size = self.put(job.id, 0, INPUT, data)
        with self._changing():
            if (known := self._known(job)) is not None:
                self._drop_files(job.id)
                return known
            self._write(job := job.changed(input_size=size), is_new=True)
        return job

    @_is_away
    def get(self, id: str) -> JobRecord | None:
        """See ``JobStore``."""
        return self._one("SELECT record FROM jobs WHERE id = ?", id)

    @_is_away
    def position(self, job: JobRecord) -> int:
        """See ``JobStore``."""
        with self._lock:
            (count,) = self._database.execute(
                "SELECT COUNT(*) FROM jobs WHERE state = 'queued' AND (created_at, id) < (?, ?)",
                (job.created_at, job.id),
            ).fetchone()
        return int(count)

    @_is_away
    def claim(self, worker: str, lease_s: float) -> JobRecord | None:
        """See ``JobStore``."""
        while True:
            now = self._clock()
            with self._changing():
                job = self._one(
                    "SELECT record FROM jobs WHERE state = 'queued' OR (state = 'running' AND "
                    "leased_until <= ?) ORDER BY created_at, id LIMIT 1",
                    now,
                )
                if job is None:
                    return None
                self._write(job := changes.claimed(job, worker, lease_s, now))
                if not job.is_open:
                    self._drop_files(job.id)
            if job.state == "running":  # else that was its end, and the next one's turn comes
                return job

    @_is_away
    def renew(
        self, id: str, worker: str, lease_s: float, frames: int, total: int | None, fps: float
    ) -> bool:
        """See ``JobStore``."""
        with self._changing():
            job = self.get(id)
            if job is None or not changes.is_held(job, worker):
                return False
            self._write(changes.renewed(job, lease_s, self._clock(), frames, total, fps))
        return not job.is_cancelled

    @_is_away
    def finish(
        self,
        id: str,
        worker: str,
        state: State,
        results: tuple[ResultFile, ...] = (),
        failure: Failure | None = None,
    ) -> bool:
        """See ``JobStore``."""
        with self._changing():
            job = self.get(id)
            if job is None or not changes.is_held(job, worker):
                return False
            self._write(job := changes.ended(job, state, self._clock(), results, failure))
            kept = job.attempt if job.results else -1
            self._database.execute("DELETE FROM chunks WHERE job = ? AND attempt <> ?", (id, kept))
        return True

    @_is_away
    def release(self, id: str, worker: str) -> bool:
        """See ``JobStore``."""
        with self._changing():
            job = self.get(id)
            if job is None or not changes.is_held(job, worker):
                return False
            self._write(job := changes.released(job, self._clock()))
            kept = 0 if job.is_open else -1
            self._database.execute("DELETE FROM chunks WHERE job = ? AND attempt <> ?", (id, kept))
        return True

    @_is_away
    def cancel(self, id: str) -> JobRecord | None:
        """See ``JobStore``."""
        with self._changing():
            job = self.get(id)
            if job is None:
                return None
            self._write(job := changes.cancelled(job, self._clock()))
            if not job.is_open:
                self._drop_files(id)
        return job

    @_is_away
    def put(self, id: str, attempt: int, name: str, data: Iterable[bytes]) -> int:
        """See ``JobStore``."""
        room, size = self._keeping.most_bytes - self.size(), 0
        try:
            for number, chunk in enumerate(data):
                size += len(chunk)
                if size > room:
                    raise StoreFull
                with self._lock:
                    self._database.execute(
                        "INSERT OR REPLACE INTO chunks VALUES (?, ?, ?, ?, ?)",
                        (id, attempt, name, number, chunk),
                    )
        except BaseException:
            with self._lock:
                self._database.execute(
                    "DELETE FROM chunks WHERE job = ? AND attempt = ? AND name = ?",
                    (id, attempt, name),
                )
            raise
        return size

    def read(self, id: str, attempt: int, name: str) -> Iterator[bytes]:
        """See ``JobStore``."""
        number = 0
        while (chunk := self._chunk(id, attempt, name, number)) is not None:
            yield chunk
            number += 1
        if not number:
            raise KeyError(name)

    @_is_away
    def sweep(self) -> None:
        """See ``JobStore``."""
        now = self._clock()
        with self._changing():
            old = self._all(
                "SELECT record FROM jobs WHERE finished_at <= ? AND state <> 'expired'",
                now - self._keeping.results_s,
            )
            for job in old:
                self._drop_files(job.id)
                self._write(changes.expired(job))
            forgotten = now - self._keeping.results_s - self._keeping.record_s
            self._database.execute(
                "DELETE FROM jobs WHERE state = 'expired' AND finished_at <= ?", (forgotten,)
            )
            self._database.execute(  # of uploads that were cut off
                "DELETE FROM chunks WHERE job < ? AND job NOT IN (SELECT id FROM jobs)",
                (first_id(now - UPLOAD_S),),
            )

    @_is_away
    def counts(self) -> Mapping[State, int]:
        """See ``JobStore``."""
        with self._lock:
            found = dict(
                self._database.execute("SELECT state, COUNT(*) FROM jobs GROUP BY state").fetchall()
            )
        return {state: found.get(state, 0) for state in STATES}

    @_is_away
    def size(self) -> int:
        """See ``JobStore``."""
        with self._lock:
            (size,) = self._database.execute(
                "SELECT COALESCE(SUM(LENGTH(data)), 0) FROM chunks"
            ).fetchone()
        return int(size)

    def close(self) -> None:
        """See ``JobStore``."""
        with self._lock:
            self._stack.close()

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Let nobody else change anything meanwhile; all of a block's changes, or none."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _known(self, job: JobRecord) -> JobRecord | None:
        if job.key is None:
            return None
        return self._one("SELECT record FROM jobs WHERE owner = ? AND key = ?", job.owner, job.key)

    def _one(self, query: str, *values: object) -> JobRecord | None:
        return next(iter(self._all(query, *values)), None)

    def _all(self, query: str, *values: object) -> list[JobRecord]:
        with self._lock:
            rows = self._database.execute(query, values).fetchall()
        return [JobRecord.model_validate_json(record) for (record,) in rows]

    def _write(self, job: JobRecord, is_new: bool = False) -> None:
        self._database.execute(
            f"INSERT OR {'ABORT' if is_new else 'REPLACE'} INTO jobs VALUES (?,?,?,?,?,?,?,?)",
            (
                job.id,
                job.owner,
                job.key,
                job.state,
                job.created_at,
                job.leased_until,
                job.finished_at,
                job.model_dump_json(),
            ),
        )

    @_is_away
    def _chunk(self, id: str, attempt: int, name: str, number: int) -> bytes | None:
        with self._lock:
            row = self._database.execute(
                "SELECT data FROM chunks WHERE job = ? AND attempt = ? AND name = ? AND number = ?",
                (id, attempt, name, number),
            ).fetchone()
        return None if row is None else bytes(row[0])

    def _drop_files(self, id: str) -> None:
        self._database.execute("DELETE FROM chunks WHERE job = ?", (id,))
