"""A parser that takes as long as a test wants, and a carrier that keeps up."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bodies import RATE, going_right, seen, slow_labels

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from pipeline.frame import Frame


def number_of(frame: Frame) -> int:
    return round(frame.captured_at * RATE)


class Fast:
    """A carrier that sees everybody where they are."""

    name, parts, worker_memory_mb = "fast", label_set("built-in"), 0

    def make_prepare(self, live: bool) -> Callable[[Frame], None]:
        return lambda _: None

    def make_parse(self, threads: int) -> Callable[[Frame, None], Parsing]:
        return lambda frame, _: seen(going_right(number_of(frame)))

    def make_settle(self) -> Callable[[Frame, None, Parsing], Parsing]:
        return lambda _frame, _plan, parsing: parsing


class Slow(Fast):
    """A parser whose every answer takes until the test says so."""

    name = "slow"

    def __init__(self) -> None:
        self.began: list[int] = []
        self.may_answer = threading.Semaphore(0)
        self.failure: Exception | None = None

    def make_parse(self, threads: int) -> Callable[[Frame, None], Parsing]:
        def parse(frame: Frame, _: None) -> Parsing:
            self.began.append(number_of(frame))
            assert self.may_answer.acquire(timeout=10.0)
            if self.failure is not None:
                raise self.failure
            return Parsing.undivided(slow_labels(going_right(number_of(frame))))

        return parse
