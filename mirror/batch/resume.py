"""What of a batch is done already: by checksums of what was read, set and written, nothing less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mirror.batch.batch_job import BatchJob
from mirror.batch.clip_run import output_names
from mirror.batch.clips import Clip
from mirror.batch.records import ClipRecord, Failure, Records
from mirror.batch.stores import Store, digest_of, file_system
from pipeline.errors import PipelineError
from pipeline.targets.path import TargetTaken

Mode = Literal["anew", "resume", "retry-failed"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a recording stands before a run.

    Attributes:
        clip: which.
        kept: what is known of it and holds still; None where it is to be parsed.
        refused: why it cannot be begun; None where it can.
    """

    clip: Clip
    kept: ClipRecord | None = None
    refused: Failure | None = None


def standings(
    batch: BatchJob, store: Store, clips: Sequence[Clip], mode: Mode, threads: int
) -> Iterator[Standing]:
    """Yield how every recording stands, in order.

    A recording is done if its record is whole, it was read from the same bytes, with the same
    settings and version, and everything that it came to is there with the same checksums. What is
    less than that is parsed again. One that failed is kept as failed, unless it is to be retried.
    What is there and is told of by no record is not replaced, unless the batch overwrites.

    Args:
        batch: the batch.
        store: where its outputs are.
        clips: the recordings.
        mode: ``anew`` parses all.
        threads: that read at the same time.
    """
    look = _Look(batch, store, mode)
    with ThreadPoolExecutor(threads, "verify") as pool:
        yield from pool.map(look, clips)


class _Look:
    """Calls say how one recording stands; any thread may call."""

    def __init__(self, batch: BatchJob, store: Store, mode: Mode) -> None:
        self._batch, self._store, self._mode = batch, store, mode
        self._records, self._fingerprint = Records(store), batch.fingerprint()

    def __call__(self, clip: Clip) -> Standing:
        try:
            record = self._records.read(clip)
            if record is not None and self._mode != "anew" and self._holds(clip, record):
                return Standing(clip, kept=record)
            self._check_free(clip, record)
        except (OSError, PipelineError) as error:
            return Standing(clip, refused=Failure.of(error))
        return Standing(clip)

    def _holds(self, clip: Clip, record: ClipRecord) -> bool:
        if record.state == "begun" or record.fingerprint != self._fingerprint:
            return False
        if record.state == "failed" and self._mode == "retry-failed":
            return False
        if record.source_sha256 != source_digest(clip.source):
            return False
        if record.state == "failed":
            return True
        wanted = output_names(self._batch, clip).values()
        names = [one.name for one in record.outputs]
        if not all(any(n == one or n.startswith(f"{one}/") for n in names) for one in wanted):
            return False
        found = (self._store.digest(one.name) for one in record.outputs)
        said = ((one.sha256, one.bytes) for one in record.outputs)
        return all(one == other for one, other in zip(found, said, strict=True))

    def _check_free(self, clip: Clip, record: ClipRecord | None) -> None:
        if self._batch.overwrite or (record is None and self._records.are_of(clip)):
            return
        # what a run was about to name, or has named, is ours whatever became of it since
        ours = set() if record is None else {one.name for one in record.outputs}
        for name in output_names(self._batch, clip).values():
            is_ours = any(one == name or one.startswith(f"{name}/") for one in ours)
            if not is_ours and self._store.exists(name):
                raise TargetTaken(
                    "target.exists",
                    "{path} exists; name another file, or allow it to be replaced",
                    path=Path(self._store.root) / name,
                )


def source_digest(source: str) -> str:
    """Return the checksum of what is read; empty where it cannot be."""
    try:
        if "://" not in source:
            with Path(source).open("rb") as file:
                return digest_of(file)[0]
        system, path = file_system(source)
        with system.open(path, "rb") as file:
            return digest_of(file)[0]
    except OSError:
        return ""
