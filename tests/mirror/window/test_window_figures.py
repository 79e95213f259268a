"""The figures in the window against a clock moved by hand and a parser that takes known times."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from doubles import FakeClock, HandFed, grey, until

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, press, wait_level

from mirror.live.session.live_session import Session
from mirror.parsers.nothing import Nothing
from mirror.window.main_window import MirrorWindow
from pipeline.errors import SourceError
from pipeline.frame import Frame

PREPARE_S, PARSE_S = 0.010, 0.020
EVERY_S = 0.1  # the source's rate


class Timed(Nothing):
    """Takes known times on a test's clock, and waits where a test holds it."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.clock, self.longer_s = clock, 0.0
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def make_prepare(self, live: bool) -> Callable[[Frame], None]:
        def prepare(frame: Frame) -> None:
            self.clock.now += PREPARE_S

        return prepare

    def make_parse(self, threads: int) -> Callable[[Frame, None], None]:
        def parse(frame: Frame, plan: None) -> None:
            self.clock.now += PARSE_S + self.longer_s
            self.may_go_on.wait()

        return parse


@pytest.fixture
def timed(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Timed]:
    parser = Timed(clock)
    monkeypatch.setattr(
        "mirror.live.session.session_parser.find_parser", lambda name, config: parser
    )
    yield parser
    parser.may_go_on.set()


def said(window: MirrorWindow) -> dict[str, str]:
    """What the panel's labels say, by the names that they have for whoever cannot see them."""
    return {label.accessibleName(): label.text() for label in window.panel.values}


def refreshed(window: MirrorWindow, clock: FakeClock) -> dict[str, str]:
    """What the labels say when the figures are read next."""
    clock.now += 0.3
    window.refresh()
    return said(window)


def show(
    qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock, timed: Timed
) -> None:
    """Show a frame that takes long, one that takes longer, and 18 that take 30 ms."""
    for number, longer_s in enumerate([0.4, 0.1, *[0.0] * 18]):
        timed.longer_s = longer_s
        captured_at = clock.now
        source.feed(grey(number * 10 + 10, captured_at))
        wait_level(qtbot, window, number * 10 + 10)
        clock.now = max(clock.now, captured_at + EVERY_S)


def shown_by(window: MirrorWindow) -> Session:
    assert window.session is not None
    return window.session


def opened_on(qtbot: QtBot, opened: Open, clock: FakeClock, *sources: HandFed) -> MirrorWindow:
    """A window whose first frame was so long ago that nothing of it counts any more."""
    window = opened(*sources)
    window.toggle_panel()
    window.watch(CAMERA)
    session = shown_by(window)
    sources[0].feed(grey(5, clock.now))
    until(lambda: session.status.phase == "running")
    wait_level(qtbot, window, 5)
    clock.now = float(int(clock.now) + 120)
    return window


def test_the_figures_in_the_window_are_true(
    qtbot: QtBot, opened: Open, clock: FakeClock, timed: Timed
) -> None:
    source = HandFed()
    window = opened_on(qtbot, opened, clock, source)
    show(qtbot, window, source, clock, timed)
    clock.now = float(int(clock.now) + 1)  # the second is over
    labels = refreshed(window, clock)
    assert (
        labels["Pictures coming in"]
        == labels["Pictures parsed"]
        == labels["Pictures shown"]
        == "10.0 fps"
    )
    assert labels["Delay, median"] == "30 ms"
    assert labels["Delay, 95 of 100"] == "130 ms"
    assert labels["Delay, 99 of 100"] == "430 ms"
    assert labels["Mask behind picture"] == "0 ms"
    assert labels["Left out"] == "none"
    assert labels["Workers busy"] == "0 / 1 (as asked)"
    assert window.view.accessibleDescription() == "10 fps  30 ms"


def test_the_stages_in_the_window_add_up_to_the_latency(
    qtbot: QtBot, opened: Open, clock: FakeClock, timed: Timed
) -> None:
    source = HandFed()
    window = opened_on(qtbot, opened, clock, source)
    show(qtbot, window, source, clock, timed)
    clock.now = float(int(clock.now) + 1)
    refreshed(window, clock)
    stages = {stage: label.text() for stage, label in window.panel.stages.items()}
    assert stages["prepare"] == "10.0 ms"
    assert stages["parse"] == "20.0 ms"
    total_ms = sum(float(text.removesuffix(" ms")) for text in stages.values())
    assert total_ms == pytest.approx(30.0, abs=0.1)
    assert not window.panel.whose.isVisible()


def test_drops_and_workers_are_told_while_a_worker_is_held(
    qtbot: QtBot, opened: Open, clock: FakeClock, timed: Timed
) -> None:
    sources = HandFed(), HandFed()
    window = opened_on(qtbot, opened, clock, *sources)
    session = shown_by(window)

    def wait_statistics(captured: int, in_flight: int) -> None:
        def are_there() -> bool:
            counted = session.figures().statistics
            return counted is not None and (
                (counted.captured, counted.in_flight) == (captured, in_flight)
            )

        until(are_there)

    timed.may_go_on.clear()
    # one is parsed, one waits for the worker, one in the queue, and one overtakes that
    for captured, in_flight in ((2, 1), (3, 2), (4, 2), (5, 2)):
        sources[0].feed(grey(100, clock.now))
        wait_statistics(captured, in_flight)
    labels = refreshed(window, clock)
    assert labels["Left out"] == "1 frame skipped to keep up"
    assert labels["Workers busy"] == "1 / 1 (as asked)"
    timed.may_go_on.set()
    wait_statistics(5, 0)
    sources[0].unplug(SourceError("source.broke", "camera 0 delivers no pictures"))
    sources[1].feed(grey(200, clock.now))
    wait_level(qtbot, window, 200)
    assert refreshed(window, clock)["Left out"].startswith(
        "1 frame skipped to keep up"
    )  # of the whole session


def test_a_lost_camera_has_no_latency(
    qtbot: QtBot, opened: Open, clock: FakeClock, timed: Timed
) -> None:
    source = HandFed()
    window = opened_on(qtbot, opened, clock, source)
    show(qtbot, window, source, clock, timed)
    clock.now += 3.0
    labels = refreshed(window, clock)
    assert labels["Delay, median"] == "–"  # noqa: RUF001
    assert window.view.accessibleDescription() == "– fps  – ms"  # noqa: RUF001


def test_it_is_said_whose_time_the_stages_are(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    window.toggle_panel()
    window.panel.setCurrentIndex(1)
    assert not window.panel.whose.isVisible()
    press(window, "e")
    assert window.panel.whose.isVisible()
