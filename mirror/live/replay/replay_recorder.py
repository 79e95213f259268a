"""Packs frames for a replay on a thread of its own, so that no picture waits for it."""

from __future__ import annotations

import threading

from mirror.coach.feedback.live_coaching import Coached
from mirror.core.parsing import Parsing
from mirror.live.display.mailbox import Latest
from mirror.live.replay.replay_store import ReplayStore
from mirror.live.replay.stored_frame import stored
from pipeline.errors import Closed
from pipeline.frame import Frame

_EVERY_S = 1 / 15  # more would be smoother, and take more of the parser's time


class ReplayRecorder:
    """Keeps frames that it is offered, up to 15 a second; those that come meanwhile are left out.

    Attributes:
        store: what was kept.
    """

    def __init__(self) -> None:
        self.store = ReplayStore()
        self._offered = Latest[tuple[Frame, Parsing, Coached]]()
        self._last: float | None = None
        self._thread = threading.Thread(target=self._run, name="replay recorder", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def offer(self, frame: Frame, parsing: Parsing, coached: Coached) -> None:
        """Keep a frame if it is time for one. Never waits; one thread."""
        since = None if self._last is None else frame.time - self._last
        if since is None or since < 0 or since >= _EVERY_S:
            self._last = frame.time
            self._offered.put((frame, parsing, coached))

    def close(self) -> None:
        """Keep no more."""
        self._offered.close()

    def join(self, within_s: float) -> None:
        """Wait until the thread has stopped."""
        if self._thread.ident is not None:
            self._thread.join(within_s)

    def _run(self) -> None:
        try:
            while True:
                self.store.add(stored(*self._offered.wait_value()))
        except Closed:
            pass
