"""Keeps pictures and recordings: writes them on other threads, and says what became of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from mirror.live.latest import Latest
from mirror.live.look import Look
from mirror.live.painter import Shot
from mirror.live.recording import Recording
from mirror.live.session import Session
from mirror.live.snapshot import save_snapshot
from mirror.parts import Vocabulary
from mirror.readout import Say, clock_time
from pipeline.sinks.video import Encoding

_SAYS_FOR_S = 5.0


class Keeper:
    """Saves what is on the screen. The GUI's thread only; it waits for nothing but ``close``.

    Args:
        folder: where files go.
        encoding: of recordings.
        say: the user's language.
        clock: monotonic seconds.
        report: shows what went wrong.
    """

    def __init__(
        self,
        folder: Path,
        encoding: Encoding,
        say: Say,
        clock: Callable[[], float],
        report: Callable[[BaseException], None],
    ) -> None:
        self._folder, self._encoding, self._say = folder, encoding, say
        self._clock, self._report = clock, report
        self._recording: Recording | None = None
        self._ending: list[Recording] = []
        self._began_at = 0.0
        self._session: Session | None = None
        self._answers: Latest[tuple[Path, ...] | Exception] = Latest()
        self._writing: list[threading.Thread] = []
        self._turn = threading.Lock()
        self._message, self._said_at = "", float("-inf")

    @property
    def is_recording(self) -> bool:
        """Whether a recording runs."""
        return self._recording is not None

    @property
    def elapsed(self) -> str:
        """How long the recording has run, to be read; empty where none does."""
        return "" if self._recording is None else clock_time(self._clock() - self._began_at)

    @property
    def message(self) -> str:
        """What became of the last file; empty after a while."""
        return self._message if self._clock() - self._said_at < _SAYS_FOR_S else ""

    def save_picture(self, shot: Shot, look: Look, parts: Vocabulary) -> None:
        """Write what is shown to PNG files."""

        def write() -> None:
            with self._turn:  # so that no two take the same name
                try:
                    self._answers.put(save_snapshot(self._folder, shot.pair, look, parts))
                except Exception as error:
                    self._answers.put(error)

        writer = threading.Thread(target=write, name="snapshot", daemon=True)
        self._writing.append(writer)
        writer.start()

    def toggle_recording(self, session: Session, look: Look) -> None:
        """Begin to record a session, or end it."""
        if self._recording is not None:
            return self.stop_recording()
        self._recording = Recording(self._folder, self._encoding, look, session.parts)
        self._session, self._began_at = session, self._clock()
        session.record(self._recording)

    def stop_recording(self) -> None:
        """End the recording, if one runs; its file is complete a moment later."""
        if self._recording is not None and self._session is not None:
            self._session.stop_recording()
            self._ending.append(self._recording)
            self._recording = self._session = None

    def refresh(self) -> None:
        """Say what has become of files meanwhile."""
        if (answer := self._answers.take()) is not None:
            if isinstance(answer, Exception):
                self._report(answer)
            else:
                self._tell(self._say("Saved") + f" {answer[-1]}")
        self._writing = [writer for writer in self._writing if writer.is_alive()]
        if self._recording is not None and self._recording.is_done:
            self.stop_recording()  # it failed
        for recording in [one for one in self._ending if one.is_done]:
            self._ending.remove(recording)
            self._tell_end(recording)

    def close(self, within_s: float) -> None:
        """End everything that is being written; what is not complete in time stays as a part."""
        give_up_at = time.monotonic() + within_s
        self.stop_recording()
        for recording in self._ending:
            recording.join(max(0.0, give_up_at - time.monotonic()))
        for writer in self._writing:
            writer.join(max(0.0, give_up_at - time.monotonic()))

    def _tell_end(self, recording: Recording) -> None:
        written, left_out = recording.counts
        if recording.failure is not None:
            self._report(recording.failure)
        elif not written:
            self._tell(self._say("Nothing was recorded: no frame came"))
        else:
            missing = f", {left_out} {self._say('frames left out')}" if left_out else ""
            self._tell(f"{self._say('Saved')} {recording.path}{missing}")

    def _tell(self, message: str) -> None:
        self._message, self._said_at = message, self._clock()
