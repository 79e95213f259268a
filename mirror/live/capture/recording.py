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
from mirror.rendering.overlay import Style, painted, plan_drawing
from pipeline.frame import Frame
from pipeline.result import Result
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources import Footage
from pipeline.targets.part_file import PartFile

_TICK = Fraction(1, 90_000)  # MPEG's clock: fine enough for any camera
_WAITING = 8  # frames that may wait for the encoder: a quarter of a second


class Recording:
    """A video of every parsed frame with its parts, each at the time at which it was captured.

    Encoding never holds up the picture: frames that come while the encoder is behind are left out
    and counted. Stop it, then wait for ``is_done``: the file is complete only then.

    Args:
        folder: where the file goes; its name says when it was begun.
        encoding: how to encode.
        make_style: returns how parts are drawn, None where they are not; called with the first
            frame, since a parser that still loads does not know its parts.
    """

    def __init__(
        self, folder: Path, encoding: Encoding, make_style: Callable[[], Style | None]
    ) -> None:
        self._folder, self._encoding, self._make_style = folder, encoding, make_style
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

    def take(self, result: Result[Parsing]) -> None:
        """Record one frame, unless the encoder is behind. Never waits."""
        try:
            self._frames.put_nowait(result)
        except queue.Full:
            with self._lock:
                self._left_out += 1

    def stop(self) -> None:
        """Ask it to write what waits and to complete the file. Never waits."""
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
        began_at, style = frame.captured_at, self._make_style()
        with VideoWriter(file, footage, self._encoding) as writer:
            result: Result[Parsing] | None = first
            while result is not None:
                self._write(writer, result, began_at, style)
                result = self._next()

    def _write(
        self, writer: VideoWriter, result: Result[Parsing], began_at: float, style: Style | None
    ) -> None:
        frame = result.frame
        drawn = None if style is None else painted(frame, plan_drawing(result.parsing, style))
        pts = round((frame.captured_at - began_at) / _TICK)
        writer.write(drawn or frame.copy(), Frame(frame.picture, frame.captured_at, pts, _TICK))
        with self._lock:
            self._written += 1

    def _next(self) -> Result[Parsing] | None:
        """The next frame to write; None when it was stopped and all is written."""
        while True:
            if self._stopping.is_set() and self._frames.empty():
                return None
            result = self._frames.get()
            if result is not None:
                return result
