"""What was coached, kept in an SQLite file on this machine, for as long as its owner likes."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mirror.coach.coach import CoachReport
from mirror.core.errors import MirrorError

_REPETITIONS = """
    SELECT sets.id, one.key + 1,
        json_extract(one.value, '$.start'), json_extract(one.value, '$.end'),
        json_extract(one.value, '$.range'), json_extract(one.value, '$.tempo[0]'),
        json_extract(one.value, '$.tempo[1]'), json_extract(one.value, '$.tempo[2]'),
        json_extract(one.value, '$.side'), json_extract(one.value, '$.quality'),
        (SELECT coalesce(group_concat(json_extract(fault.value, '$.name'), ' '), '')
            FROM json_each(one.value, '$.faults') AS fault)
    FROM sets, json_each(sets.record, '$.repetitions') AS one
"""  # what the records say, as rows
# each brings a file from one version to the next; only ever added to
MIGRATIONS = (
    """
    CREATE TABLE sessions (id INTEGER PRIMARY KEY, at REAL NOT NULL, source TEXT NOT NULL);
    CREATE TABLE sets (
        session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        person INTEGER NOT NULL, exercise TEXT NOT NULL, repetitions INTEGER NOT NULL,
        clean INTEGER NOT NULL, held_s REAL NOT NULL, record TEXT NOT NULL
    );
    CREATE INDEX sets_of_session ON sets (session);
    """,
    f"""
    ALTER TABLE sessions ADD COLUMN programme TEXT;
    CREATE TABLE kept_sets (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        person INTEGER NOT NULL, exercise TEXT NOT NULL, repetitions INTEGER NOT NULL,
        clean INTEGER NOT NULL, held_s REAL NOT NULL, record TEXT NOT NULL
    );
    INSERT INTO kept_sets
        SELECT rowid, session, person, exercise, repetitions, clean, held_s, record FROM sets;
    DROP TABLE sets;
    ALTER TABLE kept_sets RENAME TO sets;
    CREATE INDEX sets_of_session ON sets (session);
    CREATE TABLE repetitions (
        set_id INTEGER NOT NULL REFERENCES sets (id) ON DELETE CASCADE,
        number INTEGER NOT NULL, start REAL NOT NULL, end REAL NOT NULL, range REAL NOT NULL,
        out_s REAL NOT NULL, held_s REAL NOT NULL, back_s REAL NOT NULL,
        side TEXT NOT NULL, quality REAL NOT NULL, faults TEXT NOT NULL,
        PRIMARY KEY (set_id, number)
    );
    INSERT INTO repetitions {_REPETITIONS};
    """,
)
VERSION = len(MIGRATIONS)
_CSV = (
    "at", "source", "programme", "person", "exercise", "set", "repetition", "start", "end", "range",
    "out_s", "held_s", "back_s", "side", "quality", "faults", "set_held_s",
)  # fmt: skip
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
        range: mean of the repetitions', in degrees, or metres of exercises without angles; None
            where there are none.
        seconds: mean of how long a repetition took; None where there are none.
        programme: that was gone through; None where there was none.
    """

    at: float
    source: str
    person: int
    exercise: str
    repetitions: int
    clean: int
    held_s: float
    range: float | None = None
    seconds: float | None = None
    programme: str | None = None


def usual_history() -> Path:
    """Return where this system keeps what a program keeps for its user: ``history.db`` there."""
    from platformdirs import user_data_path  # few runs need it

    return user_data_path("smart-mirror", appauthor=False) / "history.db"


class CoachHistory:
    """Sessions in an SQLite file; a ``with`` block closes it. One thread uses it.

    Args:
        path: the file.
        is_made: whether it is made where it is not there, and its folder.

    Raises:
        HistoryUnusable: it is not there, is no history, or is a later version's.
    """

    def __init__(self, path: Path, is_made: bool = False) -> None:
        self._path = path
        if not is_made and not path.exists():
            raise HistoryUnusable("history.not_found", "{path} does not exist", path=path)
        if is_made:
            _make_folder(path)
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

    def add(
        self, at: float, source: str, *reports: CoachReport, programme: str | None = None
    ) -> int:
        """Add a session; return how many sets were in it. One without any is not kept.

        Args:
            at: seconds since 1970.
            source: the clip's name.
            reports: what everybody did, one after the other.
            programme: that was gone through.
        """
        people = (one for report in reports for one in report.people)
        found = [one.as_json() for one in people if one.found is not None]
        sets = [one for one in found if one["repetitions"] or one["held_s"]]
        if not sets:
            return 0
        with self._explained(), self._changing():
            session = self._database.execute(
                "INSERT INTO sessions (at, source, programme) VALUES (?, ?, ?)",
                (at, source, programme),
            ).lastrowid
            for one in sets:
                kept = self._database.execute(
                    "INSERT INTO sets (session, person, exercise, repetitions, clean, held_s, "
                    "record) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (session, *_columns(one)),
                ).lastrowid
                self._database.execute(
                    f"INSERT INTO repetitions {_REPETITIONS} WHERE sets.id = ?", (kept,)
                )
        return len(sets)

    def sets(self) -> list[KeptSet]:
        """Return all sets, the oldest first."""
        with self._explained():
            rows = self._database.execute(
                "SELECT at, source, person, exercise, sets.repetitions, clean, sets.held_s, "
                "avg(range), avg(out_s + one.held_s + back_s), programme "
                "FROM sets JOIN sessions ON sessions.id = session "
                "LEFT JOIN repetitions AS one ON set_id = sets.id "
                "GROUP BY sets.id ORDER BY at, sets.id"
            ).fetchall()
        return [KeptSet(*row) for row in rows]

    def as_json(self) -> dict[str, Any]:
        """Return all that is kept, in JSON's own types."""
        with self._explained():
            rows = self._database.execute(
                "SELECT session, at, source, programme, record FROM sets "
                "JOIN sessions ON sessions.id = session ORDER BY at, sets.id"
            ).fetchall()
        sessions: dict[int, dict[str, Any]] = {}
        for session, at, source, programme, record in rows:
            about = {"at": at, "source": source, "programme": programme, "people": []}
            sessions.setdefault(session, about)["people"].append(json.loads(record))
        return {"version": VERSION, "sessions": list(sessions.values())}

    def as_csv(self) -> str:
        """Return every repetition, and every set in which something was held, a row each."""
        with self._explained():
            rows = self._database.execute(
                "SELECT at, source, programme, person, exercise, sets.id, number, start, end, "
                "range, out_s, one.held_s, back_s, side, quality, faults, sets.held_s "
                "FROM sets JOIN sessions ON sessions.id = session "
                "LEFT JOIN repetitions AS one ON set_id = sets.id ORDER BY at, sets.id, number"
            ).fetchall()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(_CSV)
        writer.writerows((_iso(at), *others) for at, *others in rows)
        return text.getvalue()

    def delete_all(self) -> int:
        """Delete everything, so that nothing of it is left in the file; return how many sets."""
        with self._explained():
            self._database.execute("PRAGMA secure_delete = ON")
            with self._changing():
                self._database.execute("DELETE FROM repetitions")
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
                for step in MIGRATIONS[version:]:
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


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HistoryUnusable(
            "history.unusable",
            "{path} cannot be used as a history: {reason}",
            path=path,
            reason=str(error.strerror),
        ) from error


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def _columns(one: dict[str, Any]) -> tuple[object, ...]:
    items = one["repetitions"] or one["held"]
    clean = sum(not item["faults"] for item in items)
    record = json.dumps(one, ensure_ascii=False)
    return one["id"], one["exercise"], len(one["repetitions"]), clean, one["held_s"], record
