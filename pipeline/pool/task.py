"""A frame on its way through a worker, and what can become of it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pipeline.errors import PipelineError
from pipeline.frame import Frame
from pipeline.pool.fair_queue import Line
from pipeline.result import Timing

Plan = TypeVar("Plan")  # what prepare says about a frame
Raw = TypeVar("Raw")  # what a worker makes of it
Parse = Callable[[Frame, Plan], Raw]


class Owner(Protocol[Plan, Raw]):
    """Whose frames they are: a lane. Called on any thread, under no lock of the workers'."""

    @property
    def parse_limit_s(self) -> float | None:
        """How long one of its frames may take; None: for ever."""
        ...

    def parse(self, parse: Parse[Plan, Raw], task: Task[Plan, Raw]) -> Raw:
        """Parse a frame with a worker's parser, or answer for it; on the worker's thread."""
        ...

    def parsed(self, task: Task[Plan, Raw], raw: Raw) -> None:
        """Take what became of a frame; on the worker's thread."""
        ...

    def lost(self, task: Task[Plan, Raw], error: PipelineError) -> None:
        """Hear that a worker was lost over a frame. Short, and raises nothing."""
        ...

    def overdue(self, task: Task[Plan, Raw]) -> None:
        """Hear that a frame was not begun before its deadline. Short, and raises nothing."""
        ...

    def broke(self, task: Task[Plan, Raw], error: Exception) -> None:
        """Hear what parsing a frame raised, and end there. Short, and raises nothing."""
        ...

    def fail(self, error: BaseException) -> None:
        """End: all workers have failed. Short, and raises nothing."""
        ...


@dataclass(slots=True, eq=False)
class Task(Generic[Plan, Raw]):
    """A frame on its way to a worker, with its place in its lane and when it passed by.

    Attributes:
        is_lost: whether its worker was given up.
        has_failed: whether its parser raised, and its owner answers for that.
    """

    owner: Owner[Plan, Raw]
    ticket: int
    frame: Frame
    plan: Plan
    taken_at: float
    prepared_at: float
    began_at: float = 0.0
    is_lost: bool = False
    has_failed: bool = False

    def __str__(self) -> str:
        where = "" if self.frame.pts is None else f" (at {self.frame.time:.2f} s)"
        return f"frame {self.ticket}{where}"

    def timing(self, parsed_at: float, ordered_at: float, settled_at: float) -> Timing:
        """Return when the frame passed each stage."""
        return Timing(
            captured_at=self.frame.captured_at,
            taken_at=self.taken_at,
            prepared_at=self.prepared_at,
            began_at=self.began_at,
            parsed_at=parsed_at,
            ordered_at=ordered_at,
            settled_at=settled_at,
        )


TaskLine = Line[Owner[Plan, Raw], Task[Plan, Raw]]


@dataclass(slots=True, eq=False)
class Parsed(Generic[Plan, Raw]):
    """A task that a worker has finished."""

    task: Task[Plan, Raw]
    raw: Raw
    parsed_at: float


@dataclass(frozen=True, slots=True)
class Lost(Generic[Plan, Raw]):
    """A task whose worker was lost."""

    task: Task[Plan, Raw]
    error: PipelineError
    parsed_at: float  # when the worker was given up


@dataclass(frozen=True, slots=True)
class Overdue:
    """The place of a frame that was not begun in time.

    Attributes:
        name: what errors call it.
        sequence: its number among all frames that its source delivered.
    """

    name: str
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """The place of a frame that a step raised over, where its lane ends."""

    error: Exception
