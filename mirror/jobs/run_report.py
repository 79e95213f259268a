"""What there is to say of a run when it is over, as plain values and as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rich.table import Table

from mirror.process.printable import cell, title
from pipeline.meter import Spread


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run, measured.

    Attributes:
        source: what was read.
        output: what was written; None when nothing was.
        parser: the parser's name.
        workers: how many parsed at the same time.
        threads: how many threads each of them computed with.
        frames: how many came out.
        failed: how many of them a parser failed on, so that their masks are empty.
        dropped: how many were never parsed, by reason.
        people: how many different people were seen.
        most_people: how many of them at once.
        wall_s: from the start of the run to its end.
        first_frame_s: from the start of the run until the first frame was out.
        fps: frames that came out a second, over the whole run.
        parse_fps: what the workers alone could do: their number over the mean time of a parse.
        stages: seconds a frame spent in each stage, waits included, in the order it passes them.
        latency: seconds from a frame's capture until it was out.
        cpu_s: CPU time of the run, all threads together.
        cores: how many cores the process may use.
        peak_memory_mb: the most memory the process held.
        remarks: what a user should know besides: skipped frames, streams left out, moved times.
        promised: how many frames the source says that it holds; None where it does not say.
        read: how many of them could be read, decodable or not; None where nobody counted.
        damaged: how many of those could not be decoded, and so did not come out.
        complete: False where more than a hundredth of what the source promised is not in it.
        workers_why: why there were so many workers, in a few words; empty where nobody chose.
    """

    source: str
    output: str | None
    parser: str
    workers: int
    threads: int
    frames: int
    failed: int
    dropped: Mapping[str, int]
    people: int
    most_people: int
    wall_s: float
    first_frame_s: float
    fps: float
    parse_fps: float
    stages: Mapping[str, Spread]
    latency: Spread
    cpu_s: float
    cores: int
    peak_memory_mb: int
    remarks: tuple[str, ...] = field(default=())
    promised: int | None = None
    read: int | None = None
    damaged: int = 0
    complete: bool = True
    workers_why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON's own types; seconds and megabytes as the names say."""
        return asdict(self)

    def as_table(
        self, remarked: Callable[[str], str] = str, unit: Literal["frame", "picture"] = "frame"
    ) -> Table:
        """Return the report as a table for a terminal.

        Args:
            remarked: puts a remark into the words of whoever shows the table.
            unit: what the run was over: the frames of one film, or pictures by themselves.
        """
        table = Table(title=title(f"{self.source} · {self.parser}"), title_justify="left", box=None)
        table.add_column(style="bold")
        table.add_column()
        for label, value in self._rows(unit):
            table.add_row(label, cell(value))
        for remark in self.remarks:
            table.add_row("note", cell(remarked(remark)))
        return table

    def stages_table(self) -> Table:
        """Return where a frame's time goes, as a table for a terminal."""
        table = Table(box=None, header_style="dim")
        table.add_column("stage (ms)")
        for column in ("mean", "p50", "p95", "p99", "worst"):
            table.add_column(column, justify="right")
        for name, spread in [*self.stages.items(), ("capture to out", self.latency)]:
            row = (spread.mean, spread.p50, spread.p95, spread.p99, spread.worst)
            table.add_row(name, *(f"{seconds * 1e3:.1f}" for seconds in row))
        return table

    def _rows(self, unit: str) -> list[tuple[str, str]]:
        of_pictures = unit == "picture"  # nobody is known again in the next, and none is dropped
        most = f"at most {self.most_people}"
        people = f"{most} in a picture" if of_pictures else f"{self.people}, {most} at once"
        rate = "a second" if of_pictures else "fps"
        # where nobody is found, parsing takes no time that could be told
        parse = f", {self.parse_fps:.1f} {rate} of parsing" if self.parse_fps < 10_000 else ""
        frames = f"{self.frames}" + (
            f", {self.failed} with a parser's error" if self.failed else ""
        )
        dropped = ", ".join(f"{n} {why}" for why, n in self.dropped.items()) or "none"
        cpu_ms = self.cpu_s / self.frames * 1e3 if self.frames else 0.0
        busy = self.cpu_s / (self.wall_s * self.cores) if self.wall_s else 0.0
        return [
            (f"{unit}s", frames),
            ("people", people if self.people else "none found"),
            ("speed", f"{self.fps:.1f} {rate} overall{parse}"),
            (f"first {unit}", f"after {self.first_frame_s:.2f} s, all after {self.wall_s:.2f} s"),
            *(("source", self._of_source()) for _ in [0] if self.damaged or not self.complete),
            *(("dropped", dropped) for _ in [0] if not of_pictures or self.dropped),
            ("workers", self._of_workers()),
            ("CPU", f"{cpu_ms:.1f} ms a {unit}, {busy:.0%} of {self.cores} cores"),
            ("peak memory", f"{self.peak_memory_mb} MB"),
            *(("written", self.output) for _ in [0] if self.output),
        ]

    def _of_workers(self) -> str:
        counts = f"{self.workers} x {self.threads} thread{'s'[: self.threads != 1]}"
        return f"{counts}: {self.workers_why}" if self.workers_why else counts

    def _of_source(self) -> str:
        promised = "" if self.promised is None else f"{self.promised} frames promised, "
        return f"{promised}{self.read} read, {self.damaged} damaged"
