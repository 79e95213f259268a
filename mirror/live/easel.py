"""Where the newest frame and the newest mask meet, and wait to be drawn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from mirror.live.look import Look
from mirror.live.pairing import PAIRINGS, Pair
from mirror.parsing import Parsing
from pipeline.errors import Closed
from pipeline.frame import Frame
from pipeline.result import Result

_MASK_WAITS_S = 0.05  # a new mask waits so long for a new frame before the old one is drawn again


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is to be drawn, and for which view of (height, width)."""

    pair: Pair
    look: Look
    view: tuple[int, int]


class Easel:
    """Takes frames and results from their threads, and gives one painter what is to be drawn.

    Args:
        look: how the picture is wanted at first.
        view: height and width of where it is shown, in pixels.
        clock: monotonic seconds.
    """

    def __init__(
        self, look: Look, view: tuple[int, int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._look, self._view = look, view  # guarded by _changed, as are all below
        self._frame: Frame | None = None
        self._result: Result[Parsing] | None = None
        self._mask_due_at: float | None = None
        self._is_stale = False
        self._waiting: Frame | Result[Parsing] | None = None  # a picture that is to be drawn
        self._closed = False

    def captured(self, frame: Frame) -> bool:
        """Take in the newest frame; return whether it replaces one that was never drawn."""
        with self._changed:
            self._frame = frame
            if self._look.mode == "exact" and self._result is not None:
                return False
            return self._replaces(frame)

    def parsed(self, result: Result[Parsing]) -> bool:
        """Take in the newest result; return whether its picture replaces one never drawn."""
        with self._changed:
            self._result = result
            if self._look.mode == "exact":
                return self._replaces(result)
            self._mask_due_at = self._mask_due_at or self._clock() + _MASK_WAITS_S
            self._changed.notify_all()
            return False

    def show(self, look: Look, view: tuple[int, int]) -> None:
        """Draw from now on like this; what is there is drawn again."""
        with self._changed:
            if (look, view) != (self._look, self._view):
                self._look, self._view = look, view
                self._is_stale = True
                self._changed.notify_all()

    def wait_task(self) -> Task:
        """Return what is to be drawn; wait for something new.

        Raises:
            Closed: the owner closed the easel.
        """
        with self._changed:
            while not self._closed:
                if self._is_due() and self._frame is not None:
                    self._is_stale, self._mask_due_at, self._waiting = False, None, None
                    pair = PAIRINGS[self._look.mode](self._frame, self._result)
                    return Task(pair, self._look, self._view)
                due_at = self._mask_due_at
                self._changed.wait(None if due_at is None else max(0.0, due_at - self._clock()))
            raise Closed

    def close(self) -> None:
        """Wake the painter with Closed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _replaces(self, picture: Frame | Result[Parsing]) -> bool:
        before, self._waiting = self._waiting, picture
        self._is_stale = True
        self._changed.notify_all()
        # the first result's frame was captured before the one that waits, which is parsed later
        return isinstance(before, Frame) == isinstance(picture, Frame) and before is not None

    def _is_due(self) -> bool:
        return self._is_stale or (
            self._mask_due_at is not None and self._clock() >= self._mask_due_at
        )
