"""What the tests of pools share: consumers on threads, and a gate that holds a worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from doubles import number_of

from pipeline.frame import Frame
from pipeline.pool.fair_queue import ServiceClass
from pipeline.pool.lane import Lane
from pipeline.pool.lane_limits import LaneLimits
from pipeline.pool.worker_pool import WorkerPool

Plan = str  # the name of the lane
Raw = tuple[str, int]  # and the frame's number
Pool = WorkerPool[Plan, Raw]
AnyLane = Lane[Plan, Raw, Raw]


def label(frame: Frame, plan: Plan) -> Raw:
    return plan, number_of(frame)


def lane_of(
    pool: Pool,
    name: str,
    source: Iterable[Frame],
    *,
    service: ServiceClass = "stream",
    limits: LaneLimits | None = None,
    on_parse_error: Callable[[Frame, Plan, Exception], Raw] | None = None,
    on_overdue: Callable[[int | None], None] | None = None,
) -> AnyLane:
    """A lane whose plans say its name."""
    return pool.lane(
        source,
        prepare=lambda _: name,
        settle=lambda _frame, _plan, raw: raw,
        service=service,
        limits=limits or LaneLimits(),
        on_parse_error=on_parse_error,
        on_overdue=on_overdue,
        name=name,
    )


def numbers(lane: Lane[Any, Any, Raw]) -> list[int]:
    """Run a lane to its end."""
    with lane as results:
        return [result.parsing[1] for result in results]


@contextmanager
def consumers(count: int) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(count, "consumer") as executor:
        yield executor


def outcome(future: Future[list[int]]) -> list[int] | BaseException:
    return future.exception(10.0) or future.result()


class Gate:
    """Holds whoever passes until it is opened, and says that somebody is there."""

    def __init__(self) -> None:
        self._reached, self._opened = threading.Semaphore(0), threading.Event()

    def pass_through(self) -> None:
        self._reached.release()
        assert self._opened.wait(20.0), "nobody opened the gate"

    def wait_reached(self) -> None:
        assert self._reached.acquire(timeout=10.0), "nobody reached the gate"

    def open(self) -> None:
        self._opened.set()
