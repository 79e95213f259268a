"""A kind of parser that is loaded when it is first needed, by the thread that needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from mirror.core import machine
from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.nothing import empty
from pipeline.errors import Closed
from pipeline.flow import Closeable
from pipeline.frame import Frame


class LazyParser:
    """Stands for a parser until the first frame wants it, so that a picture need not wait for it.

    Where the parser fails, pictures go on without masks: every later step answers with nothing.

    Args:
        name: what the command line calls it.
        find: returns the kind of parser of a name; may take long.
        skips_failures: whether a frame that a worker fails on is the flow's to skip.

    Attributes:
        parts: the parser's once it is loaded, the built-in ones until then.
        failure: what ended the parsing; None while it works.
    """

    worker_memory_mb = 0

    def __init__(
        self, name: str, find: Callable[[str], AnyKind], skips_failures: bool = False
    ) -> None:
        self.name = name
        self.parts = label_set("built-in")
        self.failure: Exception | None = None
        self._find, self._skips_failures = find, skips_failures
        self._lock = threading.Lock()
        self._kind: AnyKind | None = None  # guarded by _lock

    def make_prepare(self, live: bool) -> _LazyStep:
        """Return a step that is built on its first call."""
        return _LazyStep(self, lambda: self._loaded().make_prepare(live), lambda _: None)

    def make_parse(self, threads: int) -> Callable[[Frame, Any], Any]:
        """Load and warm up one model copy; its thread lets those go first that show pictures."""
        machine.step_back()
        step = _LazyStep(self, lambda: self._loaded().make_parse(threads), lambda *_: None)
        made = step.make()
        return made if made is not None and self._skips_failures else step

    def make_settle(self) -> Callable[[Frame, Any, Any], Parsing]:
        """Return a step that is built on its first call."""
        return _LazyStep(self, lambda: self._loaded().make_settle(), lambda frame, *_: empty(frame))

    def fail(self, error: Exception) -> None:
        """Parse no more. Any thread may call it; the first error counts."""
        self.failure = self.failure or error

    def _loaded(self) -> AnyKind:
        with self._lock:
            if self.failure is not None:  # of whoever loaded it while others waited to
                raise self.failure
            if self._kind is None:
                try:
                    self._kind = self._find(self.name)
                except Exception as error:
                    self.fail(error)
                    raise
                self.parts = self._kind.parts
            return self._kind


class _LazyStep:
    """Builds a step when it is first called, and answers in its place once parsing has failed."""

    def __init__(
        self, kind: LazyParser, make: Callable[[], Callable[..., Any]], instead: Callable[..., Any]
    ) -> None:
        self._kind, self._make, self._instead = kind, make, instead
        self._step: Callable[..., Any] | None = None
        self._is_closed = False

    def make(self) -> Callable[..., Any] | None:
        """Build the step if that was not done yet; None where the parser has failed."""
        if self._step is None and self._kind.failure is None:
            try:
                self._step = self._make()
            except Closed:
                raise
            except Exception as error:
                self._kind.fail(error)
            if self._is_closed:  # meanwhile, when there was nothing to close
                self.close()
                raise Closed
        return self._step if self._kind.failure is None else None

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401  # whatever the step's own are
        if (step := self.make()) is not None:
            try:
                return step(*arguments)
            except Closed:
                raise
            except Exception as error:
                if self._is_closed:  # of a run that is over, which says nothing of the next
                    raise Closed from error
                self._kind.fail(error)
        return self._instead(*arguments)

    def close(self) -> None:
        """Close the step, if it was built and holds something."""
        self._is_closed = True
        if isinstance(self._step, Closeable):
            self._step.close()
