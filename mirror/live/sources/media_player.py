"""A film, be it a file or a folder of pictures, played: to be paused, stepped and searched."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits
from pipeline.sources.managed_source import ManagedSource
from pipeline.sources.pace import Pace
from pipeline.sources.paced import SKIPS_AFTER_S
from pipeline.sources.pictures import PictureFolder
from pipeline.sources.video import VideoFile

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, math.inf)  # inf: as fast as it can be decoded
_TICK = Fraction(1, 90_000)


Film = VideoFile | PictureFolder


def open_film(
    path: Path,
    start_s: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
    limits: InputLimits = USUAL_LIMITS,
) -> Film:
    """Return a video file's frames from a time on, or those of a folder of pictures.

    Raises:
        SourceError: there is nothing to be seen there; says why, and what to do.
    """
    if path.is_dir():
        return PictureFolder(path, clock=clock, start_s=start_s, limits=limits)
    return VideoFile(path, clock, start_s=start_s, limits=limits)


class Player(ManagedSource):
    """A file's frames at their own pace, over and over. Controls never wait; any thread may call.

    Its frames are captured at the moment at which they are shown, as a camera's. Their ``time``
    says how far has been gone in the film, whichever way: it stands while the film does, and goes
    on over a loop's end, a step back and a leap. Their ``media_time`` is the film's own. Both are
    seconds of the film at any speed, so that what is measured by them is right at 2x, too.

    Attributes:
        is_live: True: a parser that is too slow skips frames instead of slowing the film.
        has_end: True: what ends it is not lost, and is not tried again.
        path: the file.
        step_s: how long a frame lasts.
        sought_at: when another place was last asked for, on the clock of captures; a frame that
            was captured before is not from there.

    Raises:
        SourceError: the file cannot be read.
    """

    is_live = has_end = True

    def __init__(
        self,
        path: Path,
        *,
        start_s: float = 0.0,
        paused: bool = False,
        speed: float = 1.0,
        loops: bool = True,
        clock: Callable[[], float] = time.monotonic,
        limits: InputLimits = USUAL_LIMITS,
    ) -> None:
        super().__init__()
        self.path, self._clock, self._limits = path, clock, limits
        file = open_film(path, start_s, clock, limits)
        rate, frames = file.footage.rate, file.footage.frames
        self.step_s = float(1 / rate) if rate else 1 / 30
        self.sought_at = float("-inf")
        self._file: Film | None = file  # the source thread's, as are those below
        self._shown: Frame | None = None
        self._last_s: float | None = None  # of the frame before; None: the next one follows it
        self._gone_s = 0.0  # in the film, whichever way
        self._changed = threading.Condition()
        self._paused = paused  # guarded by _changed, as are all below
        self._speed, self._loops, self._closed = speed, loops, False
        self._pace = Pace(speed, SKIPS_AFTER_S)
        self._duration_s = frames * self.step_s if frames else None
        self._due_now = 1  # frames that come at once even when paused
        self._wanted_s: float | None = None
        self._position_s = start_s
        self._ended = False
        self._hold_due = False  # whether the picture that is shown is to be shown again, held

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames as they are due, until ``close``."""
        return self._reading(self._play())

    def _play(self) -> Generator[Frame, None, None]:
        while self._file is not None:
            yield from self._played(self._file)
            if self._is_over():
                yield from self._held()
            self._file = self._next_file()

    def pause(self, paused: bool = True) -> None:
        """Hold the picture, or go on; at the end going on starts from the beginning."""
        with self._changed:
            self._paused, self._pace = paused, Pace(self._speed, SKIPS_AFTER_S)
            self._hold_due = paused
            if self._ended and not paused:
                self._wanted_s = 0.0
            self._changed.notify_all()

    def step(self, frames: int = 1) -> None:
        """Pause, and show a later or an earlier frame."""
        with self._changed:
            self._paused = True
            if frames <= 0:
                self._want(self._position_s + (frames - 0.5) * self.step_s)
            elif not self._ended:
                self._due_now += frames
            self._changed.notify_all()

    def seek(self, to_s: float) -> None:
        """Go on from the frame that is shown at some second of the file."""
        begins_s = min(to_s, self.duration_s or math.inf) - 0.99 * self.step_s
        with self._changed:
            self._want(begins_s)
            self._changed.notify_all()

    def set_speed(self, speed: float) -> None:
        """Play so many times as fast; infinity is as fast as can be."""
        with self._changed:
            self._speed, self._pace = speed, Pace(speed, SKIPS_AFTER_S)
            self._changed.notify_all()

    def set_loops(self, loops: bool) -> None:
        """Whether the end is followed by the beginning."""
        with self._changed:
            self._loops = loops
            self._changed.notify_all()

    def close(self) -> None:
        """End the iteration."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def paused(self) -> bool:
        """Whether the picture is held."""
        return self._paused or self._ended

    @property
    def speed(self) -> float:
        """How many times as fast it plays."""
        return self._speed

    def next_speed(self, step: int) -> float:
        """Return the next of ``SPEEDS``, up or down."""
        place = SPEEDS.index(self._speed) + step
        return SPEEDS[max(0, min(place, len(SPEEDS) - 1))]

    @property
    def loops(self) -> bool:
        """Whether the end is followed by the beginning."""
        return self._loops

    @property
    def position_s(self) -> float:
        """The time in the file of the newest frame."""
        return self._position_s

    @property
    def duration_s(self) -> float | None:
        """How long the file is; None where it does not say, or says less than has been played."""
        said_s = self._duration_s
        return None if said_s is None or self._position_s > said_s + self.step_s else said_s

    def _want(self, from_s: float) -> None:
        """Go on from somewhere else; steps from where it is now are off. The lock is held."""
        self._wanted_s, self._due_now = max(0.0, from_s), 0
        self.sought_at = self._clock()

    # the source's thread

    def _played(self, file: Film) -> Iterator[Frame]:
        with file:
            for frame in file:
                while (due := self._wait_due(frame.time)) == "hold":
                    yield from self._held()
                if due == "elsewhere":
                    return
                self._shown = self._at_now(frame, due == "held")
                yield self._shown

    def _free(self) -> None:
        if self._file is not None:
            self._file.__exit__(None, None, None)

    def _held(self) -> Iterator[Frame]:
        """The picture that is shown once more, if it was not held when it came."""
        if self._shown is not None and not self._shown.is_held:
            self._shown = self._at_now(self._shown, True)
            yield self._shown

    def _at_now(self, frame: Frame, is_held: bool) -> Frame:
        gone, media_time = round(self._gone_s / _TICK), frame.media_time
        shown = Frame(frame.picture, self._clock(), gone, _TICK, media_time=media_time)
        shown.is_held = is_held
        return shown

    def _wait_due(self, media_s: float) -> Literal["due", "held", "hold", "elsewhere"]:
        """Wait for a frame's moment, or until something else is wanted first.

        Returns:
            due, or held where the film stays there; hold: the frame before is to be held;
            elsewhere: another place is wanted, or none.
        """
        with self._changed:
            while not self._closed and self._wanted_s is None:
                if self._due_now:
                    self._due_now -= 1
                    self._pace.wait_s(media_s, self._clock())  # the next one follows this
                    break
                if self._paused and self._hold_due:
                    self._hold_due = False
                    return "hold"
                left_s = self._pace.wait_s(media_s, self._clock())
                if not self._paused and left_s <= 0:
                    break
                self._changed.wait(None if self._paused else left_s)
            else:
                return "elsewhere"
            self._gone_s += self.step_s if self._last_s is None else abs(media_s - self._last_s)
            self._last_s = self._position_s = media_s
            self._hold_due = False
            return "held" if self._paused else "due"

    def _is_over(self) -> bool:
        """Whether the film stays at its end."""
        with self._changed:
            return not self._closed and self._wanted_s is None and not self._loops

    def _next_file(self) -> Film | None:
        with self._changed:
            if self._wanted_s is None and self.duration_s is None:
                self._duration_s = self._position_s + self.step_s  # now it is known
            if self._wanted_s is None and self._loops:
                start_s = 0.0
                self._last_s = None
                self._pace.begin_again(self.step_s)
            else:
                start_s = self._wait_wanted()
            if self._closed:
                return None
        try:
            return open_film(self.path, start_s, self._clock, self._limits)
        except SourceError:  # one that cannot be searched is played from its beginning
            return open_film(self.path, 0.0, self._clock, self._limits)

    def _wait_wanted(self) -> float:
        """Wait at the end until another place is wanted, which comes at once; the lock is held."""
        self._ended = self._wanted_s is None
        while self._wanted_s is None and not self._closed:
            self._changed.wait()
        start_s, self._wanted_s, self._ended = self._wanted_s or 0.0, None, False
        self._due_now, self._pace = max(1, self._due_now), Pace(self._speed, SKIPS_AFTER_S)
        return start_s
