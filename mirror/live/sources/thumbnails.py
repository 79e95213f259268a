"""Small pictures from anywhere in a film, for whoever searches in it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2

from mirror.live.display.display_options import BGRX
from mirror.live.display.mailbox import Latest
from mirror.live.sources.media_player import open_film
from pipeline.errors import SourceError

_HEIGHT = 240  # pixels: sharp on a screen of twice the usual density
_IS_NEAR_S = 0.1  # what is asked for again so near is not read again


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A small picture of one moment.

    Attributes:
        at_s: the moment, in seconds of the film.
        image: (240, W, 4) uint8.
    """

    at_s: float
    image: BGRX


class Thumbnails:
    """Reads the newest moment asked for, on a thread of its own that lives until ``close``.

    Args:
        path: the film. One that cannot be read has no small pictures.

    Attributes:
        found: the newest picture, for the GUI's thread to take.
        path: the film.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.found = path, Latest[Thumbnail]()
        self._changed = threading.Condition()
        self._wanted_s: float | None = None  # guarded by _changed, as are both below
        self._last_s: float | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="thumbnails", daemon=True)
        self._thread.start()

    def ask(self, at_s: float) -> None:
        """Ask for a moment; one asked for before that is not read yet is given up."""
        with self._changed:
            if self._last_s is None or abs(at_s - self._last_s) > _IS_NEAR_S:
                self._wanted_s = self._last_s = at_s
                self._changed.notify_all()

    def close(self) -> None:
        """End the thread; does not wait for it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def join(self, within_s: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(within_s)

    def _run(self) -> None:
        while (at_s := self._next()) is not None:
            try:
                with open_film(self.path, at_s) as film:
                    frame = next(iter(film), None)
            except SourceError:
                continue
            if frame is not None:
                width = max(1, round(frame.width * _HEIGHT / frame.height))
                small = cv2.resize(frame.bgr, (width, _HEIGHT), interpolation=cv2.INTER_AREA)
                self.found.put(Thumbnail(at_s, cv2.cvtColor(small, cv2.COLOR_BGR2BGRA)))

    def _next(self) -> float | None:
        with self._changed:
            while self._wanted_s is None and not self._closed:
                self._changed.wait()
            wanted_s, self._wanted_s = self._wanted_s, None
            return None if self._closed else wanted_s
