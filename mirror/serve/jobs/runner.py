"""Carries jobs out: takes them from a store, parses, and puts what was made back."""

from __future__ import annotations

import contextlib
import math
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from mirror.jobs.cancellation import Cancellation, JobCancelled
from mirror.serve.jobs.held_folder import held_folder, sweep_folders
from mirror.serve.jobs.job_output import FILES, as_file, parsed
from mirror.serve.jobs.lease import JobProgress, leased
from mirror.serve.jobs.record import Failure, JobRecord, Output, ResultFile
from mirror.serve.jobs.store import CHUNK, INPUT, JobStore, StoreAway, StoreFull
from mirror.serve.loaded_parsers import LoadedParsers
from mirror.serve.logs import events
from mirror.serve.parser_choice import NO_ROOM
from mirror.serve.problems import Problem
from mirror.serve.shared_parser import SharedParser
from pipeline.errors import PipelineError
from pipeline.media.input_limits import InputLimits

T = TypeVar("T")

LEASE_S = 15.0  # after which a job is taken from whoever has said nothing
_LOOKS_S = 1.0  # between looks for jobs that another instance was asked for
_SWEEPS_S = 30.0
_ASKS_AGAIN_S = 0.5  # of a store that is away
_NO_ROOM = Failure(code="store.full", detail="There is no room for what the job has made.")
_FAILED = Failure(code="service.failed", detail="Something went wrong in the service.")

_LIMITS = InputLimits(stays=True)


class JobRunner:
    """Threads that carry jobs out, one at a time each; a ``with`` block.

    Args:
        store: where jobs come from, and results go.
        parsers: parse, for others, too.
        slots: how many jobs at a time.
        grace_s: how long leaving the block waits for jobs that run; what is not done by then goes
            back into the store, for another instance or the next start.
        lease_s: a job is this instance's for so long after every sign of life.
        on_end: is told of every job that ends here.
        limits: what is refused of inputs unread.
    """

    def __init__(
        self,
        store: JobStore,
        parsers: LoadedParsers,
        slots: int = 1,
        grace_s: float = 10.0,
        lease_s: float = LEASE_S,
        on_end: Callable[[str], None] | None = None,
        limits: InputLimits = _LIMITS,
    ) -> None:
        self._store, self._parsers, self._slots = store, parsers, slots
        self._grace_s, self._lease_s, self._on_end = grace_s, lease_s, on_end
        self._limits = limits
        self._name = secrets.token_hex(6)
        self._is_stopping = threading.Event()
        self._asked = threading.Event()
        self._running: dict[str, tuple[str, Cancellation]] = {}  # by worker
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> JobRunner:
        for number in range(self._slots):
            name = f"{self._name}-{number}"
            thread = threading.Thread(target=self._work, args=(name,), name=f"jobs-{number}")
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        give_up_at = time.monotonic() + self._grace_s
        for thread in self._threads:
            thread.join(max(0.0, give_up_at - time.monotonic()))
        for _id, cancellation in list(self._running.values()):
            cancellation.cancel()
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        """Take no more jobs; those that run go on."""
        self._is_stopping.set()
        self._asked.set()

    def look(self) -> None:
        """Look for jobs now; any thread may call it."""
        self._asked.set()

    def cancel(self, id: str) -> None:
        """End a job at once that runs here; the store knows of it. Any thread may call it."""
        for running, whose in list(self._running.values()):
            if running == id:
                whose.cancel()

    def _work(self, worker: str) -> None:
        sweep_folders()  # of services that were killed
        swept_at = -math.inf
        while not self._is_stopping.is_set():
            self._asked.clear()
            with contextlib.suppress(StoreAway):
                if time.monotonic() - swept_at > _SWEEPS_S:
                    swept_at = time.monotonic()
                    self._store.sweep()
                if (job := self._store.claim(worker, self._lease_s)) is not None:
                    self._carry_out(job, worker)
                    continue
            self._asked.wait(_LOOKS_S)

    def _carry_out(self, job: JobRecord, worker: str) -> None:
        cancellation = Cancellation()
        self._running[worker] = job.id, cancellation
        progress = JobProgress(job.total)
        made: tuple[ResultFile, ...] | Failure | None
        events.job_begun(job.id, job.attempt)
        with leased(self._store, job, worker, self._lease_s, progress, cancellation):
            try:
                made = self._made(job, progress, cancellation)
            except JobCancelled:
                made = None
            except StoreFull:
                made = _NO_ROOM
            except Problem as error:
                made = Failure(code=error.code, detail=error.detail)
            except PipelineError as error:
                made = _failure_of(error, job)
            except Exception as error:
                made = _FAILED
                events.failed(made.code, 500, error)
            finally:
                del self._running[worker]
        _tell(job, made)
        self._say(job, worker, made, progress)
        if self._on_end is not None:
            self._on_end(job.id)

    def _say(
        self,
        job: JobRecord,
        worker: str,
        made: tuple[ResultFile, ...] | Failure | None,
        progress: JobProgress,
    ) -> None:
        """Put into the store what became of a job, for as long as it is this instance's to say."""
        with contextlib.suppress(StoreAway):  # for so long that somebody else begins it anew
            _patiently(
                lambda: self._end(job, worker, made, progress), Cancellation(), self._lease_s
            )

    def _end(
        self,
        job: JobRecord,
        worker: str,
        made: tuple[ResultFile, ...] | Failure | None,
        progress: JobProgress,
    ) -> None:
        if made is None:  # cancelled, or to be begun anew by whoever comes next
            self._store.release(job.id, worker)
        elif isinstance(made, Failure):
            self._store.finish(job.id, worker, "failed", failure=made)
        else:
            # the frames since the lease was last renewed count, too
            self._store.renew(
                job.id, worker, self._lease_s, progress.frames, progress.total, progress.fps
            )
            self._store.finish(job.id, worker, "done", made)

    def _made(
        self, job: JobRecord, progress: JobProgress, cancellation: Cancellation
    ) -> tuple[ResultFile, ...]:
        """Parse the input in a folder that nobody else knows; keep what was made."""
        with held_folder("mirror-job-") as folder:
            source = folder / job.input_name
            _patiently(lambda: self._fetch(job, source, cancellation), cancellation)
            with self._parser(job, cancellation) as parser:
                paths = parsed(job, source, parser, progress, cancellation, self._limits)
            return tuple(
                self._kept(job, output, path, cancellation) for output, path in paths.items()
            )

    @contextlib.contextmanager
    def _parser(self, job: JobRecord, cancellation: Cancellation) -> Iterator[SharedParser]:
        """Yield the parser that a job asks for; wait while others have its memory."""
        with contextlib.ExitStack() as stack:
            yield _patiently(
                lambda: stack.enter_context(self._parsers.held(job.wanted.parser)), cancellation
            )

    def _fetch(self, job: JobRecord, path: Path, cancellation: Cancellation) -> None:
        with path.open("wb") as file:
            for chunk in self._store.read(job.id, 0, INPUT):
                file.write(chunk)
                cancellation.check()

    def _kept(
        self, job: JobRecord, output: Output, path: Path, cancellation: Cancellation
    ) -> ResultFile:
        name, media_type = FILES[output]
        file = as_file(path)
        size = _patiently(
            lambda: self._store.put(job.id, job.attempt, name, _pieces(file, cancellation)),
            cancellation,
        )
        return ResultFile(name=name, media_type=media_type, size=size)


def _tell(job: JobRecord, made: tuple[ResultFile, ...] | Failure | None) -> None:
    if isinstance(made, Failure):
        events.job_ended(job.id, "failed", made.code)
    else:
        events.job_ended(job.id, "given back, or cancelled" if made is None else "done")


def _patiently(ask: Callable[[], T], cancellation: Cancellation, within_s: float = math.inf) -> T:
    """Ask what may be away for a while, until it answers.

    Raises:
        JobCancelled: it was cancelled before that.
        StoreAway: it has not answered in time.
        Problem: it was refused for good.
    """
    give_up_at = time.monotonic() + within_s
    while True:
        try:
            return ask()
        except (StoreAway, Problem) as error:
            is_passing = isinstance(error, StoreAway) or error.code == NO_ROOM
            if not is_passing or time.monotonic() >= give_up_at:
                raise
        cancellation.check()
        is_cancelled = threading.Event()
        with cancellation.calling(is_cancelled.set):
            is_cancelled.wait(_ASKS_AGAIN_S)


def _failure_of(error: PipelineError, job: JobRecord) -> Failure:
    """What a client is told: the input by its name, and of other paths nothing."""
    fields = {
        name: job.input_name if isinstance(value, Path) else value
        for name, value in error.fields.items()
    }
    try:
        detail = error.words.format_map(fields)
    except (KeyError, ValueError, AttributeError):
        detail = "The input cannot be processed."
    return Failure(code=error.code, detail=detail)


def _pieces(path: Path, cancellation: Cancellation) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            cancellation.check()
            yield piece
