"""The parser that finds nobody: frames pass through as they came."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from pipeline.frame import Frame


class Nothing:
    """``--parser none``: what remains is what moving frames costs."""

    name = "none"
    worker_memory_mb = 0

    def __init__(self) -> None:
        self.parts = label_set("built-in")

    def make_prepare(self, live: bool) -> Callable[[Frame], None]:
        """Return a step that plans nothing."""
        return lambda _: None

    def make_parse(self, threads: int) -> Callable[[Frame, None], None]:
        """Return a worker that does nothing."""
        return lambda _frame, _plan: None

    def make_settle(self) -> Callable[[Frame, None, None], Parsing]:
        """Return a step that answers with an empty label map."""
        return lambda frame, _plan, _raw: empty(frame)


def empty(frame: Frame) -> Parsing:
    """Return the parsing of a frame with nobody in it. Its maps take no memory."""
    nothing = np.broadcast_to(np.zeros((1, 1), np.uint8), (frame.height, frame.width))
    return Parsing(nothing, nothing)
