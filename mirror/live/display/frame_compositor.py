"""Where the newest frame and the newest mask meet, and wait to be drawn."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from mirror.core.parsing import Parsing
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.mask_sync import PAIRINGS, Pair
from pipeline.errors import Closed
from pipeline.frame import Frame
from pipeline.result import Result

# Pictures with their own masks come in bursts where one parse took long; so many wait to be drawn
# one by one, each for the 10 ms or so that drawing takes.
_IN_A_BURST = 2
_MASK_WAITS_S = 0.05  # a new mask waits so long for a new frame before the old one is drawn again


@dataclass(frozen=True, slots=True, eq=False)
class RenderTask:
    """What is to be drawn, and for which view of (height, width)."""

    pair: Pair
    look: DisplayOptions
    view: tuple[int, int]


class FrameCompositor:
    """Takes frames and results from their threads, and gives one painter what is to be drawn.

    Args:
        look: how the picture is wanted at first.
        view: height and width of where it is shown, in pixels.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        look: DisplayOptions,
        view: tuple[int, int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._look, self._view = look, view  # guarded by _changed, as are all below
        self._frame: Frame | None = None
        self._result: Result[Parsing] | None = None  # the one to draw
        self._results: deque[Result[Parsing]] = deque()  # to be drawn each on its own frame
        self._frame_waits = False
        self._mask_due_at: float | None = None
        self._is_stale = False
        self._closed = False

    def captured(self, frame: Frame) -> bool:
        """Take in the newest frame; return whether it replaces one that was never drawn."""
        with self._changed:
            self._frame = frame
            if self._look.mode == "exact" and (self._result or self._results):
                return False
            replaces, self._frame_waits = self._frame_waits, True
            self._draw_again()
            return replaces

    def parsed(self, result: Result[Parsing]) -> bool:
        """Take in the newest result; return whether a picture is left out for it."""
        with self._changed:
            if self._look.mode == "exact":
                self._results.append(result)
                self._draw_again()
                return len(self._results) > _IN_A_BURST and self._results.popleft() is not None
            self._result = result
            self._mask_due_at = self._mask_due_at or self._clock() + _MASK_WAITS_S
            self._changed.notify_all()
            return False

    def show(self, look: DisplayOptions, view: tuple[int, int]) -> None:
        """Draw from now on like this; what is there is drawn again."""
        with self._changed:
            if (look, view) != (self._look, self._view):
                self._look, self._view = look, view
                if look.mode != "exact":
                    self._results.clear()
                self._draw_again()

    def wait_task(self) -> RenderTask:
        """Return what is to be drawn; wait for something new.

        Raises:
            Closed: the owner closed the compositor.
        """
        with self._changed:
            while not self._closed:
                if self._is_due() and self._frame is not None:
                    if self._results:
                        self._result = self._results.popleft()
                    self._is_stale, self._mask_due_at = bool(self._results), None
                    self._frame_waits = False
                    pair = PAIRINGS[self._look.mode](self._frame, self._result)
                    return RenderTask(pair, self._look, self._view)
                due_at = self._mask_due_at
                self._changed.wait(None if due_at is None else max(0.0, due_at - self._clock()))
            raise Closed

    def close(self) -> None:
        """Wake the painter with Closed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _draw_again(self) -> None:
        self._is_stale = True
        self._changed.notify_all()

    def _is_due(self) -> bool:
        return self._is_stale or (
            self._mask_due_at is not None and self._clock() >= self._mask_due_at
        )
