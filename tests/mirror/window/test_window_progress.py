"""The bar and the large figures tell of the picture that is seen."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from doubles import FakeClock
from media import level, write_video

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from pytestqt.qtbot import QtBot
from windows import Open, wait_level

from mirror.live.session.live_metrics import Figures
from mirror.live.sources.media_player import Player
from mirror.live.sources.source_choice import FileChoice
from mirror.window.main_window import MirrorWindow

DASHES = "– fps  – ms"  # noqa: RUF001


@pytest.fixture
def window(qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path) -> MirrorWindow:
    """A window over a film that is held at 0.3 s of its second."""
    film = write_video(tmp_path / "film.mp4", 10, rate=10, size=(64, 48))
    window = opened(lambda: Player(film, start_s=0.3, paused=True, clock=clock))
    window.watch(FileChoice(film))
    wait_level(qtbot, window, level(3), tolerance=6)
    return window


def looked_again(window: MirrorWindow, clock: FakeClock) -> MirrorWindow:
    clock.now += 0.3
    window.refresh()
    return window


def test_the_slider_follows_the_picture_and_not_what_was_read_ahead_of_it(
    window: MirrorWindow, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Player, "position_s", 0.9)  # as far as a slow parser lets it run ahead
    assert looked_again(window, clock).bar.slider.value() == 300
    assert window.bar.time.text() == "0:00 / 0:01"


def test_the_slider_stays_where_it_was_put_until_the_picture_from_there_is_seen(
    window: MirrorWindow, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    player, frame = window.player, window.shown.frame
    assert player is not None
    assert frame is not None
    monkeypatch.setattr(player, "seek", lambda _: setattr(player, "sought_at", clock.now + 1.0))
    window.bar.slider.setValue(800)
    assert looked_again(window, clock).bar.slider.value() == 800
    there = frame.recaptured(clock.now + 2.0)
    monkeypatch.setattr(type(there), "media_time", Fraction(79, 100))
    window.shown.frame = there
    assert looked_again(window, clock).bar.slider.value() == 790


def test_a_film_that_is_held_has_no_rate_and_no_latency(
    window: MirrorWindow, clock: FakeClock
) -> None:
    assert looked_again(window, clock).view.accessibleDescription() in ("", DASHES)
    assert window.figures.latency is None


def test_what_was_counted_stays_while_nothing_moves() -> None:
    figures = Figures(painted=30.0, latency=(0.1, 0.2, 0.3), mask_age_s=0.1, shown=7, unseen=2)
    assert figures.at_rest() == Figures(shown=7, unseen=2)
