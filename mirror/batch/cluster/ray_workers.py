"""Carries a batch's recordings out on a Ray cluster, one actor for each that is under way."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mirror.batch.batch_job import BatchJob
from mirror.batch.clips import Clip
from mirror.batch.cluster.actors import STARTS, actor_of, cannot_start, check_alive, lost, told
from mirror.batch.cluster.clip_actor import MARK, ClipActor, Duty
from mirror.batch.cluster.segment_run import SegmentRun
from mirror.batch.engines import Shares
from mirror.batch.records import ClipRecord, Failure
from mirror.batch.stores import LocalStore, open_store
from mirror.batch.workers import ATTEMPTS, Outcome, Told

_ASKS_EVERY_S = 2.0  # how far recordings are
_ASKED = 32  # actors at most that are asked at a time


@dataclass(eq=False, slots=True)
class _Worker:
    """An actor, and what it is at."""

    handle: Any
    clip: Clip | None = None
    attempt: int = 0


class RayWorkers:
    """An actor for each recording that is carried out at the same time; see ``ClipWorkers``.

    Actors that are lost, with their machine or by themselves, are replaced, and what they were at
    is begun again. A cluster that grows on demand is asked for all of them at once, and work goes
    to those that are there.

    Args:
        ray: Ray, connected.
        is_local: whether the cluster is this machine, so that actors share its cores.
        batch: the batch.
        store: where outputs go, as ``open_store`` takes it.
        scratch: not used: each machine has its own.
        segment_s: seconds of the segments that longer recordings are cut into, which all actors
            parse at once; None cuts none.
        shares: how many actors, and what each computes with.
        inherited: not used: descriptors do not leave a machine.
    """

    def __init__(
        self,
        ray: Any,  # noqa: ANN401  # a module without types
        is_local: bool,
        batch: BatchJob,
        store: str,
        scratch: Path,
        shares: Shares,
        inherited: Sequence[int] = (),
        segment_s: float | None = None,
    ) -> None:
        self._ray, self._shares, self._segment_s = ray, shares, segment_s
        root, mark = open_store(store), ""
        if isinstance(root, LocalStore):
            store, mark = str(Path(store).absolute()), os.urandom(16).hex()
            root.write(MARK, mark.encode())
        self._duty = Duty(
            batch.model_dump_json(),
            store,
            mark,
            batch.fingerprint(),
            shares.workers,
            shares.threads,
        )
        cpus: float = shares.workers * shares.threads
        if is_local:  # as many as are asked for run, on parts of a core if need be
            cpus = min(cpus, ray.cluster_resources().get("CPU", 1.0) / shares.processes)
        self._cpus = cpus
        self._actor = actor_of(ray, ClipActor, cpus)
        self._workers: list[_Worker] = []
        self._began: dict[Any, _Worker] = {}  # of actors that are not ready yet
        self._running: dict[Any, _Worker] = {}
        self._asked: dict[Any, _Worker] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            with contextlib.suppress(Exception):  # the cluster may be gone
                self._ray.kill(worker.handle)
        self._workers.clear()

    def outcomes(self, clips: Sequence[Clip], tell: Callable[[Told], None]) -> Iterator[Outcome]:
        """See ``ClipWorkers``."""
        if self._segment_s is not None:
            clips = yield from self._in_segments(clips, self._segment_s, tell)
        # a path of this machine means nothing on another's, unless both see the same file
        waiting = deque((_absolute(clip), 1) for clip in clips)
        given = {_absolute(clip): clip for clip in clips}
        left, asked_at, in_a_row = len(waiting), time.monotonic(), 0
        for _ in range(min(self._shares.processes, left)):
            self._start()
        while left:
            for reference in self._finished():
                if (worker := self._asked.pop(reference, None)) is not None:
                    self._tell(reference, worker, given, tell)
                    continue
                worker = self._began.pop(reference, None) or self._running.pop(reference)
                try:
                    answer = self._ray.get(reference)
                except self._ray.exceptions.RayError as error:
                    clip, attempt = worker.clip, worker.attempt
                    self._workers.remove(worker)
                    if clip is None:
                        in_a_row += 1
                        if in_a_row >= STARTS:
                            raise cannot_start(error) from error
                    elif attempt < ATTEMPTS:
                        waiting.appendleft((clip, attempt + 1))
                    else:
                        left -= 1
                        yield Outcome(given[clip], Failure.of(lost(clip)), attempt)
                    if waiting:
                        self._start()
                    continue
                if worker.clip is None:  # it was loading
                    in_a_row = 0
                    if isinstance(answer, Failure):
                        raise answer.error()
                else:
                    left -= 1
                    outcome = _outcome(given[worker.clip], answer, worker.attempt)
                    worker.clip = None
                    self._hand_out(worker, waiting)
                    yield outcome
                    continue
                self._hand_out(worker, waiting)
            if time.monotonic() - asked_at > _ASKS_EVERY_S:
                asked_at = time.monotonic()
                check_alive(self._ray)  # actors wait for ever for a machine that does not come
                if self._asked:
                    continue
                for worker in list(self._running.values())[:_ASKED]:
                    self._asked[told(worker.handle)] = worker

    def _in_segments(
        self, clips: Sequence[Clip], seconds: float, tell: Callable[[Told], None]
    ) -> Generator[Outcome, None, list[Clip]]:
        """Yield what became of long recordings; return those that are to be parsed in one piece."""
        whole = []
        # one prepares and one joins; where there are few cores, all of them share
        count = max(1, self._shares.processes - 2)
        total = float(self._ray.cluster_resources().get("CPU", 1.0))
        cpus = min(self._cpus, total / (count + 2))
        with SegmentRun(self._ray, self._duty, seconds, count, cpus) as run:
            for clip in clips:
                outcome = run.outcome(
                    _absolute(clip),
                    lambda told, clip=clip: tell(replace(told, clip=clip)),  # type: ignore[misc]
                )
                if outcome is None:
                    whole.append(clip)
                else:
                    yield _outcome(clip, outcome.result, outcome.attempts)
        return whole

    def _start(self) -> None:
        worker = _Worker(self._actor.remote(self._duty))
        self._workers.append(worker)
        self._began[worker.handle.begin.remote()] = worker

    def _hand_out(self, worker: _Worker, waiting: deque[tuple[Clip, int]]) -> None:
        if not waiting:
            self._workers.remove(worker)
            self._ray.kill(worker.handle)  # a cluster that shrinks wants its machine back
            return
        worker.clip, worker.attempt = waiting.popleft()
        self._running[worker.handle.run.remote(worker.clip, worker.attempt)] = worker

    def _finished(self) -> list[Any]:
        under_way = [*self._running, *self._began, *self._asked]
        ready: list[Any] = self._ray.wait(
            under_way, num_returns=len(under_way), timeout=0, fetch_local=False
        )[0]
        if not ready:
            ready = self._ray.wait(under_way, num_returns=1, timeout=0.5, fetch_local=False)[0]
        return ready

    def _tell(
        self,
        reference: Any,  # noqa: ANN401  # Ray's
        worker: _Worker,
        given: dict[Clip, Clip],
        tell: Callable[[Told], None],
    ) -> None:
        with contextlib.suppress(self._ray.exceptions.RayError):  # its loss is heard elsewhere
            frames, total, fps = self._ray.get(reference)
            if worker.clip is not None:
                tell(Told(given[worker.clip], frames, total, fps))


def _absolute(clip: Clip) -> Clip:
    is_address = "://" in clip.source
    return clip if is_address else Clip(str(Path(clip.source).absolute()), clip.name)


def _outcome(clip: Clip, answer: ClipRecord | Failure, attempts: int) -> Outcome:
    if isinstance(answer, ClipRecord):
        answer = answer.changed(source=clip.source)
    return Outcome(clip, answer, attempts)
