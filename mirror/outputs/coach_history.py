"""What was coached, kept in an SQLite file on this machine, for as long as its owner likes."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mirror.coach.coach import CoachReport
from mirror.core.errors import MirrorError

# each brings a file from one version to the next; only ever added to
_MIGRATIONS = (
    """
    CREATE TABLE sessions (id INTEGER PRIMARY KEY, at REAL NOT NULL, source TEXT NOT NULL);
    CREATE TABLE sets (
        session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        person INTEGER NOT NULL, exercise TEXT NOT NULL, repetitions INTEGER NOT NULL,
        clean INTEGER NOT NULL, held_s REAL NOT NULL, record TEXT NOT NULL
    );
    CREATE INDEX sets_of_session ON sets (session);
    """,
)
VERSION = len(_MIGRATIONS)
_BUSY_S = 10.0  # how long another process may hold the file


class HistoryUnusable(MirrorError):
    """A history cannot be read or written."""


@dataclass(frozen=True, slots=True)
class KeptSet:
    """What one person did of one exercise in a session.

    Attributes:
        at: seconds since 1970.
        source: the clip's name.
        person: their number in it.
        exercise: its name.
        repetitions: how many.
        clean: how many of them, or of the times that something was held, were without a fault.
        held_s: seconds held.
    """

    at: float
    source: str
    person: int
    exercise: str
    repetitions: int
    clean: int
    held_s: float


class CoachHistory:
    """Sessions in an SQLite file; a ``with`` block closes it. One thread uses it.

    Args:
        path: the file.
        is_made: whether it is made where it is not there.

    Raises:
        HistoryUnusable: it is not there, is no history, or is a later version's.
    """

    def __init__(self, path: Path, is_made: bool = False) -> None:
        self._path = path
        if not is_made and not path.exists():
            raise HistoryUnusable("history.not_found", "{path} does not exist", path=path)
        with self._explained():
            self._database = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
        try:
            self._migrate()
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()

    def add(self, at: float, source: str, report: CoachReport) -> int:
        """Add a session; return how many sets were in it. One without any is not kept.

        Args:
            at: seconds since 1970.
            source: the clip's name.
            report: what everybody did.
        """
        found = [one.as_json() for one in report.people if one.found is not None]
        sets = [one for one in found if one["repetitions"] or one["held_s"]]
        if not sets:
            return 0
        with self._explained(), self._changing():
            session = self._database.execute(
                "INSERT INTO sessions (at, source) VALUES (?, ?)", (at, source)
            ).lastrowid
            for one in sets:
                self._database.execute(
                    "INSERT INTO sets VALUES (?, ?, ?, ?, ?, ?, ?)", (session, *_columns(one))
                )
        return len(sets)

    def sets(self) -> list[KeptSet]:
        """Return all sets, the oldest first."""
        with self._explained():
            rows = self._database.execute(
                "SELECT at, source, person, exercise, repetitions, clean, held_s "
                "FROM sets JOIN sessions ON sessions.id = session ORDER BY at, sets.rowid"
            ).fetchall()
        return [KeptSet(*row) for row in rows]

    def as_json(self) -> dict[str, Any]:
        """Return all that is kept, in JSON's own types."""
        with self._explained():
            rows = self._database.execute(
                "SELECT session, at, source, record FROM sets "
                "JOIN sessions ON sessions.id = session ORDER BY at, sets.rowid"
            ).fetchall()
        sessions: dict[int, dict[str, Any]] = {}
        for session, at, source, record in rows:
            kept = sessions.setdefault(session, {"at": at, "source": source, "people": []})
            kept["people"].append(json.loads(record))
        return {"version": VERSION, "sessions": list(sessions.values())}

    def delete_all(self) -> int:
        """Delete everything, so that nothing of it is left in the file; return how many sets."""
        with self._explained():
            self._database.execute("PRAGMA secure_delete = ON")
            with self._changing():
                count = self._database.execute("DELETE FROM sets").rowcount
                self._database.execute("DELETE FROM sessions")
            self._database.execute("VACUUM")
        return count

    def _migrate(self) -> None:
        with self._explained():
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise HistoryUnusable(
                    "history.newer",
                    "{path} is of version {id}, and this program knows {last}; update it",
                    path=self._path,
                    id=version,
                    last=VERSION,
                )
            with self._changing():
                for step in _MIGRATIONS[version:]:
                    for statement in step.split(";"):
                        self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {VERSION}")

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """All of it or nothing."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise HistoryUnusable(
                "history.unusable",
                "{path} cannot be used as a history: {reason}",
                path=self._path,
                reason=str(error),
            ) from error


def _columns(one: dict[str, Any]) -> tuple[object, ...]:
    items = one["repetitions"] or one["held"]
    clean = sum(not item["faults"] for item in items)
    record = json.dumps(one, ensure_ascii=False)
    return one["id"], one["exercise"], len(one["repetitions"]), clean, one["held_s"], record
