"""One camera: captured all the time, parsed while somebody looks."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal

from mirror.core.parsing import Parsing
from mirror.rendering.overlay import Style, draw
from mirror.serve.cameras.newest import Newest
from mirror.serve.loaded_parsers import LoadedParsers
from mirror.serve.metrics.recorder import Metrics
from mirror.serve.pictures import encode
from mirror.serve.problems import problem_of, problem_of_frame
from pipeline.errors import PipelineError, SourceError
from pipeline.frame import Frame
from pipeline.meter import Rate
from pipeline.pool.lane_limits import LaneLimits
from pipeline.result import Result
from pipeline.sources import Source
from pipeline.sources.network.address import named
from pipeline.sources.network.reconnect_policy import ReconnectPolicy
from pipeline.sources.network.reconnecting import Reconnecting
from pipeline.sources.wrapped_source import WrappedSource

State = Literal["connecting", "running", "away", "ended"]

_AWAY_AFTER_S = 3.0  # without a frame
_LOOKED_AT_S = 2.0  # that a camera is parsed for after somebody asked for one picture
_RATE_SPAN_S = 5.0
_LIMITS = LaneLimits(queue_size=1)


class WatchedCamera:
    """Captures on threads of its own until it is closed, and comes back when it was away.

    Any thread may call it.

    Args:
        name: what clients call it.
        source: its index, device or address.
        owner: whose it is; empty: everybody's.
        open_source: opens it.
        parsers: the service's own parses its frames.
        metrics: where they are counted.
        newest: where pictures go.
    """

    def __init__(
        self,
        name: str,
        source: str,
        owner: str,
        open_source: Callable[[], Source],
        parsers: LoadedParsers,
        metrics: Metrics,
        newest: Newest,
    ) -> None:
        self.name, self.source, self.owner, self.newest = name, named(source), owner, newest
        self.captured = self.parsed = self.viewers = 0
        self.error: str | None = None
        self.size: tuple[int, int] | None = None
        self._open, self._parsers, self._metrics = open_source, parsers, metrics
        self._style = Style.of(parsers.own.parts)
        self._rate, self._lock = Rate(_RATE_SPAN_S), threading.Lock()
        self._last_at = self._looked_at = float("-inf")
        self._is_closed = threading.Event()
        self._has_ended = False
        self._reading: Reconnecting | None = None
        self._thread = threading.Thread(target=self._run, name=f"camera {name}", daemon=True)

    def start(self) -> None:
        """Begin to capture."""
        self._thread.start()

    def close(self) -> None:
        """End; viewers end with it. Waits for nothing."""
        self._is_closed.set()
        self.newest.close()
        if (reading := self._reading) is not None:
            reading.close()

    def join(self, within_s: float) -> None:
        """Wait for the end; a driver that never returns is left behind."""
        self._thread.join(within_s)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Have frames parsed for as long as the block lasts."""
        with self._lock:
            self.viewers += 1
        try:
            yield
        finally:
            with self._lock:
                self.viewers -= 1

    def look(self) -> None:
        """Have frames parsed for a moment."""
        self._looked_at = time.monotonic()

    @property
    def state(self) -> State:
        """How it is."""
        if self._has_ended:
            return "ended"
        if not self.captured:
            return "away" if self.error else "connecting"
        return "running" if time.monotonic() - self._last_at < _AWAY_AFTER_S else "away"

    @property
    def fps(self) -> float:
        """Frames a second that it delivers."""
        with self._lock:
            return self._rate.per_second(time.monotonic())

    def _run(self) -> None:
        policy = ReconnectPolicy()
        while not self._is_closed.is_set():
            try:
                with Reconnecting(self._opened, is_live=True) as self._reading:
                    if not self._is_closed.is_set():
                        self._watch(self._reading)
                if not self._is_closed.is_set():
                    self._has_ended = True  # a recording, which would begin anew
                    return
            except Exception as error:  # of the parser's, too: the next frame may be better
                self._fail(error)
            self._is_closed.wait(policy.pause_s(None) or 0.0)

    def _opened(self) -> Source:
        try:
            return self._open()
        except SourceError as error:
            self._fail(error)
            raise

    def _fail(self, error: Exception) -> None:
        self.error = error.code if isinstance(error, PipelineError) else problem_of(error).code

    def _watch(self, source: Source) -> None:
        failures: dict[int | None, str] = {}  # of frames whose turn has yet to come

        def failed(frame: Frame, error: Exception) -> None:
            failures[frame.sequence] = problem_of_frame(error).code

        lane = self._parsers.own.pool.video(
            _Gated(source, self._captured), "stream", _LIMITS, on_failed=failed
        )
        with lane as results:
            for result in results:
                if (code := failures.pop(result.frame.sequence, None)) is None:
                    self._publish(result)
                else:
                    self.error = code
                    self._metrics.dropped("camera", code)

    def _captured(self, frame: Frame) -> bool:
        """Note a frame; say whether somebody wants to see it."""
        now = time.monotonic()
        with self._lock:
            self._rate.tick(now)
            self.captured += 1
            self._last_at, self.size, self.error = now, (frame.width, frame.height), None
            return self.viewers > 0 or now - self._looked_at < _LOOKED_AT_S

    def _publish(self, result: Result[Parsing]) -> None:
        began_at, timing = time.monotonic(), result.timing
        drawn = draw(result.frame.bgr, result.parsing, self._style)
        self.newest.put(encode(drawn, "jpeg"))
        self.parsed += 1
        self._metrics.parsed(
            "camera", timing.began_at - timing.captured_at, timing.parsed_at - timing.began_at,
            time.monotonic() - began_at,
        )  # fmt: skip


class _Gated(WrappedSource):
    """Passes on the frames that somebody wants to see."""

    def __init__(self, source: Source, wants: Callable[[Frame], bool]) -> None:
        super().__init__(source)
        self._wants = wants

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._source:
            if self._wants(frame):
                yield frame
