"""What may be changed while a run goes on, and changes nothing of what comes out."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

from clip import frames_of, man

from mirror.core.parsing import Parsing
from mirror.core.settings import load
from mirror.jobs.composition import open_flow
from mirror.parsers.builtin import BuiltIn
from pipeline.flow import Flow
from pipeline.sources.in_memory import InMemory

PICTURES = man(10)


def parsings(workers: int, changes: bool) -> list[tuple[Fraction | None, bytes, bytes]]:
    flow: Flow[Any, Any, Parsing] = open_flow(
        InMemory(frames_of(PICTURES)), BuiltIn(), workers, 1, load().parser
    )
    turns = itertools.cycle(range(1, workers + 1))
    found = []
    with flow as results:
        for result in results:
            if changes:
                flow.set_active_workers(next(turns))
                flow.set_limits(replace(flow.limits, in_flight=next(turns), queue_size=next(turns)))
            people = b"".join(person.pose.image.tobytes() for person in _posed(result.parsing))
            found.append((result.frame.media_time, result.parsing.labels.tobytes(), people))
    return found


def _posed(parsing: Parsing) -> list[Any]:
    return [person for person in parsing.people if person.pose is not None]


def test_workers_and_limits_that_come_and_go_leave_every_byte_as_it_is() -> None:
    alone = parsings(1, changes=False)
    assert len(alone) == 10
    assert parsings(3, changes=True) == alone
