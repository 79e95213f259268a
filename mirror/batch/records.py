"""What is known of each recording of a batch, kept beside its outputs, so that a run can go on.

A record is written in two steps: ``begun`` says which files are about to get their names, and
``done`` that all of them have, with their checksums. A file that no record tells of is somebody
else's, and is never replaced unasked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, ValidationError

from mirror.batch.clips import Clip
from mirror.batch.stores import Store
from mirror.core.schema import Schema
from pipeline.errors import PipelineError

STATE = ".mirror-batch"  # the folder in the output that all of this lies in
_RECORDS = f"{STATE}/records"

State = Literal["begun", "done", "failed"]


class OutputRecord(Schema):
    """One file that a recording came to.

    Attributes:
        name: its path, with slashes, below the batch's output.
        sha256: its checksum in hexadecimal digits; empty until it is there.
        bytes: its size.
    """

    name: str
    sha256: str = ""
    bytes: int = 0


class Failure(Schema):
    """Why a recording came to nothing.

    Attributes:
        code: the error's; of one that has none, its class.
        message: what happened, in English.
        words, fields: the error's, so that a front end can say it in words of its own.
    """

    code: str
    message: str
    words: str = ""
    fields: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Return what there is to keep of an error."""
        if isinstance(error, PipelineError):
            fields = {key: _plain(value) for key, value in error.fields.items()}
            return cls(code=error.code, message=str(error), words=error.words, fields=fields)
        if isinstance(error, OSError) and error.strerror:
            return cls(code="OSError", message=error.strerror)
        text = str(error)
        named = f"{type(error).__name__}: {text}" if text else type(error).__name__
        return cls(code=type(error).__name__, message=named)

    def error(self) -> Exception:
        """Return it as an error again."""
        if not self.words:
            return RuntimeError(self.message)
        error = PipelineError.__new__(PipelineError, self.message)
        error.code, error.words, error.fields = self.code, self.words, self.fields
        return error


class ClipRecord(Schema):
    """One recording: from what it was made, and what it came to.

    Attributes:
        clip: its name in the batch.
        source: its path or address.
        state: whether outputs are getting their names, all have, or it failed.
        source_sha256: the checksum of what was read; empty where that could not be.
        fingerprint: of the settings; see ``BatchJob.fingerprint``.
        outputs: everything that it came to.
        frames, people: how many there were.
        wall_s: seconds that it took.
        complete: whether the source held what it promised.
        remarks: what a user should know besides.
        attempts: how often it was begun in the run that ended it.
        failure: why it failed, if it did.
    """

    clip: str
    source: str
    state: State
    source_sha256: str = ""
    fingerprint: str = ""
    outputs: Annotated[tuple[OutputRecord, ...], Strict(False)] = ()
    frames: int = 0
    people: int = 0
    wall_s: float = 0.0
    complete: bool = True
    remarks: Annotated[tuple[str, ...], Strict(False)] = ()
    attempts: Annotated[int, Field(ge=0)] = 1
    failure: Failure | None = None


class Records:
    """The records of a batch, in its store. Any thread may call."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, clip: Clip) -> ClipRecord | None:
        """Return what is known of a recording; None where nothing that can be relied on is."""
        content = self._store.read(_name(clip.key))
        record = None if content is None else _checked(content)
        return record if record is not None and record.clip == clip.name else None

    def are_of(self, clip: Clip) -> bool:
        """Say whether there is a record of a recording, even one that cannot be relied on."""
        return self._store.exists(_name(clip.key))

    def write(self, clip: Clip, record: ClipRecord) -> None:
        """Keep a record in the place of the one before.

        Raises:
            OSError: it cannot be written.
        """
        said = record.model_dump(mode="json")
        content = {"sha256": _digest(said), "record": said}
        text = json.dumps(content, indent=1, ensure_ascii=True) + "\n"
        self._store.write(_name(clip.key), text.encode())

    def any(self) -> bool:
        """Say whether there is any."""
        return bool(self._store.names(_RECORDS))

    def all(self) -> list[ClipRecord]:
        """Return all that can be relied on."""
        contents = (self._store.read(f"{_RECORDS}/{name}") for name in self._store.names(_RECORDS))
        found = (None if content is None else _checked(content) for content in contents)
        return [record for record in found if record is not None]


def _name(key: str) -> str:
    return f"{_RECORDS}/{key}.json"


def _checked(content: bytes) -> ClipRecord | None:
    """A record, if not a bit of it has changed."""
    try:
        kept = json.loads(content)
        if kept["sha256"] != _digest(kept["record"]):
            return None
        return ClipRecord.model_validate(kept["record"])
    except (ValueError, KeyError, TypeError, ValidationError):
        return None


def _digest(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)
