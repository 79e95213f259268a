"""A kind of parser that is loaded when it is first needed, by the thread that needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from mirror import machine
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.parsing import Parsing
from mirror.parts import vocabulary
from pipeline.flow import Closeable
from pipeline.frame import Frame


class LateKind:
    """Stands for a parser until the first frame wants it, so that a picture need not wait for it.

    Args:
        name: what the command line calls it.
        find: returns the kind of parser of a name; may take long.

    Attributes:
        parts: the parser's once it is loaded, the built-in ones until then.
    """

    worker_memory_mb = 0

    def __init__(self, name: str, find: Callable[[str], AnyKind] = find_parser) -> None:
        self.name = name
        self.parts = vocabulary("built-in")
        self._find = find
        self._lock = threading.Lock()
        self._kind: AnyKind | None = None  # guarded by _lock

    def make_prepare(self, live: bool) -> _LateStep:
        """Return a step that is built on its first call."""
        return _LateStep(lambda: self._loaded().make_prepare(live))

    def make_parse(self, threads: int) -> Callable[[Frame, Any], Any]:
        """Load and warm up one model copy; its thread lets those go first that show pictures."""
        machine.step_back()
        return self._loaded().make_parse(threads)

    def make_settle(self) -> Callable[[Frame, Any, Any], Parsing]:
        """Return a step that is built on its first call."""
        return _LateStep(lambda: self._loaded().make_settle())

    def _loaded(self) -> AnyKind:
        with self._lock:
            if self._kind is None:
                self._kind = self._find(self.name)
                self.parts = self._kind.parts
            return self._kind


class _LateStep:
    """Builds a step when it is first called. One thread."""

    def __init__(self, make: Callable[[], Callable[..., Any]]) -> None:
        self._make = make
        self._step: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401  # whatever the step's own are
        if self._step is None:
            self._step = self._make()
        return self._step(*arguments)

    def close(self) -> None:
        """Close the step, if it was built and holds something."""
        if isinstance(self._step, Closeable):
            self._step.close()
