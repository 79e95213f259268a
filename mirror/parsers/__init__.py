"""The seam between a run and a kind of parser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from pipeline.frame import Frame

Plan = TypeVar("Plan")  # what prepare tells the workers about one frame: crops, for instance
Raw = TypeVar("Raw")  # what a worker makes of a frame, before settle has looked at the past


class ParserKind(Protocol[Plan, Raw]):
    """What a run needs of a kind of parser: its parts, and the three steps that a flow calls.

    What needs the past runs in order, on one thread each: prepare before the workers, settle after
    them. What is heavy runs out of order in the workers and has no memory: for one frame and plan
    a worker gives the same answer whoever it is and whatever it did before.

    Attributes:
        name: what the command line calls it.
        parts: what its label maps can hold.
        worker_memory_mb: about what one worker's model copy takes; 0 where nobody knows.
    """

    name: str
    parts: LabelSet
    worker_memory_mb: int

    def make_prepare(self, live: bool) -> Callable[[Frame], Plan]:
        """Return the ordered step before the workers; ``live`` prefers promptness to sameness."""
        ...

    def make_parse(self, threads: int) -> Callable[[Frame, Plan], Raw]:
        """Build, load and warm up one model copy. Called in the worker's own thread."""
        ...

    def make_settle(self) -> Callable[[Frame, Plan, Raw], Parsing]:
        """Return the ordered step after the workers; one thread runs it at a time."""
        ...
