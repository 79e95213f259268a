from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from doubles import FakeClock
from pytestqt.qtbot import QtBot

from mirror.bench import slow_parser, window
from mirror.bench.slow_parser import Slow
from mirror.core.settings import load


def test_the_windows_own_figures_are_measured(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "_WARM_UP_S", 0.2)
    flags = {"parser.name": "none", "parser.workers": 1, "parser.threads": 1}
    shown = window.watched(load(flags=flags).parser, "live", 0.5)
    assert 0 < shown.painted <= 45
    assert shown.figures.latency is not None
    assert 0 < shown.block_s <= shown.longest_s
    assert shown.opened_s > 0


def test_carried_masks_are_measured_behind_a_slow_parser(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "_WARM_UP_S", 0.2)
    monkeypatch.setattr(slow_parser, "make", Slow(takes_s=0.01))
    painted, latency = window.measure_carried(0.5)
    assert 0 < painted.value <= 45
    assert latency.value > 0
    assert "masks were carried" in latency.note


def test_a_slow_parser_takes_as_much_of_a_core_as_it_is_to(clock: FakeClock) -> None:
    def cpu_s() -> float:
        clock.now += 0.5
        return clock.now

    labels = Slow(3.0, cpu_s)()(np.zeros((4, 6, 3), np.uint8))
    assert clock.now == pytest.approx(103.5, abs=0.6)
    assert labels.tolist() == [[1] * 6] * 2 + [[2] * 6] * 2
