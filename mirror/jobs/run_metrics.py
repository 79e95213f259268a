"""Counts a run while it goes: told the time, so that a test can be its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mirror.core import machine
from mirror.core.parsing import Parsing
from mirror.jobs.run_report import RunReport
from pipeline.meter import Latencies, Rate, StageMeter
from pipeline.result import FlowStatistics, LaneStatistics, Result
from pipeline.sources.container.frame_counts import FrameCounts


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What is known of a run before its first frame."""

    source: str
    output: str | None
    parser: str
    workers: int
    threads: int
    why: str = ""  # there are so many


class RunMetrics:
    """Adds up what a run report says. One thread, the consumer's.

    Args:
        started_at: when the run began, in seconds on the flow's monotonic clock.
        cpu_s: the process's CPU time at that moment.
    """

    def __init__(self, started_at: float, cpu_s: float) -> None:
        self._started_at, self._cpu_s = started_at, cpu_s
        self._first_out_at: float | None = None
        self._frames = 0
        self._people: set[int] = set()
        self._most_people = 0
        self._stages, self._latency = StageMeter(), Latencies()
        self._rate = Rate(span_s=3.0)

    @property
    def frames(self) -> int:
        """How many frames are out."""
        return self._frames

    def fps(self, now: float) -> float:
        """Return how many frames came out a second, of late."""
        return self._rate.per_second(now)

    def add(self, result: Result[Parsing], after: Mapping[str, float], out_at: float) -> None:
        """Count one frame that is out; ``after`` holds seconds a stage since it was settled."""
        self._frames += 1
        self._first_out_at = self._first_out_at or out_at
        self._rate.tick(out_at)
        held_s = out_at - result.timing.settled_at - sum(after.values())
        self._stages.add({**result.timing.stages, "hold": max(0.0, held_s), **after})
        self._latency.add(out_at - result.timing.captured_at)
        self._people.update(person.id for person in result.parsing.people)
        self._most_people = max(self._most_people, len(result.parsing.people))

    def report(
        self,
        header: RunHeader,
        statistics: FlowStatistics | LaneStatistics,
        now: float,
        remarks: tuple[str, ...] = (),
        counts: FrameCounts | None = None,
    ) -> RunReport:
        """Return the report of the run as it stands; ``counts`` are the source's."""
        wall_s = now - self._started_at
        stages = self._stages.spreads()
        parse_s = stages["parse"].mean if "parse" in stages else 0.0
        return RunReport(
            source=header.source,
            output=header.output,
            parser=header.parser,
            workers=header.workers,
            threads=header.threads,
            workers_why=header.why,
            frames=self._frames,
            failed=statistics.failed,
            dropped=statistics.dropped,
            people=len(self._people),
            most_people=self._most_people,
            wall_s=wall_s,
            first_frame_s=(self._first_out_at or now) - self._started_at,
            fps=self._frames / wall_s if wall_s else 0.0,
            parse_fps=header.workers / parse_s if parse_s else 0.0,
            stages=stages,
            latency=self._latency.spread(),
            cpu_s=machine.cpu_seconds() - self._cpu_s,
            cores=machine.cores(),
            peak_memory_mb=machine.peak_memory_mb(),
            remarks=remarks,
            promised=None if counts is None else counts.promised,
            read=None if counts is None else counts.read,
            damaged=0 if counts is None else counts.damaged,
            complete=counts is None or counts.is_complete,
        )
