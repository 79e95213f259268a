"""Writes what a session parses to a video, on a thread of its own."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from mirror.core.parsing import Parsing
from mirror.live.capture.capture_folder import claim_unused
from mirror.rendering.renderer import Renderer
from pipeline.consumer import consuming
from pipeline.frame import Frame
from pipeline.result import Result
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources import Footage
from pipeline.targets.part_file import PartFile

_TICK = Fraction(1, 90_000)  # MPEG's clock: fine enough for any camera
_WAITING = 8  # frames that may wait for the encoder: a quarter of a second


class Recording:
    """A video of every parsed frame, drawn, each at the time of its capture; see ``Consumer``.

    Encoding never holds up the picture: frames that come while the encoder is behind are left out
    and counted. Close it, then wait for ``is_done``: the file is complete only then.

    Args:
        folder: where the file goes; its name says when it was begun.
        encoding: how to encode.
        make_renderer: returns what draws, None where nothing does; called with the first frame,
            since a parser that still loads does not know its parts. It draws on this thread.
    """

    stage = "record"
    remarks: tuple[str, ...] = ()

    def __init__(
        self, folder: Path, encoding: Encoding, make_renderer: Callable[[], Renderer | None]
    ) -> None:
        self._folder, self._encoding, self._make_renderer = folder, encoding, make_renderer
        self._frames: queue.Queue[Result[Parsing] | None] = queue.Queue(_WAITING)
        self._lock = threading.Lock()
        self._left_out = self._written = 0  # guarded by _lock, as are both below
        self._path: Path | None = None
        self._failure: Exception | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)

    def start(self) -> None:
        """Begin; the folder is made and the file claimed at once. Without a frame, none is left."""
        self._thread.start()

    def consume(self, result: Result[Parsing]) -> None:
        """Record one frame, unless the encoder is behind. Never waits."""
        try:
            self._frames.put_nowait(result)
        except queue.Full:
            with self._lock:
                self._left_out += 1

    def close(self, failure: BaseException | None = None) -> None:
        """Ask it to write what waits and to complete the file, whatever ended. Never waits."""
        self._stopping.set()
        with contextlib.suppress(queue.Full):
            self._frames.put_nowait(None)  # wakes the thread where nothing else would

    def join(self, within_s: float) -> bool:
        """Wait until the file is complete; False where it is not in time."""
        self._thread.join(within_s)
        return self.is_done

    @property
    def is_done(self) -> bool:
        """Whether the file is complete, or has failed."""
        return not self._thread.is_alive()

    @property
    def path(self) -> Path | None:
        """The file; None before it has a name."""
        with self._lock:
            return self._path

    @property
    def failure(self) -> Exception | None:
        """What went wrong, if something did."""
        with self._lock:
            return self._failure

    @property
    def counts(self) -> tuple[int, int]:
        """How many frames were written, and how many left out."""
        with self._lock:
            return self._written, self._left_out

    # the recording's thread

    def _run(self) -> None:
        try:
            (file,) = claim_unused(self._folder, ".mp4")
            with self._lock:
                self._path = file.path
            with file:
                first = self._next()
                if first is None:
                    file.discard()
                else:
                    self._write_all(file, first)
        except Exception as error:
            with self._lock:
                self._failure = error

    def _write_all(self, file: PartFile, first: Result[Parsing]) -> None:
        frame = first.frame
        footage = Footage(frame.height, frame.width, _TICK, None, None)
        began_at, renderer = frame.captured_at, self._make_renderer()
        with consuming(VideoWriter(file, footage, self._encoding)) as writer:
            result: Result[Parsing] | None = first
            while result is not None:
                drawn = _drawn(result, renderer)
                pts = round((drawn.captured_at - began_at) / _TICK)
                writer.consume(Frame(drawn.picture, drawn.captured_at, pts, _TICK))
                with self._lock:
                    self._written += 1
                result = self._next()

    def _next(self) -> Result[Parsing] | None:
        """The next frame to write; None when it was stopped and all is written."""
        while True:
            if self._stopping.is_set() and self._frames.empty():
                return None
            result = self._frames.get()
            if result is not None:
                return result


def _drawn(result: Result[Parsing], renderer: Renderer | None) -> Frame:
    """A result's picture; the encoder writes times into it, so it is never the source's own."""
    frame = result.frame
    drawn = frame if renderer is None else renderer.render(frame, result.parsing)
    return frame.with_picture(frame.copy()) if drawn is frame else drawn
