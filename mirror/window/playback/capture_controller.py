"""Keeps pictures and recordings: writes them on other threads, and says what became of them."""

from __future__ import annotations

import functools
import math
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from mirror.live.capture.recording import Recording
from mirror.live.capture.snapshot import save_snapshot
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.effects import drawn_with
from mirror.live.display.render_thread import RenderedFrame
from mirror.live.readout import Say, clock_time, look_in
from mirror.live.session.confirmations import Confirmations
from mirror.live.session.live_session import Session
from mirror.live.session.session_status import NOTHING, Sentence
from mirror.rendering.renderer import Chain, Renderer
from pipeline.sinks.video import Encoding

_COMPLETES_WITHIN_S = 120.0
OTHER_SOURCE = Sentence("The recording ended, because the source was opened anew")
OTHER_PARSER = Sentence("The recording ended, because another parser draws other parts")


class CaptureController:
    """Saves what is on the screen. The GUI's thread only; it waits for nothing but ``close``.

    Args:
        folder: where files go.
        encoding: of recordings.
        clock: monotonic seconds.
        report: shows what went wrong.
        confirmations: where it is told what became of a file.
    """

    def __init__(
        self,
        folder: Path,
        encoding: Encoding,
        clock: Callable[[], float],
        report: Callable[[BaseException], None],
        confirmations: Confirmations,
    ) -> None:
        self._folder, self._encoding = folder, encoding
        self._clock, self._report = clock, report
        self._recording: Recording | None = None
        self._due: tuple[float, Callable[[], None]] | None = (
            None  # a countdown's end, and what then
        )
        self._ending: list[tuple[Recording, Sentence]] = []
        self._began_at = 0.0
        self._session: Session | None = None
        self._answers: queue.SimpleQueue[tuple[Path, ...] | Exception] = queue.SimpleQueue()
        self._writing: list[threading.Thread] = []
        self._turn = threading.Lock()
        self._confirmations = confirmations

    @property
    def folder(self) -> Path:
        """Where files go."""
        return self._folder

    def keep_in(self, folder: Path) -> None:
        """Have files go somewhere else; a recording that runs stays where it is."""
        self._folder = folder

    @property
    def is_recording(self) -> bool:
        """Whether a recording runs."""
        return self._recording is not None

    @property
    def elapsed(self) -> str:
        """How long the recording has run, to be read; empty where none does."""
        return "" if self._recording is None else clock_time(self._clock() - self._began_at)

    def save_picture(
        self, session: Session, rendered: RenderedFrame, look: DisplayOptions, say: Say
    ) -> None:
        """Write what is shown of a session to PNG files."""
        look, coach = look_in(look, rendered.parts, say), session.coaching.renderer()
        coach.parts, coach.language = rendered.parts, look.language
        drawn = Chain([drawn_with(look, rendered.parts), coach])

        def write() -> None:
            with self._turn:  # so that no two take the same name
                try:
                    self._answers.put(save_snapshot(self._folder, rendered.pair, drawn))
                except Exception as error:
                    self._answers.put(error)

        writer = threading.Thread(target=write, name="snapshot", daemon=True)
        self._writing.append(writer)
        writer.start()

    @property
    def seconds_left(self) -> int:
        """Whole seconds until a recording begins; 0 where none is about to."""
        return 0 if self._due is None else max(0, math.ceil(self._due[0] - self._clock()))

    def toggle_recording(
        self, session: Session, look: DisplayOptions, say: Say, countdown_s: float = 0.0
    ) -> None:
        """Begin to record a session after a countdown, or end it, or call the countdown off."""
        if self._recording is not None or self._due is not None:
            return self.stop_recording()
        if countdown_s > 0:
            begin = functools.partial(self._begin, session, look, say)
            self._due = self._clock() + countdown_s, begin
        else:
            self._begin(session, look, say)

    def _begin(self, session: Session, look: DisplayOptions, say: Say) -> None:
        self._due = None

        def renderer() -> Renderer:
            parts = session.parts
            shown = look.overlay or bool(look.effects)
            drawn = drawn_with(look_in(look, parts, say), parts)
            coach = session.coaching.renderer()
            coach.parts, coach.language = parts, look.language
            return Chain([*([drawn] if shown else []), coach])

        self._recording = Recording(self._folder, self._encoding, renderer)
        self._session, self._began_at = session, self._clock()
        session.record(self._recording)

    def stop_recording(self, why: Sentence = NOTHING) -> None:
        """End the recording, if one runs; its file is complete a moment later.

        Args:
            why: is told then, where it was not the user who ended it.
        """
        self._due = None
        if self._recording is not None and self._session is not None:
            self._session.stop_recording()
            self._ending.append((self._recording, why))
            self._recording = self._session = None

    def refresh(self) -> None:
        """Begin what is due; say what has become of files meanwhile."""
        if self._due is not None and self._clock() >= self._due[0]:
            self._due[1]()
        while not self._answers.empty():
            answer = self._answers.get()
            if isinstance(answer, Exception):
                self._report(answer)
            else:
                self._tell(Sentence("Saved {path.name}", {"path": answer[-1]}))
        self._writing = [writer for writer in self._writing if writer.is_alive()]
        if self._recording is not None and self._recording.is_done:
            self.stop_recording()  # it failed
        for ended in [one for one in self._ending if one[0].is_done]:
            self._ending.remove(ended)
            self._tell_end(*ended)

    def close(self, within_s: float) -> None:
        """End everything that is being written.

        Pictures have ``within_s`` in all. A recording is copied once more, which takes a while
        where it is long: left alone, it would stay a part beside a piece that does not play.
        """
        give_up_at = time.monotonic() + within_s
        self.stop_recording()
        for writer in self._writing:
            writer.join(max(0.0, give_up_at - time.monotonic()))
        for recording, _ in self._ending:
            recording.join(_COMPLETES_WITHIN_S)

    def _tell_end(self, recording: Recording, why: Sentence) -> None:
        written, left_out = recording.counts
        if recording.failure is not None:
            self._report(recording.failure)
        elif not written:
            self._tell(Sentence("Nothing was recorded: no frame came"))
        else:
            saved = Sentence("Saved {path.name}", {"path": recording.path})
            if left_out:
                parts = {"saved": saved, "count": left_out}
                saved = Sentence("{saved}. Frames left out: {count}", parts)
            self._tell(Sentence("{saved}. {why}", {"saved": saved, "why": why}) if why else saved)

    def _tell(self, message: Sentence) -> None:
        self._confirmations.tell(message, is_of_file=True)
