"""The built-in parser: several people, 14 parts, 33 landmarks each, no download.

In order, ``prepare`` finds people now and then and carries them by the optical flow in between;
out of order, workers look at each person's square; in order again, ``settle`` steadies what they
saw and composes the label map.
"""

from __future__ import annotations

from collections.abc import Callable

from mirror.core.label_set import label_set
from mirror.core.settings import Quality
from mirror.parsers.builtin.landmarks import Sighting
from mirror.parsers.builtin.looker import Looker
from mirror.parsers.builtin.prepare import Plan, Prepare
from mirror.parsers.builtin.settle import Settle
from pipeline.frame import Frame

__all__ = ["BuiltIn"]


class BuiltIn:
    """The kind of parser that ships with the product.

    Args:
        is_thorough: whether people are looked for in many views all the time, and not in pictures
            that are held only; a live source is not, which cannot wait.
        quality: see ``Looker``.
    """

    name = "built-in"
    worker_memory_mb = 60

    def __init__(self, is_thorough: bool = False, quality: Quality = "balanced") -> None:
        self.parts = label_set("built-in")
        self._is_thorough, self._quality = is_thorough, quality

    def make_prepare(self, live: bool) -> Prepare:
        """Return the ordered step before the workers."""
        return Prepare.of(live, self._is_thorough)

    def make_parse(self, threads: int) -> Callable[[Frame, Plan], tuple[Sighting, ...]]:
        """Load and warm up one model copy. Called in the worker's own thread."""
        looker = Looker(threads, self._quality)
        looker.warm_up()

        def parse(frame: Frame, plan: Plan) -> tuple[Sighting, ...]:
            return tuple(looker(frame.bgr, look) for look in plan)

        return parse

    def make_settle(self) -> Settle:
        """Return the ordered step after the workers."""
        return Settle()
