"""What is known of a worker that was given up."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from pipeline.errors import PipelineError, WorkerCrashed, WorkerHung
from pipeline.pool.task import Task

Plan = TypeVar("Plan")  # what prepare says about a frame
Raw = TypeVar("Raw")  # what a worker makes of it


class WorkerLoss(NamedTuple, Generic[Plan, Raw]):
    """A worker that was given up.

    Attributes:
        name: the worker's.
        task: what it was at; None where it was its own parser.
        error: what it was given up for.
        goes_on: whether the others do.
    """

    name: str
    task: Task[Plan, Raw] | None
    error: BaseException
    goes_on: bool

    def as_told(self) -> PipelineError:
        """Return what the task's owner is told."""
        if isinstance(self.error, WorkerHung):
            return self.error
        crashed = WorkerCrashed(
            "worker.crashed",
            "{name} broke down while parsing {frame}: {reason}",
            name=self.name,
            frame=str(self.task),
            reason=repr(self.error),
        )
        crashed.__cause__ = self.error
        return crashed
