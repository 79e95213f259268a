"""Shows kept frames again, one after the other, slowly."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from mirror.core.parsing import Parsing
from mirror.live.coaching.session_coach import Moment
from mirror.live.replay.fault_times import faults_in, marked
from mirror.live.replay.stored_frame import StoredFrame
from pipeline.frame import Frame
from pipeline.result import Result, Timing

SPEED = 0.5
_WAITING = 8  # moments of frames that still are to be drawn


class Screen(Protocol):
    """Where frames are shown; see ``FrameCompositor``."""

    def captured(self, frame: Frame) -> bool:
        """Take in a frame."""
        ...

    def parsed(self, result: Result[Parsing]) -> bool:
        """Take in what was found in it."""
        ...


class Replay:
    """Shows frames at half speed on a thread of its own, until they end or it is closed.

    Args:
        frames: the oldest first.
        screen: where they are shown.
        clock: monotonic seconds.
        on_end: called when it has ended, on its thread.
        wait: waits some seconds; returns whether it was closed meanwhile. None for real ones.
    """

    def __init__(
        self,
        frames: Sequence[StoredFrame],
        screen: Screen,
        clock: Callable[[], float],
        on_end: Callable[[], None],
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self._frames, self._screen, self._clock = frames, screen, clock
        self._on_end = on_end
        self._closing = threading.Event()
        self._wait = wait or self._closing.wait
        self._lock = threading.Lock()
        self._moments: deque[tuple[Parsing, Moment]] = deque(maxlen=_WAITING)  # guarded by _lock
        self._thread = threading.Thread(target=self.run, name="replay", daemon=True)

    def start(self) -> None:
        """Begin. Returns at once."""
        self._thread.start()

    def close(self) -> None:
        """End it. Never waits."""
        self._closing.set()

    def join(self, within_s: float) -> None:
        """Wait until it has ended."""
        self._thread.join(within_s)

    def moment(self, parsing: Parsing) -> Moment | None:
        """Return what there is to be shown of a frame of it. Any thread."""
        with self._lock:
            return next((told for seen, told in self._moments if seen is parsing), None)

    def run(self) -> None:
        """Show all frames; on the replay's own thread."""
        faults = faults_in(self._frames)
        before: float | None = None
        for ticket, kept in enumerate(self._frames):
            pause_s = 0.0 if before is None else (kept.time - before) / SPEED
            before = kept.time
            if self._wait(pause_s) or self._closing.is_set():
                break
            frame, parsing = kept.unpacked(self._clock())
            with self._lock:
                self._moments.append((parsing, Moment(marked(kept, faults), is_replay=True)))
            self._screen.captured(frame)
            at = frame.captured_at
            self._screen.parsed(Result(ticket, frame, parsing, Timing(*[at] * 7)))
        self._on_end()
