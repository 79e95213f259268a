"""What comes out of a flow: results in order, and what can be said of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.frame import Frame

Parsing = TypeVar("Parsing")


@dataclass(frozen=True, slots=True)
class Timing:
    """When one frame passed each stage, in seconds on the flow's monotonic clock."""

    captured_at: float
    taken_at: float
    prepared_at: float
    began_at: float
    parsed_at: float
    ordered_at: float
    settled_at: float

    @property
    def stages(self) -> Mapping[str, float]:
        """Seconds in each stage, waits included; they add up to capture until settled."""
        return {
            "queue": self.taken_at - self.captured_at,
            "prepare": self.prepared_at - self.taken_at,
            "wait": self.began_at - self.prepared_at,
            "parse": self.parsed_at - self.began_at,
            "reorder": self.ordered_at - self.parsed_at,
            "settle": self.settled_at - self.ordered_at,
        }


@dataclass(frozen=True, slots=True)
class Result(Generic[Parsing]):
    """One frame that has come out of a flow, in order."""

    ticket: int
    frame: Frame
    parsing: Parsing
    timing: Timing


@dataclass(frozen=True, slots=True)
class FlowStatistics:
    """A snapshot of a run.

    Attributes:
        captured: frames that the source has delivered.
        parsed: frames that have come out of the workers.
        failed: parsed frames whose parser raised, where that is tolerated.
        in_flight: frames taken whose results have not left yet.
        busy: workers that are parsing now.
        dropped: frames that nobody will parse, by reason.
        left_behind: threads that could not be stopped, known after the block was left.
    """

    captured: int
    parsed: int
    failed: int
    in_flight: int
    busy: int
    dropped: Mapping[str, int]
    left_behind: tuple[str, ...]

    def after(self, before: FlowStatistics) -> FlowStatistics:
        """Return the counts of this run and one before it; what is under way is this one's."""
        reasons = [*before.dropped, *self.dropped]
        return FlowStatistics(
            captured=before.captured + self.captured,
            parsed=before.parsed + self.parsed,
            failed=before.failed + self.failed,
            in_flight=self.in_flight,
            busy=self.busy,
            dropped={why: before.dropped.get(why, 0) + self.dropped.get(why, 0) for why in reasons},
            left_behind=before.left_behind + self.left_behind,
        )


@dataclass(frozen=True, slots=True)
class LaneStatistics:
    """A snapshot of one lane.

    Attributes:
        name, service: what it is called, and its class of service.
        captured: frames that its source has delivered.
        waiting: frames between the source and prepare.
        taken: frames that prepare has taken; each has a ticket.
        in_flight: frames taken whose results have not left yet; some of them are in workers.
        parsed: frames that have come out of the workers, failed ones included.
        failed: frames whose parser raised, hung or broke down, where the lane answers for that.
        dropped: frames that nobody will parse, by reason: ``overtaken`` and ``stale`` before they
            were taken, ``overdue`` after it.
        left_behind: threads that could not be stopped, known after the block was left.
    """

    name: str
    service: str
    captured: int
    waiting: int
    taken: int
    in_flight: int
    parsed: int
    failed: int
    dropped: Mapping[str, int]
    left_behind: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """A snapshot of a pool.

    Attributes:
        lanes: those that are open, in the order they were opened.
        workers: threads that parse, or build their parsers.
        active: how many of them may parse at the same time.
        busy: workers that are parsing now.
        restarted: workers that took the place of a lost one.
        lost: the names of workers that hung or broke down, oldest first.
        queued: prepared frames that wait for a worker.
        taken: frames that workers have begun, of all lanes there ever were.
        left_behind: threads that could not be stopped, known after the block was left.
    """

    lanes: tuple[LaneStatistics, ...]
    workers: int
    active: int
    busy: int
    restarted: int
    lost: tuple[str, ...]
    queued: int
    taken: int
    left_behind: tuple[str, ...]

    @property
    def waiting(self) -> int:
        """Frames of all open lanes that nobody has taken yet."""
        return sum(lane.waiting for lane in self.lanes)

    @property
    def in_flight(self) -> int:
        """Frames of all open lanes that were taken, and whose results have not left yet."""
        return sum(lane.in_flight for lane in self.lanes)

    @property
    def dropped(self) -> Mapping[str, int]:
        """Frames of all open lanes that nobody will parse, by reason."""
        total: Counter[str] = Counter()
        for lane in self.lanes:
            total.update(lane.dropped)
        return dict(total)
