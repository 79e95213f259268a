"""What the answers to a load say about a service. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any

import numpy as np

from mirror.bench.rows import Row
from mirror.bench.serve.load import Answer

_REFUSED = 429
OURS = "mirror serve"

GOAL_OF_BARE = 0.95
GOAL_SLOWEST = 2.0
GOAL_REFUSED_MS = 20.0
GOAL_MEMORY = 1.5  # what many clients' pictures may add


@dataclass(frozen=True, slots=True)
class Figures:
    """One service under one load.

    Attributes:
        system: its name.
        clients: that asked at once.
        answers: pictures that were answered while all of them did.
        rate: of these a second.
        mean_s, p50_s, p95_s, p99_s: seconds from the question to the whole answer.
        slowest: the client who waited longest on average, over the mean of all.
        errors: requests that were not answered with a picture, refusals aside.
        wrong: pictures that differ from the local parse.
        cpu_ms: CPU time of all the service's processes a picture.
        memory_mb: what they hold afterwards, memory that they share counted once.
    """

    system: str
    clients: int
    answers: int
    rate: float
    mean_s: float
    p50_s: float
    p95_s: float
    p99_s: float
    slowest: float
    errors: int
    wrong: int
    cpu_ms: float
    memory_mb: float

    def as_json(self) -> dict[str, Any]:
        """Return the figures as JSON's own types."""
        return asdict(self)


def figures_of(
    system: str, clients: int, answers: Sequence[Answer], cpu_s: float, memory_mb: float
) -> Figures:
    """Return what one load says.

    What counts is from when every client had its first answer, until the first of them has no
    further question: before, and after, there are fewer who ask.

    Args:
        system: the service's name.
        clients: how many asked.
        answers: all that came, errors and refusals among them.
        cpu_s: CPU time that the service took for all of them.
        memory_mb: what its processes hold.
    """
    done = [answer for answer in answers if answer.status == 200]
    bad = [answer for answer in answers if answer.status not in (200, _REFUSED)]
    firsts, lasts = _ends(done)
    begins, ends = max(firsts.values(), default=0.0), min(lasts.values(), default=0.0)
    counted = [answer for answer in done if begins < answer.ended_at <= ends] or done
    seconds = [answer.ended_at - answer.began_at for answer in counted] or [float("nan")]
    span = (ends - begins) or float("nan")
    p50, p95, p99 = np.percentile(seconds, (50, 95, 99))
    return Figures(
        system=system, clients=clients, answers=len(counted), rate=len(counted) / span,
        mean_s=fmean(seconds), p50_s=float(p50), p95_s=float(p95), p99_s=float(p99),
        slowest=max(_means(counted), default=float("nan")) / fmean(seconds),
        errors=len(bad), wrong=sum(not answer.is_right for answer in done),
        cpu_ms=1e3 * cpu_s / max(1, len(done)), memory_mb=memory_mb,
    )  # fmt: skip


def refusals_ms(answers: Iterable[Answer]) -> tuple[list[float], list[float]]:
    """Return how long refusals took: of clients' first questions, and of all that followed.

    All first ones come in the same instant, and wait for each other.
    """
    first, later, asked = list[float](), list[float](), set[int]()
    for answer in sorted(answers, key=lambda answer: answer.began_at):
        if answer.status == _REFUSED:
            taken = later if answer.client in asked else first
            taken.append(1e3 * (answer.ended_at - answer.began_at))
        asked.add(answer.client)
    return first, later


def typical(rounds: Sequence[Figures]) -> Figures:
    """Return the median of each figure over several rounds; errors are added up."""
    values = [asdict(figures) for figures in rounds]
    counts = {name: sum(each[name] for each in values) for name in ("answers", "errors", "wrong")}
    plain = {
        name: median(each[name] for each in values)
        for name in values[0]
        if name not in ("system", "clients", *counts)
    }
    return Figures(system=rounds[0].system, clients=rounds[0].clients, **counts, **plain)


def by_clients(found: Sequence[Figures]) -> Iterator[dict[str, list[Figures]]]:
    """Yield figures by service, one number of clients after the other, the fewest first."""
    for clients in sorted({figures.clients for figures in found}):
        level: dict[str, list[Figures]] = {}
        for figures in found:
            if figures.clients == clients:
                level.setdefault(figures.system, []).append(figures)
        yield level


def against(level: Mapping[str, Sequence[Figures]]) -> Iterator[Row]:
    """Yield ours over each other service at one number of clients, which is the same in all.

    Args:
        level: figures of every round, by service; rounds are compared with themselves, since a
            machine's speed drifts.
    """
    ours = level[OURS]
    for name, theirs in level.items():
        if name == OURS:
            continue
        clients = f"{ours[0].clients} clients, over {name}"
        pairs = list(zip(ours, theirs, strict=True))
        rates = [one.rate / other.rate for one, other in pairs]
        yield Row(f"{clients}: requests a second", median(rates), "x", 1.0, "more", _span(rates))
        tails = [one.p99_s / other.p99_s for one, other in pairs]
        yield Row(f"{clients}: p99", median(tails), "x", 1.0, "less", _span(tails))


def held(
    ours: Sequence[Figures],
    bare: Sequence[float],
    refused_ms: tuple[Sequence[float], Sequence[float]],
) -> list[Row]:
    """Return how a service keeps what it promises under the most clients.

    Args:
        ours: its figures, one a round.
        bare: pictures a second of bare threads that do the same, one a round.
        refused_ms: how long refusals took, see ``refusals_ms``.
    """
    clients = f"{ours[0].clients} clients"
    shares = [figures.rate / rate for figures, rate in zip(ours, bare, strict=True)]
    per_second = f"{median(bare):.2f} a second; {_span(shares)}"
    slowest = max(figures.slowest for figures in ours)
    rows = [
        Row(f"{clients}: of bare threads", median(shares), "x", GOAL_OF_BARE, "more", per_second),
        Row(f"{clients}: slowest client", slowest, "x mean", GOAL_SLOWEST, "less"),
        Row("answers unlike the local parse", sum(f.wrong for f in ours), "", 0, "less"),
    ]
    first, later = refused_ms
    if later:
        p50, p99 = np.percentile(later, (50, 99))
        rush = f"; {max(first):.0f} ms at most where all come at once" if first else ""
        note = f"median {p50:.1f} ms, of {len(later)}{rush}"
        rows.append(Row("refusals, p99", float(p99), "ms", GOAL_REFUSED_MS, "less", note))
    return rows


def grown(few: Sequence[Figures], many: Sequence[Figures]) -> Row:
    """Return what a service holds after many clients over what it held after few, at worst."""
    before, after = (max(load.memory_mb for load in loads) for loads in (few, many))
    name = f"memory, {many[0].clients} clients over {few[0].clients}"
    return Row(name, after / before, "x", GOAL_MEMORY, "less", f"{before:.0f} MB, {after:.0f} MB")


def _ends(done: Iterable[Answer]) -> tuple[dict[int, float], dict[int, float]]:
    """When each client had its first answer and when it asked its last question."""
    firsts: dict[int, float] = {}
    lasts: dict[int, float] = {}
    for answer in done:
        firsts.setdefault(answer.client, answer.ended_at)
        lasts[answer.client] = answer.ended_at
    return firsts, lasts


def _means(counted: Iterable[Answer]) -> list[float]:
    """Each client's mean."""
    waits: dict[int, list[float]] = defaultdict(list)
    for answer in counted:
        waits[answer.client].append(answer.ended_at - answer.began_at)
    return [fmean(each) for each in waits.values()]


def _span(ratios: Sequence[float]) -> str:
    return f"{min(ratios):.3f}-{max(ratios):.3f}" if len(ratios) > 1 else ""
