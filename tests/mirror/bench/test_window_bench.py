from __future__ import annotations

import pytest

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from pytestqt.qtbot import QtBot

from mirror.bench import window
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
