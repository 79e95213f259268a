"""What the window shows of a 720p camera, and how long its thread is ever blocked."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from mirror.bench.footage import at_720p
from mirror.bench.rows import Row
from mirror.bench.slow_parser import TAKES_S
from mirror.core import machine
from mirror.core.settings import ParserConfig, Timing, load
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.mask_sync import Mode
from mirror.live.session.live_metrics import Figures
from mirror.live.session.live_session import Session
from pipeline.frame import Frame
from pipeline.sources.managed_source import ClosableSource

HEIGHT, WIDTH, RATE = 720, 1280, 30
_WARM_UP_S = 4.0
_BEAT_MS = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """What was measured of one window.

    Attributes:
        figures: the window's own.
        painted: frames shown a second.
        block_s: what 99 of 100 gaps between two beats of the GUI's thread stay below.
        longest_s: the longest of them.
        cpu_s: the process's CPU time a frame that was shown.
        opened_s: from the window's making until its first picture was on the screen.
    """

    figures: Figures
    painted: float
    block_s: float
    longest_s: float
    cpu_s: float
    opened_s: float


class Clip(ClosableSource):
    """The bundled clip as a 720p camera would deliver it, over and over."""

    is_live = True

    def __init__(self, rate: float = RATE) -> None:
        self._rate = rate
        self._over = threading.Event()
        self._images = at_720p()

    def __iter__(self) -> Iterator[Frame]:
        """Yield a frame whenever its time has come."""
        began_at = time.monotonic()
        for number, image in enumerate(itertools.cycle(self._images)):
            if self._over.wait(max(0.0, began_at + number / self._rate - time.monotonic())):
                return
            yield Frame.from_bgr(image.copy(), time.monotonic())

    def close(self) -> None:
        """End the iteration."""
        self._over.set()


def measure(seconds: float = 10.0) -> Iterator[Row]:
    """Yield what the window reaches with the built-in parser; needs a screen, such as Xvfb's."""
    config = load().parser
    clip_rate = f"{HEIGHT}p, {RATE} fps"
    for mode in ("live", "exact"):
        shown = watched(config, mode, seconds)
        latency = shown.figures.latency or (0.0, 0.0, 0.0)
        parse_ms = shown.figures.stages.get("parse", 0.0) * 1e3
        goal_ms = 60.0 if mode == "live" else parse_ms + 40.0
        yield Row(f"{mode}: painted", shown.painted, "fps", 29.0, "more", clip_rate)
        yield Row(
            f"{mode}: capture to paint, p95",
            latency[1] * 1e3,
            "ms",
            round(goal_ms),
            "less",
            f"median {latency[0] * 1e3:.0f} ms; {shown.figures.parsed:.0f} fps parsed, "
            f"{parse_ms:.0f} ms each",
        )
        yield Row(
            f"{mode}: GUI blocked, p99",
            shown.block_s * 1e3,
            "ms",
            16.0,
            "less",
            f"longest {shown.longest_s * 1e3:.0f} ms",
        )
        yield Row(f"{mode}: CPU", shown.cpu_s * 1e3, "ms a frame painted")
        yield Row(f"{mode}: first picture", shown.opened_s, "s", 2.0, "less", "")


def measure_carried(seconds: float = 20.0) -> Iterator[Row]:
    """Yield what the window reaches where a parse takes 3 s; needs a screen as above."""
    slow = {"parser.name": "mirror.bench.slow_parser:make", "parser.workers": 1}
    shown = watched(load(flags=slow).parser, "exact", seconds, "carried")
    latency, counts = shown.figures.latency or (0.0, 0.0, 0.0), shown.figures.carried
    note = f"a parse takes {TAKES_S:g} s of a core"
    yield Row("carried: painted", shown.painted, "fps", 29.0, "more", note)
    median_ms = latency[0] * 1e3
    yield Row(
        "carried: capture to paint, p95",
        latency[1] * 1e3,
        "ms",
        35.0,
        "less",
        f"median {median_ms:.0f} ms" + ("" if counts is None else f"; {counts}"),
    )


def watched(config: ParserConfig, mode: Mode, seconds: float, timing: Timing = "auto") -> Shown:
    """Open a window on the clip for so long, and return what it showed."""
    from PyQt5.QtCore import QTimer

    from mirror.live.sources.source_choice import CameraChoice
    from mirror.window.app import application, dress
    from mirror.window.launch_settings import LaunchSettings
    from mirror.window.main_window import MirrorWindow

    cv2.setNumThreads(1)  # as the window does
    app = application()
    dress(app)
    clip = Clip()
    began_at = time.monotonic()
    window = MirrorWindow(
        LaunchSettings(config, DisplayOptions(mode=mode), open_source=lambda _: clip, timing=timing)
    )
    window.resize(WIDTH, HEIGHT + 120)
    window.show()
    window.watch(CameraChoice(0))
    session = window.session
    assert session is not None
    _run_until(app.processEvents, lambda: window.view.picture is not None)
    opened_s = time.monotonic() - began_at
    _run_until(app.processEvents, lambda: session.figures().parsed > 0)
    watch = _Watch(session)
    QTimer.singleShot(round(_WARM_UP_S * 1e3), watch.begin)
    QTimer.singleShot(round((_WARM_UP_S + seconds) * 1e3), app.quit)
    app.exec_()
    shown = watch.end(opened_s)
    window.close()
    window.deleteLater()
    return shown


class _Watch:
    """Measures a session, and how long its GUI's thread is blocked, between two moments."""

    def __init__(self, session: Session) -> None:
        from PyQt5.QtCore import Qt, QTimer

        self._session = session
        self._beats: list[float] = []
        self._began_at = self._cpu_s = 0.0
        self._heart = QTimer()
        self._heart.setTimerType(Qt.TimerType.PreciseTimer)
        self._heart.timeout.connect(lambda: self._beats.append(time.monotonic()))
        self._heart.start(_BEAT_MS)

    def begin(self) -> None:
        """Forget what was before."""
        self._session.measure_anew()
        self._began_at, self._cpu_s = time.monotonic(), machine.cpu_seconds()
        self._beats.clear()

    def end(self, opened_s: float) -> Shown:
        """Return what was measured since; a busy loop ends later than it was told to."""
        lasted_s, cpu_s = time.monotonic() - self._began_at, machine.cpu_seconds() - self._cpu_s
        figures = self._session.figures()
        self._heart.stop()
        gaps = np.diff(self._beats)
        return Shown(
            figures=figures,
            painted=figures.shown / lasted_s,
            block_s=float(np.percentile(gaps, 99)),
            longest_s=float(gaps.max()),
            cpu_s=cpu_s / max(1, figures.shown),
            opened_s=opened_s,
        )


def _run_until(step: Callable[[], None], condition: Callable[[], bool]) -> None:
    """Run an event loop until something has come about; a minute at most."""
    give_up_at = time.monotonic() + 60.0
    while not condition():
        if time.monotonic() > give_up_at:
            raise TimeoutError("the window showed nothing within a minute")
        step()
        time.sleep(0.005)
