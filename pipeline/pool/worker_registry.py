"""Which workers there are, what each of them does since when, and which were given up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.errors import WorkerHung
from pipeline.pool.task import Task, TaskLine

Plan = TypeVar("Plan")  # what prepare says about a frame
Raw = TypeVar("Raw")  # what a worker makes of it


@dataclass(slots=True, eq=False)
class Worker(Generic[Plan, Raw]):
    """One thread; what it does, since when, and from when on it is taken for hung.

    Attributes:
        task, line: what it parses, and the line that came from; None while it builds or waits.
    """

    name: str
    is_replacement: bool
    since: float = 0.0
    hung_at: float = math.inf
    task: Task[Plan, Raw] | None = None
    line: TaskLine[Plan, Raw] | None = None

    def overrun(self, now: float) -> WorkerHung:
        """Return the error that says for how long it has been at it."""
        doing = "building its parser" if self.task is None else f"parsing {self.task}"
        limit_s = self.hung_at - self.since
        return WorkerHung(
            "worker.hung",
            "{name} has been {doing} for {seconds:.1f} s; the limit is {limit_s:g} s",
            name=self.name,
            doing=doing,
            seconds=now - self.since,
            limit_s=limit_s,
        )


class WorkerRegistry(Generic[Plan, Raw]):
    """Keeps account of workers. Pure: no thread, no lock, no clock.

    Attributes:
        lost: the names of those that were given up, oldest first.
        hung: the names of those among them that still run, each with its parser.
        looks_at: no worker is to be taken for hung before that time.
    """

    def __init__(self) -> None:
        self.lost: list[str] = []
        self.hung: set[str] = set()
        self._present: dict[str, Worker[Plan, Raw]] = {}
        self._added = 0
        self.looks_at = math.inf

    def __len__(self) -> int:
        """How many workers there are."""
        return len(self._present)

    @property
    def busy(self) -> int:
        """How many of them parse."""
        return sum(worker.task is not None for worker in self._present.values())

    def add(self, limit_s: float | None, now: float, is_replacement: bool) -> Worker[Plan, Raw]:
        """Return a new worker, which builds its parser now, with a name nobody had before."""
        self._added += 1
        worker = Worker[Plan, Raw](f"worker-{self._added}", is_replacement)
        self._present[worker.name] = worker
        self._expect(worker, limit_s, now)
        return worker

    def begin(
        self,
        worker: Worker[Plan, Raw],
        line: TaskLine[Plan, Raw],
        task: Task[Plan, Raw],
        now: float,
    ) -> None:
        """Note that a worker parses a task from now on."""
        worker.line, worker.task = line, task
        task.began_at = now
        self._expect(worker, task.owner.parse_limit_s, now)

    def end(self, worker: Worker[Plan, Raw]) -> bool:
        """Note that a worker is free; False where it was given up in the meantime."""
        worker.task, worker.line, worker.hung_at = None, None, math.inf
        self.hung.discard(worker.name)
        return worker.name in self._present

    def overrun(self, now: float) -> list[Worker[Plan, Raw]]:
        """Return those who are at something for too long."""
        present = self._present.values()
        ahead = [worker.hung_at for worker in present if worker.hung_at > now]
        self.looks_at = min(ahead, default=math.inf)
        return [worker for worker in present if worker.hung_at <= now]

    def give_up(self, worker: Worker[Plan, Raw], still_runs: bool) -> bool:
        """Count on a worker no more; False where it was given up before."""
        self.hung.discard(worker.name)
        if self._present.pop(worker.name, None) is None:
            return False
        self.lost.append(worker.name)
        if still_runs:
            self.hung.add(worker.name)
        return True

    def _expect(self, worker: Worker[Plan, Raw], limit_s: float | None, now: float) -> None:
        worker.since = now
        if limit_s is not None:
            worker.hung_at = now + limit_s
            self.looks_at = min(self.looks_at, worker.hung_at)
