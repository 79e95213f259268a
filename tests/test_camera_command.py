from __future__ import annotations

import pytest

from mirror.cli import main


def test_without_a_screen_the_window_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("PyQt5.QtWidgets", reason="PyQt5", exc_type=ImportError)
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 1
    told = capsys.readouterr().err
    assert told.startswith("mirror: there is no screen to open a window on")
    assert "mirror video clip.mp4" in told


def test_without_qt_the_window_names_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "PyQt5", None)
    assert main(["camera"]) == 1
    assert "pip install 'smart-mirror[window]'" in capsys.readouterr().err
