"""One run over a batch: what is done already, what is left, who does it, and what became of it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from mirror.batch.batch_job import BatchJob
from mirror.batch.batch_lock import locked_folder
from mirror.batch.clips import Clip, Unreadable, find_clips
from mirror.batch.engines import Shares, shares_of
from mirror.batch.errors import BatchError
from mirror.batch.kept_segments import KeptSegments
from mirror.batch.manifest import NAME, write_manifest
from mirror.batch.process_workers import ProcessWorkers
from mirror.batch.records import STATE, ClipRecord, Failure, Records
from mirror.batch.resume import Mode, source_digest, standings
from mirror.batch.stores import LocalStore, Store, open_store
from mirror.batch.workers import ClipWorkers, Outcome, Told
from mirror.core import machine
from mirror.core.settings import Config
from mirror.jobs.engine import Engine
from mirror.parsers.catalogue import AnyKind
from mirror.process import termination

MakeWorkers = Callable[[BatchJob, str, Path, Shares, Sequence[int]], ClipWorkers]
Share = Callable[[int, Config, AnyKind, int | Literal["auto"]], Shares]


class BatchWatcher(Protocol):
    """Is told how a batch goes, on the thread that runs it."""

    def begins(self, clips: int, kept: int, shares: Shares) -> None:
        """Take how many recordings there are, how many are done already, and who does the rest."""
        ...

    def told(self, told: Told) -> None:
        """Take how far one of them is."""
        ...

    def ended(self, outcome: Outcome) -> None:
        """Take what became of one of them."""
        ...


@dataclass(frozen=True, slots=True)
class BatchReport:
    """A run over a batch that is over.

    Attributes:
        done: recordings that were parsed.
        kept: recordings that were done already.
        failed: what failed, in this run or in one before, and why.
        unreadable: what could not be looked into.
        incomplete: recordings that promised more than they held.
        frames: that were parsed.
        wall_s: seconds that it took.
        manifest: where the manifest is; None where it could not be written.
        manifest_failure: why not.
    """

    done: int
    kept: int
    failed: tuple[tuple[Clip, Failure], ...]
    unreadable: tuple[Unreadable, ...]
    incomplete: tuple[Clip, ...]
    frames: int
    wall_s: float
    manifest: str | None
    manifest_failure: Failure | None = None


@dataclass(slots=True)
class _Tally:
    clips: dict[Clip, ClipRecord] = field(default_factory=dict)
    failed: list[tuple[Clip, Failure]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def run_batch(
    batch: BatchJob,
    watcher: BatchWatcher,
    mode: Mode = "anew",
    processes: int | Literal["auto"] = "auto",
    make_workers: MakeWorkers = ProcessWorkers,
    share: Share = shares_of,
) -> BatchReport:
    """Carry a batch out. A recording that fails does not stop the others.

    Args:
        batch: the batch.
        watcher: is told how it goes.
        mode: ``anew`` parses all, and refuses a folder that holds a batch already unless it may
            overwrite; ``resume`` goes on with what is there; ``retry-failed`` does, too, and parses
            again what failed.
        processes: recordings that are parsed at the same time; see ``shares_of``.
        make_workers: what carries recordings out.
        share: spreads them over a machine, or over several; see ``shares_of``.

    Raises:
        BatchError: it cannot be begun; says why.
        PipelineError: the settings, or the parser, cannot be.
    """
    began_at = time.monotonic()
    clips, unreadable = find_clips(batch.sources, batch.output)
    engine = Engine.of(batch.settings)  # says what is wrong before anything begins
    store = open_store(batch.output)
    with _kept_to_itself(store) as (scratch, inherited):
        records = Records(store)
        if mode == "anew" and not batch.overwrite and records.any():
            raise BatchError(
                "batch.exists",
                "{folder} holds a batch already; go on with it, or allow it to be replaced",
                folder=Path(store.root),
            )
        if mode == "anew":
            KeptSegments(store, batch.fingerprint()).forget()
        tally, left = _stand(batch, store, clips, mode)
        shares = share(len(left), batch.settings, engine.kind, processes)
        watcher.begins(len(clips), len(clips) - len(left), shares)
        with make_workers(batch, store.root, scratch, shares, inherited) as workers:
            for outcome in workers.outcomes(left, watcher.told):
                kept = _recorded(records, batch, outcome)
                _count(tally, kept, "done")
                watcher.ended(kept)
        failure = _manifest_failure(store, batch, unreadable)
    return BatchReport(
        done=tally.counts["done"],
        kept=tally.counts["kept"],
        failed=tuple(tally.failed),
        unreadable=unreadable,
        incomplete=tuple(clip for clip, record in tally.clips.items() if not record.complete),
        frames=tally.counts["frames"],
        wall_s=time.monotonic() - began_at,
        manifest=None if failure else f"{store.root.rstrip('/')}/{NAME}",
        manifest_failure=failure,
    )


@contextlib.contextmanager
def _kept_to_itself(store: Store) -> Iterator[tuple[Path, tuple[int, ...]]]:
    """A folder to work in, and, where the store is a folder, its lock."""
    if not isinstance(store, LocalStore):
        with tempfile.TemporaryDirectory(prefix="mirror-batch-") as made:
            yield Path(made), ()
        return
    folder = Path(store.root)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = locked_folder(folder)
        with lock as descriptor:
            scratch = folder / STATE / "work"
            shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
            scratch.mkdir()
            try:
                yield scratch, (descriptor,)
            finally:
                with termination.held():
                    shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise BatchError(
            "batch.not_writable",
            "{folder} cannot be written to: {reason}",
            folder=folder,
            reason=error.strerror or str(error),
        ) from error


def _stand(
    batch: BatchJob, store: Store, clips: Sequence[Clip], mode: Mode
) -> tuple[_Tally, list[Clip]]:
    """What is done or refused already, and what is left."""
    tally, left = _Tally(), []
    for standing in standings(batch, store, clips, mode, machine.cores()):
        if standing.refused is not None:
            tally.failed.append((standing.clip, standing.refused))
        elif standing.kept is not None:
            kept = standing.kept
            _count(tally, Outcome(standing.clip, kept.failure or kept, kept.attempts), "kept")
        else:
            left.append(standing.clip)
    return tally, left


def _count(tally: _Tally, outcome: Outcome, how: str) -> None:
    if isinstance(outcome.result, Failure):
        tally.failed.append((outcome.clip, outcome.result))
        return
    tally.clips[outcome.clip] = outcome.result
    tally.counts[how] += 1
    tally.counts["frames"] += outcome.result.frames if how == "done" else 0


def _recorded(records: Records, batch: BatchJob, outcome: Outcome) -> Outcome:
    """Keep what failed, too; what was about to be named stays known as ours."""
    if isinstance(outcome.result, ClipRecord):
        return outcome
    before = None
    with contextlib.suppress(OSError):
        before = records.read(outcome.clip)
    record = ClipRecord(
        clip=outcome.clip.name,
        source=outcome.clip.source,
        state="failed",
        source_sha256=source_digest(outcome.clip.source),
        fingerprint=batch.fingerprint(),
        outputs=() if before is None else before.outputs,
        attempts=outcome.attempts,
        failure=outcome.result,
    )
    with contextlib.suppress(OSError):  # the disk may be full: it is then told, and tried again
        records.write(outcome.clip, record)
    return outcome


def _manifest_failure(
    store: Store, batch: BatchJob, unreadable: Sequence[Unreadable]
) -> Failure | None:
    try:
        write_manifest(store, batch, unreadable)
    except OSError as error:
        return Failure.of(error)
    return None
